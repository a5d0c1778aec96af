// SPDX-License-Identifier: GPL-2.0-or-later
//
// The links by which one program is attached to any number of functions: one for all of them where
// the kernel has such, else one each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "probes/rung.h"
#include "probes/shared_site.h"

namespace tracker {

// Not in the headers of the kernels before 7.3 (enum bpf_attach_type).
inline constexpr uint32_t kTraceFentryMulti = 59;

struct SharedTarget {
  const SharedSite* site = nullptr;  // not owned
  uint64_t cookie = 0;
};

// Told of work that takes long, how much is done (of 0: it is not known); false ends it.
using KeepGoing = std::function<bool(size_t done, size_t total)>;

// Attaches the program to each function. The value is by target: empty where that worked, else why
// not, one that the kernel refuses does not fail the others. What was attached lives as long as its
// links.
std::vector<std::string> attach_links(Rung rung, int program, std::span<const SharedTarget> targets,
                                      std::vector<UniqueFd>& links, const KeepGoing& keep_going);

// Hits that the kernel did not hand on to the programs of links of that rung: it was in tracing
// itself, or had no room for one more call whose return is watched. 0 where links do not say it.
uint64_t missed_by_links(Rung rung, std::span<const UniqueFd> links);

// Detaches by closing the links.
void close_all(std::vector<UniqueFd>& links);

}  // namespace tracker
