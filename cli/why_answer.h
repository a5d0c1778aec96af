// SPDX-License-Identifier: GPL-2.0-or-later
//
// WhyAnswer: what would become of one target of `collect --probe`, for a reader.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "probes/point_arguments.h"
#include "probes/rung.h"

namespace tracker {

struct RungAnswer {
  Rung rung = Rung::kTpBtf;
  std::string refused;  // the kernel's words; empty: a program was attached
};

struct ProbeAnswer {
  std::string target;
  std::vector<PointArgument> arguments;
  std::vector<Rung> rungs;        // all that there are for it, best first
  std::vector<RungAnswer> tried;  // of these; none where nothing could be tried
  std::string refusal;            // as a collection says why it was not attached; empty: it was

  // The rung by which it was attached.
  std::optional<Rung> rung() const;
};

struct WhyAnswer {
  std::string target;                // as it was asked
  std::vector<ProbeAnswer> probes;   // that it stands for
  std::vector<std::string> remarks;  // on what is left out
  std::string refusal;               // of the target as a whole, in a collection's words
  int refusal_status = 1;            // with which a collection ends then

  // How many of the probes could be attached.
  size_t attached() const;
  // 0 where a collection would watch something.
  int status() const;
};

// Lines that begin with "yes" or "no" and the verdict; reasons below.
std::string why_text(const WhyAnswer& answer);
// One object.
std::string why_json(const WhyAnswer& answer);

}  // namespace tracker
