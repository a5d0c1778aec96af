// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/shared_program.h"

#include <bpf/bpf.h>
#include <fmt/format.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cerrno>
#include <thread>
#include <utility>

#include "base/background.h"
#include "base/system_error.h"
#include "probes/function/kprobe.h"
#include "probes/libbpf_options.h"
#include "probes/probe_point.h"
#include "probes/program_ways.h"

namespace tracker {
namespace {

// Not in the headers of the kernels before 7.3 (enum bpf_attach_type).
constexpr uint32_t kTraceFentryMulti = 59;

// So many refused one after the other, and none taken: the kernel takes none.
constexpr size_t kMostRefused = 8;

constexpr const char* kEnded = "it was ended before";

// BPF_LINK_CREATE's part of union bpf_attr with its tracing_multi, 7.3.
struct TracingMultiAttr {
  uint32_t program = 0;
  uint32_t target = 0;
  uint32_t attach_type = kTraceFentryMulti;
  uint32_t flags = 0;
  uint64_t ids = 0;
  uint64_t cookies = 0;
  uint32_t count = 0;
  uint32_t padding = 0;
};

std::vector<__u64> cookies_of(std::span<const SharedTarget> targets) {
  std::vector<__u64> cookies;
  cookies.reserve(targets.size());
  for (const SharedTarget& target : targets) cookies.push_back(target.cookie);
  return cookies;
}

// A link's descriptor, or a negative errno.
int link_tracing_multi(int program, std::span<const SharedTarget> targets) {
  std::vector<uint32_t> ids;
  ids.reserve(targets.size());
  for (const SharedTarget& target : targets) ids.push_back(target.site->type_id);
  const std::vector<__u64> cookies = cookies_of(targets);
  TracingMultiAttr attr;
  attr.program = static_cast<uint32_t>(program);
  attr.ids = std::bit_cast<uint64_t>(ids.data());
  attr.cookies = std::bit_cast<uint64_t>(cookies.data());
  attr.count = static_cast<uint32_t>(targets.size());
  const long link = ::syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof(attr));
  return link < 0 ? -errno : static_cast<int>(link);
}

int link_kprobe_multi(int program, std::span<const SharedTarget> targets) {
  std::vector<const char*> names;
  names.reserve(targets.size());
  for (const SharedTarget& target : targets) names.push_back(target.site->function.c_str());
  const std::vector<__u64> cookies = cookies_of(targets);
  auto options = libbpf_options<bpf_link_create_opts>();
  options.kprobe_multi.cnt = static_cast<uint32_t>(targets.size());
  options.kprobe_multi.syms = names.data();
  options.kprobe_multi.cookies = cookies.data();
  return bpf_link_create(program, 0, BPF_TRACE_KPROBE_MULTI, &options);
}

// Attaches by links of many functions each. The kernel refuses a link for the sake of one function
// without naming it: it is found by halves.
class ManyAtOnce {
 public:
  ManyAtOnce(Rung rung, int program, std::vector<UniqueFd>& links, const KeepGoing& keep_going)
      : rung_(rung), program_(program), links_(links), keep_going_(keep_going) {}

  void attach(std::span<const SharedTarget> targets, std::span<std::string> refusals) {
    if (targets.empty()) return;
    if (gave_up_.empty() && !keep_going_(0, 0)) gave_up_ = kEnded;
    if (!gave_up_.empty()) return refuse(refusals, gave_up_);
    const int link = rung_ == Rung::kFentryMulti ? link_tracing_multi(program_, targets)
                                                 : link_kprobe_multi(program_, targets);
    if (link >= 0) {
      links_.emplace_back(link);
      return;
    }
    const std::string reason = errno_text(-link);
    const bool is_for_all = link == -EOPNOTSUPP || link == -EPERM || link == -ENOSYS;
    if (is_for_all) gave_up_ = reason;
    if (is_for_all || targets.size() == 1) {
      refuse(refusals, reason);
      if (++refused_ >= kMostRefused && links_.empty()) gave_up_ = reason;
      return;
    }
    const size_t half = targets.size() / 2;
    attach(targets.first(half), refusals.first(half));
    attach(targets.subspan(half), refusals.subspan(half));
  }

 private:
  static void refuse(std::span<std::string> refusals, const std::string& reason) {
    for (std::string& refusal : refusals) refusal = reason;
  }

