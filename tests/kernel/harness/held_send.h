// SPDX-License-Identifier: GPL-2.0-or-later
//
// HeldSend: a thread in send() on a socket, held in the middle of it while the kernel owns the
// socket's lock: the byte that it sends lies in a page that is not there yet (userfaultfd). What
// arrives for the socket meanwhile waits in its backlog.
#pragma once

#include <cstddef>
#include <thread>

#include "base/unique_fd.h"

namespace tracker::kernel_test {

class HeldSend {
 public:
  // Returns once the thread is held.
  explicit HeldSend(const UniqueFd& socket);
  ~HeldSend();
  HeldSend(const HeldSend&) = delete;
  HeldSend& operator=(const HeldSend&) = delete;

  // Lets it go on and waits for its end.
  void release();

 private:
  UniqueFd faults_;
  std::byte* page_ = nullptr;
  std::thread thread_;
};

}  // namespace tracker::kernel_test
