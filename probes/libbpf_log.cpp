// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/libbpf_log.h"

#include <bpf/libbpf.h>

#include <array>
#include <cstdarg>
#include <cstdio>

namespace tracker {

namespace {

// libbpf has one print function per process; ours keeps the last warning of this thread.
thread_local std::string last_message;

// Most of what comes is for debugging: thousands of lines for each object.
int keep(libbpf_print_level level, const char* format, va_list arguments) {
  if (level != LIBBPF_WARN) return 0;
  std::array<char, 512> buffer{};
  int size = std::vsnprintf(buffer.data(), buffer.size(), format, arguments);
  last_message = buffer.data();
  return size;
}

}  // namespace

LibbpfLog::LibbpfLog() : previous_(reinterpret_cast<void*>(libbpf_set_print(keep))) {
  last_message.clear();
}

LibbpfLog::~LibbpfLog() { libbpf_set_print(reinterpret_cast<libbpf_print_fn_t>(previous_)); }

std::string LibbpfLog::last_warning() const {
  std::string text = last_message.substr(0, last_message.find('\n'));
  constexpr std::string_view kPrefix = "libbpf: ";
  return text.starts_with(kPrefix) ? text.substr(kPrefix.size()) : text;
}

}  // namespace tracker