  Rung rung_;
  int program_;
  std::vector<UniqueFd>& links_;
  const KeepGoing& keep_going_;
  std::string gave_up_;
  size_t refused_ = 0;
};

Result<UniqueFd> link_kprobe(int program, const SharedTarget& target) {
  const SharedSite& site = *target.site;
  TRY_ASSIGN(event, open_kprobe(kprobe_symbol(site.function, site.module), KprobeEnd::kBeginning));
  auto options = libbpf_options<bpf_link_create_opts>();
  options.perf_event.bpf_cookie = target.cookie;
  // the link keeps the event
  const int link = bpf_link_create(program, event.get(), BPF_PERF_EVENT, &options);
  if (link < 0) return system_error("attach to the kprobe at " + site.function, -link);
  return UniqueFd(link);
}

std::vector<std::string> attach_kprobes(int program, std::span<const SharedTarget> targets,
                                        std::vector<UniqueFd>& links, const KeepGoing& keep_going) {
  std::vector<std::string> refusals(targets.size());
  std::string gave_up;
  for (size_t i = 0; i < targets.size(); ++i) {
    if (gave_up.empty() && !keep_going(i, targets.size())) gave_up = kEnded;
    if (!gave_up.empty()) {
      refusals[i] = gave_up;
      continue;
    }
    auto link = link_kprobe(program, targets[i]);
    if (link)
      links.push_back(std::move(*link));
    else
      refusals[i] = link.error().message;
    if (!link && i + 1 >= kMostRefused && links.empty()) gave_up = refusals[i];
  }
  return refusals;
}

}  // namespace

void close_all(std::vector<UniqueFd>& links) {
  constexpr size_t kThreads = 32;
  std::atomic<size_t> next{0};
  const auto close_some = [&] {
    for (size_t i = next++; i < links.size(); i = next++) links[i].reset();
  };
  std::vector<std::thread> others;
  while (others.size() < std::min(kThreads, links.size() / 8)) {
    auto thread = start_thread(close_some);
    if (!thread) break;
    others.push_back(std::move(*thread));
  }
  close_some();
  for (std::thread& thread : others) thread.join();
  links.clear();
}

uint64_t shared_arguments(const SharedPositions& positions) {
  const auto bits = [](int position, unsigned shift) {
    const bool is_none = position < 0 || position >= SCRATCH_ARGS;
    return (is_none ? uint64_t{SHARED_NO_ARG} : static_cast<uint64_t>(position)) << shift;
  };
  return bits(positions.skb, SHARED_SKB_SHIFT) | bits(positions.sock, SHARED_SOCK_SHIFT) |
         bits(positions.net, SHARED_NET_SHIFT) | positions.list << SHARED_LIST_SHIFT |
         bits(positions.hook, SHARED_HOOK_SHIFT) | bits(positions.dev, SHARED_DEV_SHIFT);
}

std::vector<Rung> shared_rungs() {
  if (kernel_may_preempt()) return {Rung::kKprobeMulti, Rung::kFentryMulti, Rung::kKprobe};
  return {Rung::kFentryMulti, Rung::kKprobeMulti, Rung::kKprobe};
}

// Links of fentry_multi take ids of vmlinux' BTF alone, those of kprobe_multi names alone.
bool can_share(const SharedSite& site, Rung rung) {
  if (std::ranges::find(site.rungs, rung) == site.rungs.end()) return false;
  if (rung == Rung::kFentryMulti) return site.module.empty();
  return rung != Rung::kKprobeMulti || !site.has_namesake;
}

void set_shared_knobs(Knobs& knobs) {
  const bool is_beside = knobs[KNOB_HOOK_ARG] != KNOB_NO_ARG || knobs[KNOB_DEV_ARG] != KNOB_NO_ARG;
  knobs[KNOB_SHARED] = 1;
  if (knobs[KNOB_LIST] != LIST_NONE) knobs[KNOB_LIST] = LIST_SHARED;
  set_argument_knobs({{KNOB_SKB_ARG, SHARED_SKB},
                      {KNOB_SOCK_ARG, SHARED_SOCK},
                      {KNOB_NET_ARG, SHARED_NET},
                      {KNOB_HOOK_ARG, is_beside ? SHARED_HOOK : -1},
                      {KNOB_DEV_ARG, is_beside ? SHARED_DEV : -1}},
                     knobs);
}

Result<UniqueFd> load_shared(Rung rung, const ProgramCode& code) {
  ProgramForm form;
  form.name = "functions";
  form.type = rung == Rung::kFentryMulti ? BPF_PROG_TYPE_TRACING : BPF_PROG_TYPE_KPROBE;
  if (rung == Rung::kFentryMulti) form.attach_type = kTraceFentryMulti;
  if (rung == Rung::kKprobeMulti) form.attach_type = BPF_TRACE_KPROBE_MULTI;
  return load_program(form, code);
}

std::vector<std::string> attach_shared(Rung rung, int program,
                                       std::span<const SharedTarget> targets,
                                       std::vector<UniqueFd>& links, const KeepGoing& keep_going) {
  if (rung == Rung::kKprobe) return attach_kprobes(program, targets, links, keep_going);
  std::vector<std::string> refusals(targets.size());
  ManyAtOnce(rung, program, links, keep_going).attach(targets, refusals);
  return refusals;
}

}  // namespace tracker
