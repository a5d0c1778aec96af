// SPDX-License-Identifier: GPL-2.0-or-later
//
// Program: the tracker under test, in a folder of its own and with nobody's profiles.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "harness/process.h"
#include "harness/require.h"

namespace tracker::cli_test {

using kernel_test::ProcessResult;

class Program : public testing::Test {
 protected:
  Program() {
    options_.folder = folder_.path();
    options_.setenv = {"HOME=" + folder_.path(), "XDG_CONFIG_HOME=" + folder_.path() + "/config"};
  }

  // Runs $TRACKER_BINARY to its end.
  ProcessResult run(const std::vector<std::string>& arguments) const {
    const char* binary = std::getenv("TRACKER_BINARY");
    kernel_test::require(binary, "TRACKER_BINARY names no program; run these tests by ctest");
    std::vector<std::string> words{binary};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return kernel_test::run_program(words, options_);
  }

  // It ended with `status`, printed nothing, and said one sentence with all of `parts` in it.
  static void expect_refused(const ProcessResult& result, int status,
                             const std::vector<std::string>& parts) {
    EXPECT_EQ(result.status, status) << result.err;
    EXPECT_EQ(result.out, "");
    EXPECT_TRUE(result.err.starts_with("tracker: ")) << result.err;
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    for (const std::string& part : parts)
      EXPECT_NE(result.err.find(part), std::string::npos) << part << " in " << result.err;
  }

  kernel_test::ScratchFolder folder_;
  kernel_test::ProcessOptions options_;
};

}  // namespace tracker::cli_test
