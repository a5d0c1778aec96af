// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/event_rings.h"

#include <bpf/bpf.h>
#include <fmt/format.h>
#include <sys/epoll.h>

#include <cerrno>
#include <utility>

#include "base/system_error.h"
#include "probes/possible_cpus.h"

namespace tracker {

Result<EventRings> EventRings::make(uint32_t bytes) {
  EventRings rings;
  rings.epoll_.reset(epoll_create1(EPOLL_CLOEXEC));
  if (!rings.epoll_) return system_error("create an epoll instance", errno);
  for (uint32_t cpu = 0; cpu < possible_cpus(); ++cpu) TRY(rings.add(cpu, bytes));
  return rings;
}

Result<void> EventRings::put_into(int outer_map) const {
  for (uint32_t cpu = 0; cpu < fds_.size(); ++cpu) {
    const int fd = fds_[cpu].get();
    if (bpf_map_update_elem(outer_map, &cpu, &fd, BPF_ANY) != 0)
      return system_error(fmt::format("hand the ring buffer of CPU {} to the kernel", cpu), errno);
  }
  return {};
}

Result<void> EventRings::add(uint32_t cpu, uint32_t bytes) {
  UniqueFd ring(bpf_map_create(BPF_MAP_TYPE_RINGBUF, "tracker_ring", 0, 0, bytes, nullptr));
  if (!ring)
    return system_error(fmt::format("create a ring buffer of {} bytes for CPU {}", bytes, cpu),
                        errno, "choose a power of two of at least 4096 with --ring-size");
  TRY_ASSIGN(reader, RingReader::open(ring.get()));
  epoll_event interest{};
  interest.events = EPOLLIN;
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, reader.epoll_fd(), &interest) != 0)
    return system_error("wait for a ring buffer", errno);
  readers_.push_back(std::move(reader));
  fds_.push_back(std::move(ring));
  return {};
}

Result<size_t> EventRings::drain(size_t budget, const RecordCallback& callback) {
  size_t taken = 0;
  for (uint32_t cpu = 0; cpu < readers_.size(); ++cpu) {
    TRY_ASSIGN(count, readers_[cpu].drain(budget, [&](std::span<const std::byte> record) {
      callback(cpu, record);
    }));
    taken += count;
  }
  return taken;
}

}  // namespace tracker
