// SPDX-License-Identifier: GPL-2.0-or-later
//
// Rung: one way to run a program at a point of the kernel. A kernel permits some of them; which of
// those is best depends on the kind of point.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tracker {

// kFentryMulti, kKprobeMulti and kKretprobeMulti: one link for any number of functions
// (shared_program.h).
enum class Rung : uint8_t {
  kTpBtf,
  kRawTp,
  kFentry,
  kKprobe,
  kFexit,
  kKretprobe,
  kFentryMulti,
  kKprobeMulti,
  kKretprobeMulti
};

// "tp_btf": as libbpf calls it, and as recordings have it.
std::string_view rung_name(Rung rung);
std::optional<Rung> rung_of(std::string_view name);

// What the program's context holds: CONTEXT_ in record.h.
uint64_t context_of(Rung rung);

// Whether the kernel's link is one of kprobe_multi, at beginnings or returns.
bool is_kprobe_multi(Rung rung);

// Whether programs of this rung run at the return of a function.
bool is_at_return(Rung rung);

// Of a rung at the return of a function the one at its beginning whose programs find the same frame
// (bpf/call.h); nothing of others.
std::optional<Rung> rung_of_beginning(Rung rung);

// Of a rung at the beginning of a function the one at its return whose programs find the same
// frame; nothing of others.
std::optional<Rung> rung_of_end(Rung rung);

// Whether programs of this rung run in a trampoline, as fentry's and fexit's do.
bool is_in_trampoline(Rung rung);

// Whether the kernel lets programs of this rung be preempted where it is preemptible itself: those
// of trampolines (__bpf_prog_enter_recur() disables migration only), and after 6.18, the last that
// is known to run them with preemption off, those of tracepoints.
bool may_be_preempted(Rung rung);

// Whether this kernel counts the hits at which it did not run a program of this rung because
// another one ran on that CPU. For kprobes since 6.7 (dd8657894c11, "bpf: Count missed stats in
// trace_call_bpf", and f915fcb38553 of kprobe_multi). Not for kretprobes: what they miss because
// too many calls are under way (maxactive of struct kretprobe) is nowhere to be read; links of
// kprobe_multi say it where they rest on rethook, before 6.14 (shared_links.h).
bool counts_missed(Rung rung);

}  // namespace tracker
