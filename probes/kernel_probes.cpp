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
#include <mutex>
#include <optional>
#include <utility>

#include "base/check.h"
#include "base/system_error.h"
#include "base/unique_fd.h"
#include "probes/event_rings.h"
#include "probes/hit_counters.h"
#include "probes/libbpf_log.h"
#include "probes/libbpf_options.h"
#include "probes/program.h"
#include "probes/program_ways.h"
#include "probes/prune.h"
#include "probes/record_layout.h"
#include "probes/tracker.skel.h"
#include "probes/tracking_map.h"
#include "probes/trial.h"

namespace tracker {

namespace {

constexpr const char* kVmlinuxBtf = "/sys/kernel/btf/vmlinux";

struct ObjectDeleter {
  void operator()(tracker_bpf* object) const { tracker_bpf__destroy(object); }
};

// The object's programs, by what a hit brings.
struct Templates {
  ProgramCode one;   // skb
  ProgramCode list;  // of skbs
};

// Which sections a record has, and where.
void set_layout(const RecordLayout& layout, Knobs& knobs) {
  knobs[KNOB_SECTIONS] = layout.sections;
  knobs[KNOB_RECORD_BYTES] = layout.bytes;
  std::copy(layout.offsets.begin(), layout.offsets.end(), knobs.begin() + KNOB_OFFSET_skb);
}

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

struct KernelProbes::State {
  KernelProbesOptions options;
  std::unique_ptr<tracker_bpf, ObjectDeleter> object;
  Templates templates;            // relocated, not patched
  uint64_t netns_operations = 0;  // its address; 0: not known
  std::optional<Loads> loads;
  std::optional<Guard> guard;
  std::mutex refused_loads_mutex;
  std::string refused_loads;
  std::optional<EventRings> rings;
  std::optional<TrackingMap> tracks;
  std::vector<AttachedProgram> programs;    // by probe
  std::vector<AttachedProgram> beginnings;  // of those at returns: the ones that keep the packets

