// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/ring_reader.h"

#include <bpf/libbpf.h>

#include <cerrno>

#include "base/system_error.h"

namespace tracker {

struct RingReader::Portion {
  size_t taken = 0;
  size_t budget = 0;
  const Callback* callback = nullptr;
};

namespace {

// Returned by the callback to end a portion; libbpf counts the record as consumed and passes it on.
constexpr int kPortionFull = -ECANCELED;

}  // namespace

RingReader::RingReader() = default;
RingReader::RingReader(RingReader&&) noexcept = default;
RingReader& RingReader::operator=(RingReader&&) noexcept = default;
RingReader::~RingReader() = default;

void RingReader::Deleter::operator()(ring_buffer* ring) const { ring_buffer__free(ring); }

Result<RingReader> RingReader::open(int map_fd) {
  RingReader reader;
  reader.portion_ = std::make_unique<Portion>();
  auto on_record = [](void* context, void* data, size_t size) -> int {
    auto* portion = static_cast<Portion*>(context);
    (*portion->callback)({static_cast<const std::byte*>(data), size});
    return ++portion->taken < portion->budget ? 0 : kPortionFull;
  };
  reader.ring_.reset(ring_buffer__new(map_fd, on_record, reader.portion_.get(), nullptr));
  if (!reader.ring_)
    return system_error("map a ring buffer", errno, "a smaller --ring-size may fit into memory");
  return reader;
}

Result<size_t> RingReader::drain(size_t budget, const Callback& callback) {
  *portion_ = {0, budget, &callback};
  int result = ring_buffer__consume(ring_.get());
  if (result < 0 && result != kPortionFull) return system_error("read a ring buffer", -result);
  return portion_->taken;
}

int RingReader::epoll_fd() const { return ring_buffer__epoll_fd(ring_.get()); }

}  // namespace tracker
