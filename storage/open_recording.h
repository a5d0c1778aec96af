// SPDX-License-Identifier: GPL-2.0-or-later
//
// Opens a recording's file for reading: recognises it, refuses what this version cannot read, and
// copes with a -wal beside it.
#pragma once

#include <string>

#include "base/result.h"
#include "storage/database.h"
#include "storage/file_header.h"

namespace tracker {

// A defended, read-only connection to a recording whose tables are those of this format version.
// Sentences for: no such file, not a recording, a newer format, a file that was cut off, a -wal
// that cannot be read.
Result<Database> open_recording(const std::string& path);

// That the file is a recording in a form that this version knows, by its header alone.
Result<FileHeader> recognise_recording(const std::string& path);

// A connection to a recognised recording that is expected to be damaged: a file that is cut off is
// opened as far as it goes, and the tables are not checked (schema.h: check_schema()). Where it
// fails, `problem` tells a file that cannot be opened where it is from one that is damaged.
Result<Database> open_damaged_recording(const std::string& path, Problem& problem);

// Puts the recording and what helps around an error that came from reading its tables.
Error explain_damage(const std::string& path, Error error);

}  // namespace tracker
