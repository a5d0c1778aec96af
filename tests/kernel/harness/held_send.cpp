// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/held_send.h"

#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness/require.h"
#include "harness/wait.h"

namespace tracker::kernel_test {
namespace {

const size_t kPage = static_cast<size_t>(sysconf(_SC_PAGESIZE));

}  // namespace

HeldSend::HeldSend(const UniqueFd& socket) {
  faults_.reset(require_call(static_cast<int>(syscall(SYS_userfaultfd, O_CLOEXEC)), "userfaultfd"));
  uffdio_api api{.api = UFFD_API, .features = 0, .ioctls = 0};
  require_call(ioctl(faults_.get(), UFFDIO_API, &api), "UFFDIO_API");
  void* memory = mmap(nullptr, kPage, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  require(memory != MAP_FAILED, "mmap");
  page_ = static_cast<std::byte*>(memory);
  uffdio_register range{};
  range.range = {reinterpret_cast<uintptr_t>(page_), kPage};
  range.mode = UFFDIO_REGISTER_MODE_MISSING;
  require_call(ioctl(faults_.get(), UFFDIO_REGISTER, &range), "UFFDIO_REGISTER");

  thread_ = std::thread([fd = socket.get(), page = page_] { send(fd, page, 1, MSG_NOSIGNAL); });
  pollfd waiting{faults_.get(), POLLIN, 0};
  const auto timeout = std::chrono::duration_cast<std::chrono::milliseconds>(kPatience);
  const int ready = poll(&waiting, 1, static_cast<int>(timeout.count()));
  uffd_msg message{};
  const ssize_t size = ready == 1 ? read(faults_.get(), &message, sizeof(message)) : -1;
  if (size == sizeof(message) && message.event == UFFD_EVENT_PAGEFAULT) return;
  release();
  throw std::runtime_error("send() does not wait for its page");
}

HeldSend::~HeldSend() {
  release();
  munmap(page_, kPage);
}

void HeldSend::release() {
  if (!thread_.joinable()) return;
  uffdio_zeropage zero{};
  zero.range = {reinterpret_cast<uintptr_t>(page_), kPage};
  ioctl(faults_.get(), UFFDIO_ZEROPAGE, &zero);
  thread_.join();
}

}  // namespace tracker::kernel_test
