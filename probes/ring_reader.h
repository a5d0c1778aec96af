// SPDX-License-Identifier: GPL-2.0-or-later
//
// RingReader: one CPU's ring buffer, read in bounded portions.
//
// libbpf's ring_buffer__consume() goes on as long as records come, which under a flood is for ever,
// and goes through its rings one after the other: a ring_buffer per CPU, and a callback that stops
// it when the portion is full, keep every ring served.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>

#include "base/result.h"

struct ring_buffer;

namespace tracker {

class RingReader {
 public:
  using Callback = std::function<void(std::span<const std::byte>)>;

  // `map_fd` is a BPF ring buffer map, which must stay open as long as the reader.
  static Result<RingReader> open(int map_fd);

  // Takes at most `budget` records; the value is how many.
  Result<size_t> drain(size_t budget, const Callback& callback);
  int epoll_fd() const;

 private:
  struct Deleter {
    void operator()(ring_buffer* ring) const;
  };
  struct Portion;
  std::unique_ptr<Portion> portion_;  // libbpf's callback context: its address must not move
  std::unique_ptr<ring_buffer, Deleter> ring_;

 public:
  RingReader();
  RingReader(RingReader&&) noexcept;
  RingReader& operator=(RingReader&&) noexcept;
  ~RingReader();
};

}  // namespace tracker
