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
#include <iterator>
#include <optional>
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

// Nor these: BPF_F_KPROBE_MULTI_RETURN, 5.18, and of struct bpf_link_info the part on such links.
constexpr uint32_t kKprobeMultiReturn = 1;
struct KprobeMultiInfo {
  uint32_t type = 0, id = 0, program = 0, padding = 0;
  uint64_t addresses = 0;
  uint32_t count = 0, flags = 0;
  uint64_t missed = 0;  // since 6.7, commit e2b2cd592adb
};

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

int link_kprobe_multi(int program, Rung rung, std::span<const SharedTarget> targets) {
  std::vector<const char*> names;
  names.reserve(targets.size());
  for (const SharedTarget& target : targets) names.push_back(target.site->function.c_str());
  const std::vector<__u64> cookies = cookies_of(targets);
  auto options = libbpf_options<bpf_link_create_opts>();
  options.kprobe_multi.cnt = static_cast<uint32_t>(targets.size());
  options.kprobe_multi.syms = names.data();
  options.kprobe_multi.cookies = cookies.data();
  options.kprobe_multi.flags = is_at_return(rung) ? kKprobeMultiReturn : 0;
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
                                                 : link_kprobe_multi(program_, rung_, targets);
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

Result<UniqueFd> link_kprobe(int program, Rung rung, const SharedTarget& target) {
  const SharedSite& site = *target.site;
  const KprobeEnd end = is_at_return(rung) ? KprobeEnd::kReturn : KprobeEnd::kBeginning;
  TRY_ASSIGN(event, open_kprobe(kprobe_symbol(site.function, site.module), end));
  auto options = libbpf_options<bpf_link_create_opts>();
  options.perf_event.bpf_cookie = target.cookie;
  // the link keeps the event
  const int link = bpf_link_create(program, event.get(), BPF_PERF_EVENT, &options);
  if (link < 0) return system_error("attach to the kprobe at " + site.function, -link);
  return UniqueFd(link);
}

std::vector<std::string> attach_kprobes(int program, Rung rung,
                                        std::span<const SharedTarget> targets,
                                        std::vector<UniqueFd>& links, const KeepGoing& keep_going) {
  std::vector<std::string> refusals(targets.size());
  std::string gave_up;
  for (size_t i = 0; i < targets.size(); ++i) {
    if (gave_up.empty() && !keep_going(i, targets.size())) gave_up = kEnded;
    if (!gave_up.empty()) {
      refusals[i] = gave_up;
      continue;
    }
    auto link = link_kprobe(program, rung, targets[i]);
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
         bits(positions.hook, SHARED_HOOK_SHIFT) | bits(positions.dev, SHARED_DEV_SHIFT) |
         positions.result << SHARED_RESULT_SHIFT;
}

std::vector<Rung> shared_rungs() {
  if (kernel_may_preempt())
    return {Rung::kKprobeMulti, Rung::kFentryMulti, Rung::kKprobe, Rung::kKretprobeMulti,
            Rung::kKretprobe};
  return {Rung::kFentryMulti, Rung::kKprobeMulti, Rung::kKprobe, Rung::kKretprobeMulti,
          Rung::kKretprobe};
}

// Links of fentry_multi take ids of vmlinux' BTF alone, those of kprobe_multi names alone.
bool can_share(const SharedSite& site, Rung rung) {
  if (std::ranges::find(site.rungs, rung) == site.rungs.end()) return false;
  if (rung == Rung::kFentryMulti) return site.module.empty();
  const bool is_by_name = rung == Rung::kKprobeMulti || rung == Rung::kKretprobeMulti;
  return !is_by_name || !site.has_namesake;
}

void set_shared_knobs(Knobs& knobs) {
  if (knobs[KNOB_CONTEXT] == CONTEXT_RETURNED) {
    knobs[KNOB_SHARED] = 1;
    knobs[KNOB_RESULT] = RESULT_SHARED;
    return;
  }
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
  if (rung == Rung::kKprobeMulti || rung == Rung::kKretprobeMulti)
    form.attach_type = BPF_TRACE_KPROBE_MULTI;
  return load_program(form, code);
}

std::vector<std::string> attach_shared(Rung rung, int program,
                                       std::span<const SharedTarget> targets,
                                       std::vector<UniqueFd>& links, const KeepGoing& keep_going) {
  if (rung == Rung::kKprobe || rung == Rung::kKretprobe)
    return attach_kprobes(program, rung, targets, links, keep_going);
  std::vector<std::string> refusals(targets.size());
  ManyAtOnce(rung, program, links, keep_going).attach(targets, refusals);
  return refusals;
}

namespace {

// Of `count` functions whose ends are attached one by one, `before` of them when this begins.
KeepGoing count_by_halves(const KeepGoing& keep_going, size_t before, size_t count) {
  return [&keep_going, before, count](size_t done, size_t total) {
    const size_t ends = before + done;
    return total == 0 || ends % 2 != 0 ? keep_going(0, 0) : keep_going(ends / 2, count);
  };
}

void attach_beginnings(SharedProgram& shared, Rung rung, std::span<const SharedTarget> targets,
                       const KeepGoing& keep_going, std::vector<std::string>& refusals) {
  std::vector<SharedTarget> accepted;
  for (size_t i = 0; i < targets.size(); ++i)
    if (refusals[i].empty()) accepted.push_back(targets[i]);
  std::vector<UniqueFd> links;
  const auto refused = attach_shared(rung, shared.beginning.get(), accepted, links,
                                     count_by_halves(keep_going, targets.size(), targets.size()));
  std::ranges::move(links, std::back_inserter(shared.links));
  const auto* next = refused.data();
  for (std::string& refusal : refusals)
    if (refusal.empty()) refusal = *next++;
}

std::optional<uint64_t> missed_by_program(const UniqueFd& program) {
  bpf_prog_info info{};
  uint32_t size = sizeof(info);
  if (bpf_obj_get_info_by_fd(program.get(), &info, &size) != 0) return std::nullopt;
  return info.recursion_misses;
}

// Beginnings and returns that the kernel did not hand on: it was in tracing itself, or had no room
// for one more call whose return is watched.
uint64_t missed_by_link(const UniqueFd& link) {
  KprobeMultiInfo info;
  uint32_t size = sizeof(info);
  return bpf_obj_get_info_by_fd(link.get(), &info, &size) == 0 ? info.missed : 0;
}

}  // namespace

std::vector<std::string> attach_shared(SharedProgram& shared, std::span<const SharedTarget> targets,
                                       const KeepGoing& keep_going) {
  const auto rung_before = rung_of_beginning(shared.rung);
  if (!shared.beginning || !rung_before)
    return attach_shared(shared.rung, shared.program.get(), targets, shared.links, keep_going);
  auto refusals = attach_shared(shared.rung, shared.program.get(), targets, shared.links,
                                count_by_halves(keep_going, 0, targets.size()));
  attach_beginnings(shared, *rung_before, targets, keep_going, refusals);
  return refusals;
}

uint64_t SharedProgram::missed_by_links() const {
  uint64_t missed = missed_by_closed;
  if (rung != Rung::kKprobeMulti && rung != Rung::kKretprobeMulti) return missed;
  for (const UniqueFd& link : links) missed += missed_by_link(link);
  return missed;
}

void SharedProgram::detach() {
  missed_by_closed = missed_by_links();
  close_all(links);
}

std::optional<uint64_t> SharedProgram::missed() const {
  if (!counts_missed(rung)) return std::nullopt;
  const auto at_point = missed_by_program(program);
  const auto before = beginning ? missed_by_program(beginning) : 0;
  if (!at_point || !before) return std::nullopt;
  return *at_point + *before + missed_by_links();
}

}  // namespace tracker
