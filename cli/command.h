// SPDX-License-Identifier: GPL-2.0-or-later
//
// Command: one subcommand. A file pair each: parsing fills its options, run() calls the libraries
// and prints. stdout carries results, stderr the rest; main.cpp alone prints errors and picks the
// exit status.
#pragma once

#include "base/result.h"

namespace CLI {
class App;
}

namespace tracker {

class Command {
 public:
  virtual ~Command() = default;

  // Adds the subcommand with its options, help and examples; the pointer is CLI11's.
  virtual CLI::App* add_to(CLI::App& app) = 0;

  // Called once, after parsing: what is wrong with the values beyond what parsing finds, without
  // looking at anything but them. Of a profile's section it is asked too.
  virtual Result<void> check() { return {}; }

  // Called once, after check(), if this subcommand was given. The value is the exit status.
  virtual Result<int> run() = 0;
};

}  // namespace tracker
