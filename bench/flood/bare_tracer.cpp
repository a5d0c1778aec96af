// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/flood/bare_tracer.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>
#include <thread>
#include <vector>

#include "base/system_error.h"
#include "base/unique_fd.h"
#include "bench/flood/bare.skel.h"
#include "probes/kernel_probes.h"
#include "probes/libbpf_log.h"
#include "probes/ring_reader.h"

namespace tracker::bench {
namespace {

constexpr uint32_t kRingBytes = 32U << 20;  // tracker's on up to four CPUs

volatile std::sig_atomic_t has_ended = 0;

struct ObjectDeleter {
  void operator()(bare_bpf* object) const { bare_bpf__destroy(object); }
};
using Object = std::unique_ptr<bare_bpf, ObjectDeleter>;

// The arguments of a tracepoint, from the prototype of its btf_trace_ typedef; the first is the
// tracer's own.
uint32_t argument_count(const char* tracepoint) {
  btf* const kernel = btf__load_vmlinux_btf();
  const std::string name = fmt::format("btf_trace_{}", tracepoint);
  const int id = btf__find_by_name_kind(kernel, name.c_str(), BTF_KIND_TYPEDEF);
  uint32_t count = 0;
  if (id > 0) {
    const btf_type* const pointer = btf__type_by_id(kernel, btf__type_by_id(kernel, id)->type);
    count = btf_vlen(btf__type_by_id(kernel, pointer->type)) - 1U;
  }
  btf__free(kernel);
  return count;
}

Result<Object> load(uint32_t netns_inum) {
  const LibbpfLog log;
  Object object(bare_bpf__open());
  if (!object) return system_error("open the bare program", errno, log.last_warning());
  object->rodata->netns_inum = netns_inum;
  object->rodata->has_rx_sk = argument_count("kfree_skb") > 3;
  bpf_map__set_max_entries(object->maps.rings, possible_cpus());
  const int failed = bare_bpf__load(object.get());
  if (failed) return system_error("load the bare program", -failed, log.last_warning());
  return object;
}

struct Rings {
  std::vector<UniqueFd> maps;
  std::vector<RingReader> readers;
};

Result<Rings> make_rings(const bare_bpf& object) {
  Rings rings;
  for (uint32_t cpu = 0; cpu < possible_cpus(); ++cpu) {
    UniqueFd map(bpf_map_create(BPF_MAP_TYPE_RINGBUF, "bare_ring", 0, 0, kRingBytes, nullptr));
    const int fd = map.get();
    if (!map ||
        bpf_map__update_elem(object.maps.rings, &cpu, sizeof(cpu), &fd, sizeof(fd), BPF_ANY))
      return system_error("make a ring for the bare program", errno);
    TRY_ASSIGN(reader, RingReader::open(fd));
    rings.readers.push_back(std::move(reader));
    rings.maps.push_back(std::move(map));
  }
  return rings;
}

Result<uint64_t> drain(Rings& rings) {
  constexpr size_t kPortion = 4096;
  const RingReader::Callback count_only = [](std::span<const std::byte>) {};
  uint64_t taken = 0;
  for (RingReader& reader : rings.readers) {
    TRY_ASSIGN(portion, reader.drain(kPortion, count_only));
    taken += portion;
  }
  return taken;
}

// Nothing wakes it: it looks again a moment after it found nothing.
Result<uint64_t> drain_until_end(Rings& rings) {
  uint64_t recorded = 0;
  while (has_ended == 0) {
    TRY_ASSIGN(taken, drain(rings));
    recorded += taken;
    if (taken == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return recorded;
}

Result<uint64_t> drain_rest(Rings& rings) {
  uint64_t recorded = 0;
  for (;;) {
    TRY_ASSIGN(taken, drain(rings));
    if (taken == 0) return recorded;
    recorded += taken;
  }
}

uint64_t lost_records(const bare_bpf& object) {
  struct Cpu {
    uint64_t ctx, packets, lost;
  };
  const uint32_t key = 0;
  std::vector<Cpu> cpus(possible_cpus());
  uint64_t lost = 0;
  if (bpf_map_lookup_elem(bpf_map__fd(object.maps.cpus), &key, cpus.data()) != 0) return 0;
  for (const Cpu& cpu : cpus) lost += cpu.lost;
  return lost;
}

}  // namespace

Result<void> trace_bare(uint32_t netns_inum) {
  std::signal(SIGINT, [](int) { has_ended = 1; });
  TRY_ASSIGN(object, load(netns_inum));
  TRY_ASSIGN(rings, make_rings(*object));
  UniqueFd link(bpf_raw_tracepoint_open(nullptr, bpf_program__fd(object->progs.bare_kfree_skb)));
  if (!link) return system_error("attach the bare program to skb:kfree_skb", errno);
  fmt::print("{}\n", kBareTracerReady);
  std::fflush(stdout);
  TRY_ASSIGN(recorded, drain_until_end(rings));
  link.reset();
  ::syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);  // programs that still run
  TRY_ASSIGN(rest, drain_rest(rings));
  fmt::print("{{\"recorded\": {}, \"lost\": {}}}\n", recorded + rest, lost_records(*object));
  return {};
}

}  // namespace tracker::bench
