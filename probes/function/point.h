// SPDX-License-Identifier: GPL-2.0-or-later
//
// FunctionPoint: one end of a function as a place to observe: its first instruction, by fentry or
// kprobe, or its return, by fexit or kretprobe.
//
// A return brings the packet that its call was given, which a program at the beginning keeps
// (bpf/call.h): at the end the skb may be freed. Where the function is given no packet but hands
// one back (alloc_skb()), or puts one where its argument points, the return is the first that is
// seen of that one.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "probes/function/function.h"
#include "probes/probe_point.h"

namespace tracker {

class FunctionPoint : public ProbePoint {
 public:
  // `type` as in "fn:NAME"; `rung` where the type names one.
  FunctionPoint(std::string type, std::optional<Rung> rung, FunctionEnd end, Function function)
      : type_(std::move(type)),
        rung_(rung),
        is_return_(end == FunctionEnd::kReturn),
        function_(std::move(function)) {}

  std::string target() const override { return name().target(); }
  ProbeName name() const override;
  // Functions that free are seen by their tracepoints: what these say is not said twice.
  bool names_drop() const override { return false; }
  bool may_have_reason() const override;
  bool brings_socket() const override { return !is_return_ && function_.args.sock >= 0; }
  Call call() const override;
  std::vector<Rung> rungs() const override;
  bool needs_beginning() const override;
  void set_knobs(Rung rung, Knobs& knobs) const override;
  std::optional<SharedSite> shared_site() const override;
  Result<AttachedProgram> attach(Rung rung, const ProgramCode& program) const override;

 private:
  ProbeRole role() const;
  bool puts_one() const;  // whether it is the return of a function that puts an skb somewhere
  SharedForm shared_form() const;

  std::string type_;
  std::optional<Rung> rung_;
  bool is_return_;
  Function function_;
};

}  // namespace tracker
