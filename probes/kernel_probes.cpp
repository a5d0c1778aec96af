// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/kernel_probes.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "base/background.h"
#include "base/check.h"
#include "base/system_error.h"
#include "base/unique_fd.h"
#include "probes/event_rings.h"
#include "probes/hit_counters.h"
#include "probes/libbpf_log.h"
#include "probes/libbpf_options.h"
#include "probes/program.h"
#include "probes/program_copies.h"
#include "probes/shared_program.h"
#include "probes/tracker.skel.h"
#include "probes/tracking_map.h"
#include "probes/trial.h"

namespace tracker {

namespace {

constexpr const char* kVmlinuxBtf = "/sys/kernel/btf/vmlinux";

struct ObjectDeleter {
  void operator()(tracker_bpf* object) const { tracker_bpf__destroy(object); }
};

Error load_error(int error_number, const std::string& said) {
  if (const std::string lockdown = lockdown_text(); !lockdown.empty()) return Error{lockdown};
  if (error_number == EPERM || error_number == EACCES)
    return Error{
        "no permission to load BPF programs: tracker needs CAP_BPF, CAP_PERFMON and, for "
        "namespaces "
        "by name, CAP_SYS_ADMIN (run it as root)"};
  return system_error("load the BPF programs", error_number, said);
}

}  // namespace

// Plans whose points share a program, by their place among all plans.
struct SharedGroup {
  std::vector<size_t> of_plan;
  std::vector<SharedSite> sites;
  Result<UniqueFd> program = Error{};
  Result<UniqueFd> beginning = UniqueFd();  // of returns that need one
};

struct KernelProbes::State {
  KernelProbesOptions options;
  std::unique_ptr<tracker_bpf, ObjectDeleter> object;
  ProgramTemplates templates;  // relocated, not patched; until `copies` has them
  std::optional<ProgramCopies> copies;
  std::mutex refused_loads_mutex;
  std::string refused_loads;
  std::optional<EventRings> rings;
  std::optional<TrackingMap> tracks;
  std::vector<AttachedProgram> programs;    // by probe
  std::vector<AttachedProgram> beginnings;  // of those at returns: the ones that keep the packets
  std::vector<AttachedProgram> ends;        // of those whose packets are in hand: until when
  std::mutex shared_mutex;
  std::vector<SharedProgram> shared;  // of many probes each, which have none in `programs`

