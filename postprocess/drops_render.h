// SPDX-License-Identifier: GPL-2.0-or-later
//
// Text and JSON of counted drops (docs/journeys.md).
#pragma once

#include <string>

#include "event/session.h"
#include "postprocess/drops.h"

namespace tracker {

// An aligned table with a header and a sum; nothing where nothing was dropped. Where it is wider
// than `columns` (0: any width is right), its times get shorter; it can still be wider then.
std::string render_drops_text(const DropTable& table, const Session& session, size_t columns = 0);
// One object a line and group.
std::string render_drops_json(const DropTable& table);

// The histogram of lengths, as bars and as one object a line and bucket.
std::string render_lengths_text(const DropTable& table);
std::string render_lengths_json(const DropTable& table);

}  // namespace tracker
