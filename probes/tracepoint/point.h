// SPDX-License-Identifier: GPL-2.0-or-later
//
// TracepointPoint: a tracepoint as a place to observe, by tp_btf or raw_tp.
#pragma once

#include <string>

#include "probes/kernel_btf.h"
#include "probes/probe_point.h"

namespace tracker {

class TracepointPoint : public ProbePoint {
 public:
  // `group` as in "tp:GROUP:NAME".
  TracepointPoint(std::string group, Tracepoint tracepoint)
      : group_(std::move(group)), tracepoint_(std::move(tracepoint)) {}

  std::string target() const override;
  ProbeName name() const override;
  bool names_drop() const override;
  bool brings_socket() const override { return tracepoint_.args.sock >= 0; }
  void set_knobs(Rung rung, Knobs& knobs) const override;
  std::vector<Rung> rungs() const override;
  Result<AttachedProgram> attach(Rung rung, const ProgramCode& program) const override;

  const Tracepoint& tracepoint() const { return tracepoint_; }

 private:
  std::string group_;
  Tracepoint tracepoint_;
};

// The role that a tracepoint plays in a packet's life, by its name.
ProbeRole tracepoint_role(const std::string& name);

}  // namespace tracker
