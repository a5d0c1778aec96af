// SPDX-License-Identifier: GPL-2.0-or-later
//
// JourneyJson: journeys as JSON, one object a line (docs/journeys.md).
#pragma once

#include <span>
#include <string>

#include "event/event.h"
#include "event/names.h"
#include "event/session.h"
#include "postprocess/journey.h"

namespace tracker {

class JourneyJson {
 public:
  // Both must outlive this.
  JourneyJson(const Names& names, const Session& session) : names_(names), session_(session) {}

  // Each appends to `text`: begin once, steps for all events in order, end once.
  void begin(const Journey& journey, std::string& text);
  void steps(std::span<const Event* const> events, std::string& text);
  void end(const Journey& journey, std::string& text);

 private:
  const Names& names_;
  const Session& session_;
  bool is_first_step_ = true;
};

}  // namespace tracker
