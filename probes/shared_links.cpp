// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/shared_links.h"

#include <bpf/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cerrno>
#include <thread>
#include <utility>

#include "base/background.h"
#include "base/result.h"
#include "base/system_error.h"
#include "probes/function/kprobe.h"
#include "probes/libbpf_options.h"

namespace tracker {
namespace {

// The part on links of kprobe_multi of struct bpf_link_info, which Debian 12's headers lack.
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
  options.kprobe_multi.flags = is_at_return(rung) ? BPF_F_KPROBE_MULTI_RETURN : 0;
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

std::vector<std::string> attach_links(Rung rung, int program, std::span<const SharedTarget> targets,
                                      std::vector<UniqueFd>& links, const KeepGoing& keep_going) {
  if (rung == Rung::kKprobe || rung == Rung::kKretprobe)
    return attach_kprobes(program, rung, targets, links, keep_going);
  std::vector<std::string> refusals(targets.size());
  ManyAtOnce(rung, program, links, keep_going).attach(targets, refusals);
  return refusals;
}

uint64_t missed_by_links(Rung rung, std::span<const UniqueFd> links) {
  uint64_t missed = 0;
  if (!is_kprobe_multi(rung)) return missed;
  for (const UniqueFd& link : links) {
    KprobeMultiInfo info;
    uint32_t size = sizeof(info);
    if (bpf_obj_get_info_by_fd(link.get(), &info, &size) == 0) missed += info.missed;
  }
  return missed;
}

}  // namespace tracker