  Result<void> load_template(const KernelBtf& btf);
  Result<void> load_object(const KernelBtf& btf, const LibbpfLog& log);
  uint64_t find_netns_operations() const;
  Result<void> fill_netns_filter();
  bool set_watching(uint32_t value) const;
  template <typename Program>
  Result<Program> by_best_way(Rung rung, const std::function<Result<Program>(bool by_loads)>& make);
  Result<AttachedProgram> attach_by(Rung rung, uint32_t index, const ProbePlan& plan);
  Result<AttachedProgram> attach_end(Rung rung, uint32_t index, const ProbePlan& plan);
  Result<void> attach_all_of(Rung rung, uint32_t index, const ProbePlan& plan);
  Result<UniqueFd> load_shared_by(Rung rung, const ProbePlan& any);
  void attach_group(Rung rung, std::span<const IndexedPlan> plans, SharedGroup& group,
                    const KeepGoing& keep_going, std::vector<Result<std::string>>& results);
  void attach_groups(Rung rung, std::span<const IndexedPlan> plans,
                     std::vector<SharedGroup>& groups, const KeepGoing& keep_going,
                     std::vector<Result<std::string>>& results);
  HitCounters hit_counters() const {
    return {bpf_map__fd(object->maps.counters), bpf_map__fd(object->maps.cpus)};
  }
};

// Takes a template's relocated instructions away and leaves a program that does nothing: verifying
// the template itself, with knobs that mean nothing, would cost as much as verifying a probe's
// copy.
int keep_instructions(bpf_program* program, bpf_prog_load_opts* options, long cookie) {
  // libbpf hands a pointer on as a long; where it did not fit, this would not compile.
  auto* templates = std::bit_cast<ProgramTemplates*>(cookie);
  const bool is_list = std::string_view(bpf_program__name(program)) == "list_template";
  ProgramCode& kept = is_list ? templates->list : templates->one;
  const bpf_insn* first = bpf_program__insns(program);
  kept.instructions.assign(first, first + bpf_program__insn_cnt(program));
  // Only of a program with functions of its own; libbpf lays the records out as it was built.
  if (is_list && options->func_info_rec_size == sizeof(bpf_func_info)) {
    const auto* functions = static_cast<const bpf_func_info*>(options->func_info);
    kept.functions.assign(functions, functions + options->func_info_cnt);
    kept.btf_fd = static_cast<int>(options->prog_btf_fd);
  }
  std::vector<bpf_insn> nothing = empty_program();
  options->func_info_cnt = 0;
  options->line_info_cnt = 0;
  return bpf_program__set_insns(program, nothing.data(), nothing.size());
}

// libbpf before 1.3 (commit 8a0260dbf655) frees its table of handlers when the last one is
// unregistered, and once more when the next is registered: a second load in one process crashed.
// One that is never unregistered keeps the table.
void keep_handler_table() {
  static const int kept = libbpf_register_prog_handler("tracker/none", BPF_PROG_TYPE_RAW_TRACEPOINT,
                                                       static_cast<bpf_attach_type>(0), nullptr);
  static_cast<void>(kept);
}

Result<void> KernelProbes::State::load_template(const KernelBtf& btf) {
  keep_handler_table();
  LibbpfLog log;
  // The section names "tracker/..." are ours; the type is that of raw_tp programs.
  auto handler = libbpf_options<libbpf_prog_handler_opts>();
  handler.prog_prepare_load_fn = keep_instructions;
  handler.cookie = std::bit_cast<long>(&templates);
  int handler_id = libbpf_register_prog_handler("tracker+", BPF_PROG_TYPE_RAW_TRACEPOINT,
                                                static_cast<bpf_attach_type>(0), &handler);
  if (handler_id < 0) return system_error("prepare libbpf", -handler_id);
  Result<void> loaded = load_object(btf, log);
  libbpf_unregister_prog_handler(handler_id);
  return loaded;
}

Result<void> KernelProbes::State::load_object(const KernelBtf& btf, const LibbpfLog& log) {
  // Told where to look, libbpf does not go on to look in the modules' BTF for what vmlinux lacks
  // (struct skb_frag, 6.1), which needs CAP_SYS_ADMIN. It reads the file when it loads.
  auto open = libbpf_options<bpf_object_open_opts>();
  BtfFile types = BtfFile::make();
  open.btf_custom_path = types ? types.path().c_str() : kVmlinuxBtf;
  object.reset(tracker_bpf__open_opts(&open));
  if (!object) return load_error(errno, log.last_warning());
  if (types) {
    TRY_ASSIGN(reduced, btf.reduced_to(*bpf_object__btf(object->obj)));
    TRY(types.write(*reduced));
  }
  bpf_map__set_max_entries(object->maps.rings, possible_cpus());
  bpf_map__set_max_entries(object->maps.counters, std::max(options.probe_count, 1U));
  bpf_map__set_max_entries(object->maps.tracks, std::max(options.track_entries, 1U));
  bpf_map__set_max_entries(object->maps.calls, std::max(options.call_entries, 1U));
  bpf_map__set_max_entries(object->maps.hands, std::max(options.hand_entries, 1U));
  int failed = tracker_bpf__load(object.get());
  if (failed) return load_error(-failed, log.last_warning());
  CHECK(!templates.one.instructions.empty() && !templates.list.instructions.empty());
  return {};
}

// Where it cannot be run, a namespace's operations are not compared with anything.
uint64_t KernelProbes::State::find_netns_operations() const {
  auto run = libbpf_options<bpf_test_run_opts>();
  if (bpf_prog_test_run_opts(bpf_program__fd(object->progs.read_netns_operations), &run) != 0)
    return 0;
  return object->bss->netns_operations;
}

Result<void> KernelProbes::State::fill_netns_filter() {
  for (const KernelProbesOptions::Netns& netns : options.netns) {
    if (bpf_map__update_elem(object->maps.netns_filter, &netns.inum, sizeof(netns.inum),
                             &netns.cookie, sizeof(netns.cookie), BPF_ANY))
      return system_error("filter on one more network namespace", errno,
                          "at most 256 can be given with --netns");
  }
  return {};
}

bool KernelProbes::State::set_watching(uint32_t value) const {
  const uint32_t key = 0;
  return bpf_map__update_elem(object->maps.watching, &key, sizeof(key), &value, sizeof(value),
                              BPF_ANY) == 0;
}

// Programs that read the kernel's objects by loads cost less. A kernel that has the function for
// it, but not its call (no JIT compiler), permits those that read by calls.
template <typename Program>
Result<Program> KernelProbes::State::by_best_way(
    Rung rung, const std::function<Result<Program>(bool by_loads)>& make) {
  TRY(copies->check_rung(rung));
  auto made = make(copies->has_loads());
  if (made || !copies->has_loads()) return made;
  auto by_calls = make(false);
  if (!by_calls) return made;
  const std::lock_guard lock(refused_loads_mutex);
  if (refused_loads.empty()) refused_loads = made.error().message;
  return by_calls;
}

Result<AttachedProgram> KernelProbes::State::attach_by(Rung rung, uint32_t index,
                                                       const ProbePlan& plan) {
  return by_best_way<AttachedProgram>(rung, [&](bool by_loads) {
    return plan.point->attach(rung, copies->of_probe(index, plan, rung, by_loads));
  });
}

Result<AttachedProgram> KernelProbes::State::attach_end(Rung rung, uint32_t index,
                                                        const ProbePlan& plan) {
  return by_best_way<AttachedProgram>(rung, [&](bool by_loads) {
    return plan.point->attach(rung, copies->end_in_hand(index, rung, by_loads));
  });
}

// A return needs both programs: the one that keeps the packets first, of which it takes them. What
// is in hand needs both too, where the rung has them: the kernel runs the handler of a kretprobe
// that is there last before the one of the kprobe (add_new_kprobe()), which then finds the return
// address that stays until the call returns.
Result<void> KernelProbes::State::attach_all_of(Rung rung, uint32_t index, const ProbePlan& plan) {
  AttachedProgram beginning;
  const auto rung_before = rung_of_beginning(rung);
  if (rung_before && plan.point->needs_beginning()) {
    TRY_ASSIGN(attached, attach_by(*rung_before, index, plan));
    beginning = std::move(attached);
  }
  TRY_ASSIGN(attached, attach_by(rung, index, plan));
  attached.rung = rung;
  AttachedProgram end;
  const auto rung_after = rung_of_end(rung);
  if (rung_after && plan.in_hand) {
    TRY_ASSIGN(attached_end, attach_end(*rung_after, index, plan));
    end = std::move(attached_end);
  }
  programs[index] = std::move(attached);
  beginnings[index] = std::move(beginning);
  ends[index] = std::move(end);
  return {};
}

namespace {

// Those of `members` that have no result yet and whose point has this rung.
SharedGroup shared_group(Rung rung, std::span<const IndexedPlan> plans,
                         const std::vector<size_t>& members,
                         const std::vector<Result<std::string>>& results) {
  SharedGroup group;
  for (const size_t i : members) {
    auto site = plans[i].plan.point->shared_site();
    if (results[i] || !can_share(*site, rung)) continue;
    group.sites.push_back(std::move(*site));
    group.of_plan.push_back(i);
  }
  return group;
}

}  // namespace

Result<UniqueFd> KernelProbes::State::load_shared_by(Rung rung, const ProbePlan& any) {
  return by_best_way<UniqueFd>(
      rung, [&](bool by_loads) { return load_shared(rung, copies->shared(any, rung, by_loads)); });
}

void KernelProbes::State::attach_group(Rung rung, std::span<const IndexedPlan> plans,
                                       SharedGroup& group, const KeepGoing& keep_going,
                                       std::vector<Result<std::string>>& results) {
  const std::vector<size_t>& of_plan = group.of_plan;
  const auto say = [&](size_t i, const std::string& why) {
    const std::string& before = results[of_plan[i]].error().message;
    results[of_plan[i]] =
        Error{fmt::format("{}{}{}: {}", before, before.empty() ? "" : "; ", rung_name(rung), why)};
  };
  if (!group.program || !group.beginning) {
    const Error& error = !group.program ? group.program.error() : group.beginning.error();
    for (size_t i = 0; i < of_plan.size(); ++i) say(i, error.message);
    return;
  }
  std::vector<SharedTarget> targets;
  for (size_t i = 0; i < of_plan.size(); ++i)
    targets.push_back({&group.sites[i], group.sites[i].arguments | plans[of_plan[i]].index});
  SharedProgram made(std::move(*group.program), std::move(*group.beginning), rung);
  const auto refusals = tracker::attach_shared(made, targets, keep_going);
  for (size_t i = 0; i < of_plan.size(); ++i) {
    if (!refusals[i].empty()) {
      say(i, refusals[i]);
      continue;
    }
    results[of_plan[i]] = std::string(rung_name(rung));
    made.probes.push_back(plans[of_plan[i]].index);
  }
  if (made.probes.empty()) return;
  const std::lock_guard lock(shared_mutex);
  shared.push_back(std::move(made));
}

// Programs are verified at the same time: that takes as long as all else. Links are made in turn,
// as each of them changes the kernel's code.
void KernelProbes::State::attach_groups(Rung rung, std::span<const IndexedPlan> plans,
                                        std::vector<SharedGroup>& groups,
                                        const KeepGoing& keep_going,
                                        std::vector<Result<std::string>>& results) {
  std::erase_if(groups, [](const SharedGroup& group) { return group.of_plan.empty(); });
  const auto rung_before = rung_of_beginning(rung);
  const auto known = groups.empty() ? Result<void>{} : knows_links(rung);
  for_each_in_parallel(groups.size(), [&](size_t i) {
    if (!known) {
      groups[i].program = known.error();
      return;
    }
    const ProbePlan& any = plans[groups[i].of_plan[0]].plan;
    groups[i].program = load_shared_by(rung, any);
    if (groups[i].program && rung_before && any.point->needs_beginning())
      groups[i].beginning = load_shared_by(*rung_before, any);
  });
  for (SharedGroup& group : groups) attach_group(rung, plans, group, keep_going, results);
}

KernelProbes::KernelProbes(std::unique_ptr<State> state) : state_(std::move(state)) {}
KernelProbes::KernelProbes(KernelProbes&&) noexcept = default;
KernelProbes& KernelProbes::operator=(KernelProbes&&) noexcept = default;
KernelProbes::~KernelProbes() = default;

Result<KernelProbes> KernelProbes::load(const KernelProbesOptions& options, const KernelBtf& btf,
                                        const std::function<Result<EventRings>()>& rings) {
  auto state = std::make_unique<State>();
  state->options = options;
  state->programs.resize(options.probe_count);
  state->beginnings.resize(options.probe_count);
  state->ends.resize(options.probe_count);
  TRY(state->load_template(btf));
  state->copies.emplace(options, std::move(state->templates), state->find_netns_operations(), btf);
  state->refused_loads = state->copies->no_loads_reason();
  const auto& maps = state->object->maps;
  TRY_ASSIGN(made, rings());
  TRY(made.put_into(bpf_map__fd(maps.rings)));
  state->rings.emplace(std::move(made));
  state->tracks.emplace(bpf_map__fd(maps.tracks), options.track_entries, bpf_map__fd(maps.cpus));
  TRY(state->fill_netns_filter());
  return KernelProbes(std::move(state));
}

Result<void> KernelProbes::attach_by(Rung rung, uint32_t index, const ProbePlan& plan) {
  CHECK(index < state_->programs.size());
  return state_->attach_all_of(rung, index, plan);
}

Result<std::string> KernelProbes::attach(uint32_t index, const ProbePlan& plan) {
  std::string refused;
  for (const Rung rung : plan.point->rungs()) {
    const auto attached = attach_by(rung, index, plan);
    if (attached) return std::string(rung_name(rung));
    refused += fmt::format("{}{}: {}", refused.empty() ? "" : "; ", rung_name(rung),
                           attached.error().message);
  }
  const std::string lockdown = lockdown_text();
  return Error{lockdown.empty() ? refused : lockdown};
}

std::vector<Result<std::string>> KernelProbes::attach_shared(std::span<const IndexedPlan> plans,
                                                             std::span<const Rung> rungs,
                                                             const KeepGoing& keep_going) {
  std::vector<Result<std::string>> results(plans.size(), Error{});
  std::map<std::pair<uint32_t, SharedForm>, std::vector<size_t>> groups;
  for (size_t i = 0; i < plans.size(); ++i) {
    if (const auto site = plans[i].plan.point->shared_site())
      groups[{plans[i].plan.sections, site->form}].push_back(i);
  }
  for (const Rung rung : rungs) {
    std::vector<SharedGroup> remaining;
    for (const auto& [program, members] : groups)
      remaining.push_back(shared_group(rung, plans, members, results));
    state_->attach_groups(rung, plans, remaining, keep_going, results);
  }
  const std::string lockdown = lockdown_text();
  for (Result<std::string>& result : results) {
    if (result) continue;
    if (!lockdown.empty())
      result = Error{lockdown};
    else if (result.error().message.empty())
      result = Error{"no program that many functions share reaches it by this means"};
  }
  return results;
}

const std::string& KernelProbes::refused_loads() const { return state_->refused_loads; }

Result<void> KernelProbes::start_watching() {
  if (!state_->set_watching(1)) return system_error("let the probes begin", errno);
  return {};
}

Result<size_t> KernelProbes::drain(size_t budget, const EventRings::RecordCallback& callback) {
  return state_->rings->drain(budget, callback);
}

int KernelProbes::poll_fd() const { return state_->rings->poll_fd(); }

void KernelProbes::detach() {
  // So that all end at once. Where the kernel refuses it (no CAP_BPF any more, before 5.19) they
  // end one after the other.
  static_cast<void>(state_->set_watching(0));
  for (auto* programs : {&state_->programs, &state_->beginnings, &state_->ends})
    for (AttachedProgram& program : *programs) program.link.reset();
  for (SharedProgram& program : state_->shared) program.detach();
  // Closing a link does not wait for programs that run (they run inside RCU read sections);
  // this returns after a grace period. Kernels without it: a grace period passes soon after.
  ::syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
}

Result<std::vector<ProbeCounters>> KernelProbes::counters(uint32_t index) const {
  return state_->hit_counters().of_probe(index);
}

Result<std::vector<uint64_t>> KernelProbes::lost_by_cpu() const {
  return state_->hit_counters().lost_by_cpu();
}

int64_t KernelProbes::missed(uint32_t index) const {
  bpf_prog_info info{};
  if (!program_info(state_->programs[index].program, info)) return -1;
  if (!counts_missed(state_->programs[index].rung)) return -1;
  bpf_prog_info before{};
  if (program_info(state_->beginnings[index].program, before))
    info.recursion_misses += before.recursion_misses;
  const auto too_deep = state_->hit_counters().too_deep(index);
  return too_deep ? static_cast<int64_t>(info.recursion_misses + *too_deep) : -1;
}

std::vector<SharedProgramUse> KernelProbes::shared_programs() const {
  std::vector<SharedProgramUse> uses;
  for (const SharedProgram& shared : state_->shared) {
    std::optional<uint64_t> missed = shared.missed();
    for (const uint32_t index : shared.probes) {
      const auto too_deep = state_->hit_counters().too_deep(index);
      if (too_deep && missed) *missed += *too_deep;
    }
    uses.push_back({std::string(rung_name(shared.rung)), shared.probes.size(),
                    missed ? static_cast<int64_t>(*missed) : -1});
  }
  return uses;
}

KernelProbes::RunTime KernelProbes::run_time(uint32_t index) const {
  bpf_prog_info info{};
  if (!program_info(state_->programs[index].program, info)) return {};
  return {info.run_time_ns, info.run_cnt};
}

Result<size_t> KernelProbes::sweep_tracks(uint64_t before_ns) {
  return state_->tracks->sweep(before_ns);
}

}  // namespace tracker
