// SPDX-License-Identifier: GPL-2.0-or-later
//
// Words for a probe's line: where its program finds an argument.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "probes/point_arguments.h"
#include "probes/rung.h"

namespace tracker {

// "first" for 0, to "twelfth" for 11, the last that programs read.
std::string_view position_word(unsigned position);

// "first argument", "in what the third argument points to"; with what kprobes do, if one of the
// rungs is kprobe and it matters.
std::string argument_place(const PointArgument& argument, const std::vector<Rung>& rungs);

// "skb sock net, skb third": the names, and the place of an skb that is not first.
std::string arguments_text(const std::vector<PointArgument>& arguments);

// The width of a column of targets with one more of them, beginning with 0. One that is very long
// does not push the columns of all others to the right.
size_t target_width(size_t width, std::string_view target);

}  // namespace tracker
