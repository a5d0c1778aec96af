// SPDX-License-Identifier: GPL-2.0-or-later
//
// Rung: one way to run a program at a point of the kernel. A kernel permits some of them; which of
// those is best depends on the kind of point.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tracker {

enum class Rung : uint8_t { kTpBtf, kRawTp, kFentry, kKprobe };

// "tp_btf": as libbpf calls it, and as recordings have it.
std::string_view rung_name(Rung rung);
std::optional<Rung> rung_of(std::string_view name);

// Whether the program's context is struct pt_regs, and not the arguments (CONTEXT_ in record.h).
bool has_registers(Rung rung);

// Whether the kernel lets programs of this rung be preempted where it is preemptible itself: those
// of trampolines (__bpf_prog_enter_recur() disables migration only), and after 6.18, the last that
// is known to run them with preemption off, those of tracepoints.
bool may_be_preempted(Rung rung);

// Whether this kernel counts the hits at which it did not run a program of this rung because
// another one ran on that CPU. For kprobes since 6.7 (dd8657894c11, "bpf: Count missed stats in
// trace_call_bpf").
bool counts_missed(Rung rung);

}  // namespace tracker