  Result<void> load_template(const KernelBtf& btf);
  Result<void> load_object(const KernelBtf& btf, const LibbpfLog& log);
  void find_netns_operations();
  void find_ways(const KernelBtf& btf);
  Result<void> fill_netns_filter();
  bool set_watching(uint32_t value) const;
  Knobs knobs(uint32_t index, const ProbePlan& plan, Rung rung) const;
  bool is_guarded(Rung rung) const;
  KernelFunctions functions(bool by_loads) const;
  Result<AttachedProgram> attach_copy(uint32_t index, const ProbePlan& plan, Rung rung,
                                      bool by_loads) const;
  Result<AttachedProgram> attach_by(Rung rung, uint32_t index, const ProbePlan& plan);
  Result<void> attach_all_of(Rung rung, uint32_t index, const ProbePlan& plan);
  HitCounters hit_counters() const {
    return {bpf_map__fd(object->maps.counters), bpf_map__fd(object->maps.cpus)};
  }
};

// Takes a template's relocated instructions away and leaves a program that does nothing: verifying
// the template itself, with knobs that mean nothing, would cost as much as verifying a probe's
// copy.
int keep_instructions(bpf_program* program, bpf_prog_load_opts* options, long cookie) {
  // libbpf hands a pointer on as a long; where it did not fit, this would not compile.
  auto* templates = std::bit_cast<Templates*>(cookie);
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
  bpf_insn nothing[2]{};
  nothing[0].code = BPF_ALU64 | BPF_MOV | BPF_K;  // r0 = 0
  nothing[1].code = BPF_JMP | BPF_EXIT;
  options->func_info_cnt = 0;
  options->line_info_cnt = 0;
  return bpf_program__set_insns(program, nothing, std::size(nothing));
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
  int failed = tracker_bpf__load(object.get());
  if (failed) return load_error(-failed, log.last_warning());
  CHECK(!templates.one.instructions.empty() && !templates.list.instructions.empty());
  return {};
}

// Where it cannot be run, a namespace's operations are not compared with anything.
void KernelProbes::State::find_netns_operations() {
  auto run = libbpf_options<bpf_test_run_opts>();
  if (bpf_prog_test_run_opts(bpf_program__fd(object->progs.read_netns_operations), &run) == 0)
    netns_operations = object->bss->netns_operations;
}

void KernelProbes::State::find_ways(const KernelBtf& btf) {
  const std::vector<uint32_t> functions = kernel_functions(btf);
  guard = find_guard(functions);
  if (!options.loads) return;
  auto found = find_loads(btf, functions);
  if (found)
    loads = std::move(found).value();
  else
    refused_loads = found.error().message;
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

KernelFunctions KernelProbes::State::functions(bool by_loads) const {
  KernelFunctions functions{};
  if (by_loads) functions[CALL_bpf_rdonly_cast] = loads->cast;
  if (guard) {
    functions[CALL_bpf_preempt_disable] = guard->disable;
    functions[CALL_bpf_preempt_enable] = guard->enable;
  }
  return functions;
}

bool KernelProbes::State::is_guarded(Rung rung) const {
  return guard.has_value() && options.guard.value_or(may_be_preempted(rung));
}

Result<AttachedProgram> KernelProbes::State::attach_copy(uint32_t index, const ProbePlan& plan,
                                                         Rung rung, bool by_loads) const {
  Knobs constants = knobs(index, plan, rung);
  ProgramCode copy = constants[KNOB_LIST] == LIST_NONE ? templates.one : templates.list;
  constants[KNOB_GUARD] = is_guarded(rung);
  constants[KNOB_LOADS] = by_loads;
  if (by_loads)
    std::copy(loads->struct_ids.begin(), loads->struct_ids.end(),
              constants.begin() + KNOB_TYPE_sk_buff);
  CHECK(patch_knobs(copy.instructions, constants) > 0);
  CHECK(patch_calls(copy.instructions, functions(by_loads)) > 0);
  prune_unreachable(copy);
  return plan.point->attach(rung, copy);
}

Result<AttachedProgram> KernelProbes::State::attach_by(Rung rung, uint32_t index,
                                                       const ProbePlan& plan) {
  if (!guard && is_in_trampoline(rung) && kernel_may_preempt())
    return Error{
        "this kernel may preempt such programs, and has nothing by which they could forbid it "
        "(bpf_preempt_disable)"};
  auto attached = attach_copy(index, plan, rung, loads.has_value());
  if (attached || !loads) return attached;
  // A kernel that has the function, but not its call (no JIT compiler), permits the calls.
  auto by_calls = attach_copy(index, plan, rung, false);
  if (!by_calls) return attached;
  const std::lock_guard lock(refused_loads_mutex);
  if (refused_loads.empty()) refused_loads = attached.error().message;
  return by_calls;
}

// A return needs both programs: the one that keeps the packets first, of which it takes them.
Result<void> KernelProbes::State::attach_all_of(Rung rung, uint32_t index, const ProbePlan& plan) {
  AttachedProgram beginning;
  const auto rung_before = rung_of_beginning(rung);
  if (rung_before && plan.point->name().role == ProbeRole::kReturn) {
    TRY_ASSIGN(attached, attach_by(*rung_before, index, plan));
    beginning = std::move(attached);
  }
  TRY_ASSIGN(attached, attach_by(rung, index, plan));
  attached.rung = rung;
  programs[index] = std::move(attached);
  beginnings[index] = std::move(beginning);
  return {};
}

Knobs KernelProbes::State::knobs(uint32_t index, const ProbePlan& plan, Rung rung) const {
  const ProbeRole role = plan.point->name().role;
  uint64_t flags = 0;
  if (options.track_entries != 0) flags |= KNOB_FLAG_TRACK;
  if (!options.netns.empty()) flags |= KNOB_FLAG_NETNS_FILTER;
  if (options.all_skbs) flags |= KNOB_FLAG_ALL_SKBS;
  if (plan.companion) flags |= KNOB_FLAG_COMPANION;
  if (plan.netns_only) flags |= KNOB_FLAG_NETNS_ONLY;
  if (plan.paired) flags |= KNOB_FLAG_PAIRED;
  if (role == ProbeRole::kReturn && !rung_of_beginning(rung))
    flags |= KNOB_FLAG_CALL | KNOB_FLAG_COMPANION;
  uint32_t sections = fillable_sections(plan.sections, role);
  const bool takes_every_stack = (sections & section_bit(Section::kStack)) != 0;
  if (role == ProbeRole::kDropped && !takes_every_stack && !options.stacks.is_nothing()) {
    flags |= KNOB_FLAG_STACK_BUDGET;
    sections |= section_bit(Section::kStack);
  }
  Knobs knobs{};
  knobs[KNOB_PROBE] = index;
  knobs[KNOB_CONTEXT] = context_of(rung);
  plan.point->set_knobs(rung, knobs);
  set_layout(record_layout(sections), knobs);
  knobs[KNOB_FLAGS] = flags;
  knobs[KNOB_SNAPLEN] = options.snaplen;
  knobs[KNOB_CPU_COUNT] = possible_cpus();
  knobs[KNOB_WAKE_BYTES] = options.ring_bytes / 4;
  knobs[KNOB_NETNS_OPS] = netns_operations;
  if (options.netns.size() == 1) {
    knobs[KNOB_NETNS_INUM] = options.netns[0].inum;
    knobs[KNOB_NETNS_COOKIE] = options.netns[0].cookie;
  }
  knobs[KNOB_VMEMMAP] = options.vmemmap_base;
  knobs[KNOB_PAGE_OFFSET] = options.page_offset_base;
  knobs[KNOB_STACK_FIRST] = options.stacks.first;
  knobs[KNOB_STACK_RATE] = options.stacks.per_second;
  return knobs;
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
  TRY(state->load_template(btf));
  state->find_netns_operations();
  state->find_ways(btf);
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
  for (auto* programs : {&state_->programs, &state_->beginnings})
    for (AttachedProgram& program : *programs) program.link.reset();
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

namespace {

bool program_info(const AttachedProgram& program, bpf_prog_info& info) {
  uint32_t size = sizeof(info);
  return program.program && bpf_obj_get_info_by_fd(program.program.get(), &info, &size) == 0;
}

}  // namespace

int64_t KernelProbes::missed(uint32_t index) const {
  bpf_prog_info info{};
  if (!program_info(state_->programs[index], info)) return -1;
  if (!counts_missed(state_->programs[index].rung)) return -1;
  bpf_prog_info before{};
  if (program_info(state_->beginnings[index], before))
    info.recursion_misses += before.recursion_misses;
  const auto too_deep = state_->hit_counters().too_deep(index);
  return too_deep ? static_cast<int64_t>(info.recursion_misses + *too_deep) : -1;
}

KernelProbes::RunTime KernelProbes::run_time(uint32_t index) const {
  bpf_prog_info info{};
  if (!program_info(state_->programs[index], info)) return {};
  return {info.run_time_ns, info.run_cnt};
}

Result<size_t> KernelProbes::sweep_tracks(uint64_t before_ns) {
  return state_->tracks->sweep(before_ns);
}

}  // namespace tracker
