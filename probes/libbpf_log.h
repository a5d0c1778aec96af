// SPDX-License-Identifier: GPL-2.0-or-later
//
// LibbpfLog: what libbpf says while one of these lives, kept for an error's sentence instead of
// being printed.
#pragma once

#include <string>

namespace tracker {

class LibbpfLog {
 public:
  LibbpfLog();
  ~LibbpfLog();
  LibbpfLog(const LibbpfLog&) = delete;
  LibbpfLog& operator=(const LibbpfLog&) = delete;

  // The last warning, on one line, without "libbpf: "; empty if there was none.
  std::string last_warning() const;

 private:
  void* previous_;  // the log that this one hides
};

}  // namespace tracker
