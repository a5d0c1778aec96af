// SPDX-License-Identifier: GPL-2.0-or-later
//
// A library to be preloaded into tracker: once the file that TRACKER_FAULT names is there, the
// system fails as its content says. FULL, IO and READONLY: writes to recordings; LOW: the disk says
// that 100 MiB of 100 GiB are left.
//
// TRACKER_KERNEL_LACKS names what the kernel is to refuse as one does that was built without it:
// TRAMPOLINES (fentry and fexit: CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS) and MULTI (kprobe_multi:
// CONFIG_FPROBE; fentry_multi: 7.3).
#include <dlfcn.h>
#include <linux/bpf.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

std::string fault() {
  const char* path = std::getenv("TRACKER_FAULT");
  FILE* file = path ? std::fopen(path, "re") : nullptr;
  if (!file) return {};
  char word[16] = "";
  const size_t size = std::fread(word, 1, sizeof(word) - 1, file);
  std::fclose(file);
  return {word, size};
}

bool is_recording(int fd) {
  char target[4096] = "";
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const ssize_t size = ::readlink(link.c_str(), target, sizeof(target) - 1);
  return size > 0 && std::strstr(target, ".db") != nullptr;
}

// The number that a write to `fd` fails with; 0: it does not.
int write_error(int fd) {
  if (!is_recording(fd)) return 0;
  const std::string kind = fault();
  return kind == "FULL" ? ENOSPC : kind == "IO" ? EIO : kind == "READONLY" ? EROFS : 0;
}

template <typename Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

bool lacks(const char* what) {
  const char* words = std::getenv("TRACKER_KERNEL_LACKS");
  return words && std::strstr(words, what);
}

// Those that the headers of 6.1 (Debian 12) do not know: fentry_multi is among them.
constexpr uint32_t kFirstOfLaterKernels = BPF_LSM_CGROUP + 1;

// Whether the program with that number was loaded for a trampoline.
std::array<bool, 65536> is_trampoline{};

bool is_for_trampoline(const bpf_attr& attr) {
  return attr.prog_type == BPF_PROG_TYPE_TRACING &&
         (attr.expected_attach_type == BPF_TRACE_FENTRY ||
          attr.expected_attach_type == BPF_TRACE_FEXIT);
}

// The number that the call fails with; 0: the kernel is asked.
int bpf_error(long command, const bpf_attr& attr) {
  constexpr int kNotSupported = 524;  // ENOTSUPP of include/linux/errno.h
  if (command == BPF_RAW_TRACEPOINT_OPEN && lacks("TRAMPOLINES") &&
      attr.raw_tracepoint.prog_fd < is_trampoline.size() &&
      is_trampoline[attr.raw_tracepoint.prog_fd])
    return kNotSupported;  // register_fentry()
  if (!lacks("MULTI")) return 0;
  if (command == BPF_LINK_CREATE && attr.link_create.attach_type == BPF_TRACE_KPROBE_MULTI)
    return EOPNOTSUPP;  // bpf_kprobe_multi_link_attach() without CONFIG_FPROBE
  if (command == BPF_PROG_LOAD && attr.prog_type == BPF_PROG_TYPE_TRACING &&
      attr.expected_attach_type >= kFirstOfLaterKernels)
    return EINVAL;  // an attach type that the kernel does not know
  return 0;
}

using PositionalWrite = ssize_t (*)(int, const void*, size_t, off_t);
using Write = ssize_t (*)(int, const void*, size_t);
using SystemCall = long (*)(long, ...);
using FileSystem = int (*)(const char*, struct statvfs*);

}  // namespace

extern "C" {

ssize_t pwrite64(int fd, const void* from, size_t size, off_t at) {
  static const auto real = next<PositionalWrite>("pwrite64");
  if (const int failed = write_error(fd)) return errno = failed, -1;
  return real(fd, from, size, at);
}

ssize_t pwrite(int fd, const void* from, size_t size, off_t at) {
  return pwrite64(fd, from, size, at);
}

ssize_t write(int fd, const void* from, size_t size) {
  static const auto real = next<Write>("write");
  if (const int failed = write_error(fd)) return errno = failed, -1;
  return real(fd, from, size);
}

int statvfs(const char* path, struct statvfs* status) {
  static const auto real = next<FileSystem>("statvfs");
  const int result = real(path, status);
  if (result == 0 && fault() == "LOW") {
    status->f_blocks = (uint64_t{100} << 30) / status->f_frsize;
    status->f_bfree = status->f_bavail = (uint64_t{100} << 20) / status->f_frsize;
  }
  return result;
}

int statvfs64(const char* path, struct statvfs64* status) {
  return statvfs(path, reinterpret_cast<struct statvfs*>(status));
}

// As libbpf calls bpf(2).
long syscall(long number, ...) {
  static const auto real = next<SystemCall>("syscall");
  std::array<long, 6> words{};
  va_list list;
  va_start(list, number);
  for (long& word : words) word = va_arg(list, long);
  va_end(list);
  const auto call = [&] {
    return real(number, words[0], words[1], words[2], words[3], words[4], words[5]);
  };
  if (number != SYS_bpf) return call();
  const auto& attr = *reinterpret_cast<const bpf_attr*>(words[1]);
  if (const int failed = bpf_error(words[0], attr)) return errno = failed, -1;
  const long result = call();
  if (words[0] == BPF_PROG_LOAD && result >= 0 &&
      static_cast<size_t>(result) < is_trampoline.size())
    is_trampoline[static_cast<size_t>(result)] = is_for_trampoline(attr);
  return result;
}

}  // extern "C"
