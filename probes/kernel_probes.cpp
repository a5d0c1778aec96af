// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/kernel_probes.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/membarrier.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <iterator>
#include <optional>
#include <utility>

#include "base/check.h"
#include "base/system_error.h"
#include "base/unique_fd.h"
#include "probes/libbpf_log.h"
#include "probes/libbpf_options.h"
#include "probes/program.h"
#include "probes/program_ways.h"
#include "probes/record_layout.h"
#include "probes/ring_reader.h"
#include "probes/tracker.skel.h"

namespace tracker {

namespace {

// Entries of the tracking map that are read at a time, and portions in one sweep: the rings fill
// meanwhile.
constexpr size_t kSweepPortion = 4096;
constexpr size_t kSweepPortionsMin = 16, kSweepPortionsMax = 128;

constexpr const char* kVmlinuxBtf = "/sys/kernel/btf/vmlinux";

struct KnownTracepoint {
  const char* name;
  ProbeRole role;
  uint32_t stage;  // RECEIVE_STAGE_ where it receives
};

// What the kernel's own tracepoints tell about a packet's life; others are kOther.
constexpr KnownTracepoint kKnownTracepoints[] = {
    {"kfree_skb", ProbeRole::kDropped, 0},
    {"consume_skb", ProbeRole::kConsumed, 0},
    {"napi_gro_receive_entry", ProbeRole::kReceive, RECEIVE_STAGE_GRO},
    {"netif_rx", ProbeRole::kReceive, RECEIVE_STAGE_BACKLOG},
    {"netif_receive_skb", ProbeRole::kReceive, RECEIVE_STAGE_CORE},
    {"net_dev_queue", ProbeRole::kQueue, 0},
    {"net_dev_start_xmit", ProbeRole::kTransmit, 0},
    {"net_dev_xmit", ProbeRole::kTransmitted, 0},
};

const KnownTracepoint* known(const std::string& name) {
  for (const KnownTracepoint& entry : kKnownTracepoints) {
    if (name == entry.name) return &entry;
  }
  return nullptr;
}

struct ObjectDeleter {
  void operator()(tracker_bpf* object) const { tracker_bpf__destroy(object); }
};

uint64_t position_knob(int position) {
  return position < 0 || position >= SCRATCH_ARGS ? KNOB_NO_ARG : static_cast<uint64_t>(position);
}

// Which sections a record has, and where.
void set_layout(const RecordLayout& layout, Knobs& knobs) {
  knobs[KNOB_SECTIONS] = layout.sections;
  knobs[KNOB_RECORD_BYTES] = layout.bytes;
  std::copy(layout.offsets.begin(), layout.offsets.end(), knobs.begin() + KNOB_OFFSET_skb);
}

Error load_error(int error_number, const std::string& said) {
  if (error_number == EPERM || error_number == EACCES)
    return Error{
        "no permission to load BPF programs: tracker needs CAP_BPF, CAP_PERFMON and, for "
        "namespaces "
        "by name, CAP_SYS_ADMIN (run it as root)"};
  return system_error("load the BPF programs", error_number, said);
}

}  // namespace

ProbeRole probe_role(const std::string& tracepoint_name) {
  const KnownTracepoint* entry = known(tracepoint_name);
  return entry ? entry->role : ProbeRole::kOther;
}

uint32_t possible_cpus() {
  int count = libbpf_num_possible_cpus();
  return count > 0 ? static_cast<uint32_t>(count) : 1;
}

struct KernelProbes::State {
  KernelProbesOptions options;
  std::unique_ptr<tracker_bpf, ObjectDeleter> object;
  std::vector<bpf_insn> instructions;  // relocated, not patched
  std::optional<Loads> loads;
  std::optional<Guard> guard;
  std::string refused_loads;
  std::vector<UniqueFd> ring_fds;  // by CPU
  std::vector<RingReader> rings;   // by CPU
  UniqueFd epoll;
  std::vector<AttachedProgram> programs;   // by probe
  std::optional<uint32_t> sweep_position;  // where the last sweep of the tracking map stopped
  uint64_t tracks_swept = 0;

