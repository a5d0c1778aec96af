// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

namespace tracker {

// Raises the soft limit of open files to the hard one. A ring for each CPU and a program and link
// for each probe take a descriptor: the soft limit of a shell, often 1,024, is for programs that
// use select().
void raise_open_files();

}  // namespace tracker
