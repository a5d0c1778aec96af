// SPDX-License-Identifier: GPL-2.0-or-later
//
// Recordings as bytes, and files in memory for as long as a target runs.
#pragma once

#include <string>

#include "tests/fuzz/target.h"

namespace tracker::fuzz {

// A folder under /dev/shm that goes away with the program.
const std::string& scratch_folder();

Bytes read_bytes(const std::string& path);
// Also removes what SQLite left beside the file before.
void write_recording(const std::string& path, std::span<const uint8_t> content);

// Two sound recordings: the one of the golden tests, and one with random events in several blocks.
const std::vector<Bytes>& sample_files();

}  // namespace tracker::fuzz
