// SPDX-License-Identifier: GPL-2.0-or-later
//
// Lines that fit a terminal. A terminal breaks a longer one in the middle of a word, and what goes
// on at its left edge reads as a new entry.
#pragma once

#include <cstddef>
#include <string>

namespace tracker {

// Columns of the terminal that `fd` is; 0 where it is none. One that does not say how wide it is
// has 80.
size_t terminal_columns(int fd);

// The lines of `text`, those longer than `columns` broken between words and gone on four columns
// deeper than they begin. A word that alone is longer is cut where the line ends. Escape sequences
// of colours take no room, other characters one column each. 0 columns: `text` as it is.
std::string fit_columns(std::string text, size_t columns);

// say() (base/say.h), fitted to the terminal that stderr is.
void say_fitted(std::string text);

}  // namespace tracker