  Result<void> load_template();
  Result<void> load_object(const LibbpfLog& log);
  void find_ways(const KernelBtf& btf);
  Result<void> make_rings();
  Result<void> fill_netns_filter();
  bool set_watching(uint32_t value) const;
  Result<uint64_t> tracks_in_use() const;
  Result<bool> sweep_some(uint64_t before_ns, size_t& forgotten);
  Knobs knobs(uint32_t index, const ProbePlan& plan) const;
  KernelFunctions functions(bool by_loads) const;
  Result<AttachedProgram> attach_copy(uint32_t index, const ProbePlan& plan, bool by_loads) const;
  template <typename Value>
  Result<std::vector<Value>> per_cpu(int map_fd, uint32_t key, const char* what) const;
  Result<std::vector<tracker_probe_counters>> probe_counters(uint32_t index) const;
};

// Takes the relocated instructions away and leaves a program that does nothing: verifying the
// template itself, with knobs that mean nothing, would cost as much as verifying a probe's copy.
int keep_instructions(bpf_program* program, bpf_prog_load_opts* options, long cookie) {
  // libbpf hands a pointer on as a long; where it did not fit, this would not compile.
  auto* kept = std::bit_cast<std::vector<bpf_insn>*>(cookie);
  const bpf_insn* first = bpf_program__insns(program);
  kept->assign(first, first + bpf_program__insn_cnt(program));
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

Result<void> KernelProbes::State::load_template() {
  keep_handler_table();
  LibbpfLog log;
  // The section name "tracker/template" is ours; the type is that of raw_tp programs.
  auto handler = libbpf_options<libbpf_prog_handler_opts>();
  handler.prog_prepare_load_fn = keep_instructions;
  handler.cookie = std::bit_cast<long>(&instructions);
  int handler_id = libbpf_register_prog_handler("tracker/template", BPF_PROG_TYPE_RAW_TRACEPOINT,
                                                static_cast<bpf_attach_type>(0), &handler);
  if (handler_id < 0) return system_error("prepare libbpf", -handler_id);
  Result<void> loaded = load_object(log);
  libbpf_unregister_prog_handler(handler_id);
  return loaded;
}

Result<void> KernelProbes::State::load_object(const LibbpfLog& log) {
  // Told where to look, libbpf does not go on to look in the modules' BTF for what vmlinux lacks
  // (struct skb_frag, 6.1), which needs CAP_SYS_ADMIN.
  auto open = libbpf_options<bpf_object_open_opts>();
  if (::access(kVmlinuxBtf, R_OK) == 0) open.btf_custom_path = kVmlinuxBtf;
  object.reset(tracker_bpf__open_opts(&open));
  if (!object) return load_error(errno, log.last_warning());
  bpf_map__set_max_entries(object->maps.rings, possible_cpus());
  bpf_map__set_max_entries(object->maps.counters, std::max(options.probe_count, 1U));
  bpf_map__set_max_entries(object->maps.tracks, std::max(options.track_entries, 1U));
  int failed = tracker_bpf__load(object.get());
  if (failed) return load_error(-failed, log.last_warning());
  CHECK(!instructions.empty());
  return {};
}

void KernelProbes::State::find_ways(const KernelBtf& btf) {
  const std::vector<uint32_t> functions = kernel_functions(btf);
  if (options.guard) guard = find_guard(functions);
  if (!options.loads) return;
  auto found = find_loads(btf, functions);
  if (found)
    loads = std::move(found).value();
  else
    refused_loads = found.error().message;
}

Result<void> KernelProbes::State::make_rings() {
  epoll.reset(epoll_create1(EPOLL_CLOEXEC));
  if (!epoll) return system_error("create an epoll instance", errno);
  for (uint32_t cpu = 0; cpu < possible_cpus(); ++cpu) {
    UniqueFd ring(
        bpf_map_create(BPF_MAP_TYPE_RINGBUF, "tracker_ring", 0, 0, options.ring_bytes, nullptr));
    if (!ring)
      return system_error(
          fmt::format("create a ring buffer of {} bytes for CPU {}", options.ring_bytes, cpu),
          errno, "choose a power of two of at least 4096 with --ring-size");
    int fd = ring.get();
    if (bpf_map__update_elem(object->maps.rings, &cpu, sizeof(cpu), &fd, sizeof(fd), BPF_ANY))
      return system_error(fmt::format("hand the ring buffer of CPU {} to the kernel", cpu), errno);
    TRY_ASSIGN(reader, RingReader::open(fd));
    epoll_event interest{};
    interest.events = EPOLLIN;
    if (epoll_ctl(epoll.get(), EPOLL_CTL_ADD, reader.epoll_fd(), &interest))
      return system_error("wait for a ring buffer", errno);
    rings.push_back(std::move(reader));
    ring_fds.push_back(std::move(ring));
  }
  return {};
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

Result<AttachedProgram> KernelProbes::State::attach_copy(uint32_t index, const ProbePlan& plan,
                                                         bool by_loads) const {
  std::vector<bpf_insn> copy = instructions;
  Knobs constants = knobs(index, plan);
  constants[KNOB_LOADS] = by_loads;
  if (by_loads)
    std::copy(loads->struct_ids.begin(), loads->struct_ids.end(),
              constants.begin() + KNOB_TYPE_sk_buff);
  CHECK(patch_knobs(copy, constants) > 0);
  CHECK(patch_calls(copy, functions(by_loads)) > 0);
  // libbpf looks types of modules up by an object file descriptor that needs CAP_SYS_ADMIN
  const uint32_t type_id = plan.tracepoint->module.empty() ? plan.tracepoint->type_id : 0;
  LibbpfLog log;
  return attach_tracepoint(copy, plan.tracepoint->name, type_id);
}

Knobs KernelProbes::State::knobs(uint32_t index, const ProbePlan& plan) const {
  const TracepointArgs& args = plan.tracepoint->args;
  const KnownTracepoint* entry = known(plan.tracepoint->name);
  uint64_t flags = 0;
  if (options.track_entries != 0) flags |= KNOB_FLAG_TRACK;
  if (!options.netns.empty()) flags |= KNOB_FLAG_NETNS_FILTER;
  if (options.all_skbs) flags |= KNOB_FLAG_ALL_SKBS;
  if (plan.companion) flags |= KNOB_FLAG_COMPANION;
  if (plan.netns_only) flags |= KNOB_FLAG_NETNS_ONLY;
  if (plan.paired) flags |= KNOB_FLAG_PAIRED;
  uint32_t sections = fillable_sections(plan.sections, plan.role != ProbeRole::kTransmitted);
  const bool takes_every_stack = (sections & section_bit(Section::kStack)) != 0;
  if (plan.role == ProbeRole::kDropped && !takes_every_stack && !options.stacks.is_nothing()) {
    flags |= KNOB_FLAG_STACK_BUDGET;
    sections |= section_bit(Section::kStack);
  }
  Knobs knobs{};
  knobs[KNOB_PROBE] = index;
  for (int position : {args.skb, args.sock, args.dev, args.reason, args.location, args.return_code})
    if (position_knob(position) != KNOB_NO_ARG) knobs[KNOB_ARGS] |= 1U << position;
  knobs[KNOB_SKB_ARG] = position_knob(args.skb);
  knobs[KNOB_SOCK_ARG] = position_knob(args.sock);
  knobs[KNOB_DEV_ARG] = position_knob(args.dev);
  knobs[KNOB_REASON_ARG] = position_knob(args.reason);
  knobs[KNOB_LOCATION_ARG] = position_knob(args.location);
  knobs[KNOB_RETURN_ARG] = position_knob(args.return_code);
  knobs[KNOB_ROLE] = static_cast<uint64_t>(plan.role);
  knobs[KNOB_STAGE] = entry ? entry->stage : 0;
  set_layout(record_layout(sections), knobs);
  knobs[KNOB_FLAGS] = flags;
  knobs[KNOB_SNAPLEN] = options.snaplen;
  knobs[KNOB_CPU_COUNT] = possible_cpus();
  knobs[KNOB_WAKE_BYTES] = options.ring_bytes / 4;
  knobs[KNOB_NETNS_OPS] = options.netns_operations;
  if (options.netns.size() == 1) {
    knobs[KNOB_NETNS_INUM] = options.netns[0].inum;
    knobs[KNOB_NETNS_COOKIE] = options.netns[0].cookie;
  }
  knobs[KNOB_VMEMMAP] = options.vmemmap_base;
  knobs[KNOB_PAGE_OFFSET] = options.page_offset_base;
  knobs[KNOB_STACK_FIRST] = options.stacks.first;
  knobs[KNOB_STACK_RATE] = options.stacks.per_second;
  knobs[KNOB_GUARD] = guard.has_value();
  return knobs;
}

KernelProbes::KernelProbes(std::unique_ptr<State> state) : state_(std::move(state)) {}
KernelProbes::KernelProbes(KernelProbes&&) noexcept = default;
KernelProbes& KernelProbes::operator=(KernelProbes&&) noexcept = default;
KernelProbes::~KernelProbes() = default;

Result<KernelProbes> KernelProbes::load(const KernelProbesOptions& options, const KernelBtf& btf) {
  auto state = std::make_unique<State>();
  state->options = options;
  state->programs.resize(options.probe_count);
  TRY(state->load_template());
  state->find_ways(btf);
  TRY(state->make_rings());
  TRY(state->fill_netns_filter());
  return KernelProbes(std::move(state));
}

Result<std::string> KernelProbes::attach(uint32_t index, const ProbePlan& plan) {
  CHECK(index < state_->programs.size());
  auto attached = state_->attach_copy(index, plan, state_->loads.has_value());
  if (!attached && state_->loads) {
    // A kernel that has the function, but not its call (no JIT compiler), permits the calls.
    auto by_calls = state_->attach_copy(index, plan, false);
    if (by_calls) {
      if (state_->refused_loads.empty()) state_->refused_loads = attached.error().message;
      attached = std::move(by_calls);
    }
  }
  if (!attached) return attached.error();
  std::string rung = attached->rung;
  state_->programs[index] = std::move(attached).value();
  return rung;
}

const std::string& KernelProbes::refused_loads() const { return state_->refused_loads; }

Result<void> KernelProbes::start_watching() {
  if (!state_->set_watching(1)) return system_error("let the probes begin", errno);
  return {};
}

Result<size_t> KernelProbes::drain(size_t budget, const RecordCallback& callback) {
  size_t taken = 0;
  for (uint32_t cpu = 0; cpu < state_->rings.size(); ++cpu) {
    TRY_ASSIGN(count, state_->rings[cpu].drain(budget, [&](std::span<const std::byte> record) {
      callback(cpu, record);
    }));
    taken += count;
  }
  return taken;
}

int KernelProbes::poll_fd() const { return state_->epoll.get(); }

void KernelProbes::detach() {
  // So that all end at once. Where the kernel refuses it (no CAP_BPF any more, before 5.19) they
  // end one after the other.
  static_cast<void>(state_->set_watching(0));
  for (AttachedProgram& program : state_->programs) program.link.reset();
  // Closing a link does not wait for programs that run (they run inside RCU read sections);
  // this returns after a grace period. Kernels without it: a grace period passes soon after.
  ::syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
}

template <typename Value>
Result<std::vector<Value>> KernelProbes::State::per_cpu(int map_fd, uint32_t key,
                                                        const char* what) const {
  static_assert(sizeof(Value) % 8 == 0, "the kernel rounds per-CPU values up to 8 bytes");
  std::vector<Value> values(possible_cpus());
  if (bpf_map_lookup_elem(map_fd, &key, values.data()))
    return system_error(fmt::format("read {} from the kernel", what), errno);
  return values;
}

Result<std::vector<tracker_probe_counters>> KernelProbes::State::probe_counters(
    uint32_t index) const {
  return per_cpu<tracker_probe_counters>(bpf_map__fd(object->maps.counters), index,
                                         "a probe's counters");
}

namespace {

tracker_counters sum_of_depths(const tracker_probe_counters& counters) {
  tracker_counters sum{};
  for (const tracker_counters& depth : counters.at_depth) {
    sum.seen += depth.seen;
    sum.filtered += depth.filtered;
    sum.recorded += depth.recorded;
    sum.ring_full += depth.ring_full;
    sum.unattributed += depth.unattributed;
    sum.untracked += depth.untracked;
  }
  return sum;
}

}  // namespace

Result<std::vector<ProbeCounters>> KernelProbes::counters(uint32_t index) const {
  TRY_ASSIGN(values, state_->probe_counters(index));
  std::vector<ProbeCounters> result;
  for (uint32_t cpu = 0; cpu < values.size(); ++cpu) {
    const tracker_counters value = sum_of_depths(values[cpu]);
    if (value.seen == 0) continue;
    ProbeCounters counters;
    counters.probe = static_cast<uint16_t>(index);
    counters.cpu = static_cast<uint16_t>(cpu);
    counters.seen = value.seen;
    counters.filtered = value.filtered;
    counters.recorded = value.recorded;
    counters.ring_full = value.ring_full;
    counters.unattributed = value.unattributed;
    counters.untracked = value.untracked;
    result.push_back(counters);
  }
  return result;
}

Result<std::vector<uint64_t>> KernelProbes::lost_by_cpu() const {
  TRY_ASSIGN(values, state_->per_cpu<tracker_cpu>(bpf_map__fd(state_->object->maps.cpus), 0,
                                                  "a CPU's counters"));
  std::vector<uint64_t> lost;
  lost.reserve(values.size());
  for (const tracker_cpu& value : values) lost.push_back(value.lost);
  return lost;
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
  auto counters = state_->probe_counters(index);
  if (!counters) return -1;
  uint64_t missed = info.recursion_misses;
  for (const tracker_probe_counters& of_cpu : *counters) missed += of_cpu.too_deep;
  return static_cast<int64_t>(missed);
}

KernelProbes::RunTime KernelProbes::run_time(uint32_t index) const {
  bpf_prog_info info{};
  if (!program_info(state_->programs[index], info)) return {};
  return {info.run_time_ns, info.run_cnt};
}

Result<uint64_t> KernelProbes::State::tracks_in_use() const {
  TRY_ASSIGN(values, per_cpu<tracker_cpu>(bpf_map__fd(object->maps.cpus), 0, "a CPU's counters"));
  uint64_t in_use = 0;
  for (const tracker_cpu& value : values) in_use += value.tracks;
  return in_use - tracks_swept;
}

// One portion of the map; false: that was the last.
Result<bool> KernelProbes::State::sweep_some(uint64_t before_ns, size_t& forgotten) {
  std::vector<uint64_t> keys(kSweepPortion);
  std::vector<tracker_track> values(kSweepPortion);
  const int map = bpf_map__fd(object->maps.tracks);
  auto count = static_cast<uint32_t>(keys.size());
  uint32_t next = 0;
  auto batch = libbpf_options<bpf_map_batch_opts>();
  const bool is_last = bpf_map_lookup_batch(map, sweep_position ? &*sweep_position : nullptr, &next,
                                            keys.data(), values.data(), &count, &batch) != 0;
  if (is_last && errno != ENOENT) return system_error("read the tracking map", errno);
  for (uint32_t i = 0; i < count; ++i) {
    // An entry renewed since it was read is deleted too: its packet gets a new id. Doubt splits.
    const bool is_over = values[i].signature == 0 || values[i].seen_ns < before_ns;
    if (!is_over || bpf_map_delete_elem(map, &keys[i]) != 0) continue;
    ++forgotten;
    ++tracks_swept;
  }
  if (is_last)
    sweep_position.reset();
  else
    sweep_position = next;
  return !is_last;
}

Result<size_t> KernelProbes::sweep_tracks(uint64_t before_ns) {
  size_t forgotten = 0;
  if (state_->options.track_entries == 0) return forgotten;
  TRY_ASSIGN(in_use, state_->tracks_in_use());
  if (in_use <= state_->options.track_entries / 2) return forgotten;
  const size_t portions = std::clamp(state_->options.track_entries / kSweepPortion / 16,
                                     kSweepPortionsMin, kSweepPortionsMax);
  for (size_t portion = 0; portion < portions; ++portion) {
    TRY_ASSIGN(has_more, state_->sweep_some(before_ns, forgotten));
    if (!has_more) break;
  }
  return forgotten;
}

}  // namespace tracker
