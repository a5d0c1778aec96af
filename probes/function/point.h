// SPDX-License-Identifier: GPL-2.0-or-later
//
// FunctionPoint: the first instruction of a function as a place to observe, by fentry or kprobe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "probes/function/function.h"
#include "probes/probe_point.h"

namespace tracker {

class FunctionPoint : public ProbePoint {
 public:
  // `type` as in "fn:NAME"; `rung` where the type names one.
  FunctionPoint(std::string type, std::optional<Rung> rung, Function function)
      : type_(std::move(type)), rung_(rung), function_(std::move(function)) {}

  std::string target() const override { return name().target(); }
  ProbeName name() const override;
  // Functions that free are seen by their tracepoints: what these say is not said twice.
  bool names_drop() const override { return false; }
  bool brings_socket() const override { return function_.args.sock >= 0; }
  std::vector<Rung> rungs() const override;
  void set_knobs(Knobs& knobs) const override;
  Result<AttachedProgram> attach(Rung rung, const std::vector<bpf_insn>& program) const override;

 private:
  std::string type_;
  std::optional<Rung> rung_;
  Function function_;
};

}  // namespace tracker
