// SPDX-License-Identifier: GPL-2.0-or-later
//
// Text and JSON of what `db info` and `db verify` found out.
#pragma once

#include <string>

#include "base/result.h"
#include "storage/info.h"
#include "storage/verify.h"

namespace tracker {

// Text over several lines; one JSON object and a newline (docs/journeys.md).
std::string render_info_text(const RecordingInfo& info);
std::string render_info_json(const RecordingInfo& info);

// A line per problem and one that sums up; one JSON object and a newline.
std::string render_verify_text(const VerifyReport& report, const std::string& path);
std::string render_verify_json(const VerifyReport& report, const std::string& path);

// The sentence for a report that is not sound.
Error damage_error(const VerifyReport& report, const std::string& path);

}  // namespace tracker
