// SPDX-License-Identifier: GPL-2.0-or-later
//
// Times as a user types them for --since and --until, as times of a recording.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "event/session.h"

namespace tracker {

// The boot-clock time (ns) of `text`:
//   2026-11-21T09:13:55.5Z, ...+01:00   RFC 3339; without a zone, that of the recording host
//   09:13, 09:13:55, 09:13:55.402117    on the recording's day, in its zone; a recording that runs
//                                       past midnight: on the day on which that time is in it
//   -90s, -5m, -2h, -1.5h               before the recording's end
// `end_ns` is the end of the recording. A time that was skipped or came twice because the host's
// clock was set is taken as the first one at or after it. Wrong usage, with the forms, for anything
// else. `option` is named in that sentence.
Result<uint64_t> parse_time_bound(const std::string& option, const std::string& text,
                                  const Session& session, uint64_t end_ns);

}  // namespace tracker
