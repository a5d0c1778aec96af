// SPDX-License-Identifier: GPL-2.0-or-later
//
// inspect says what `collect` would meet.
#include <gtest/gtest.h>
#include <sys/mount.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "harness/collection.h"
#include "harness/process.h"
#include "harness/require.h"

namespace tracker::kernel_test {
namespace {

constexpr const char* kLockdown = "/sys/kernel/security/lockdown";

TEST(Inspect, HasTriedAProgramWhereItSaysThatTheyAreTaken) {
  const ProcessResult inspected = run_tracker({"inspect"});
  EXPECT_EQ(inspected.status, 0) << inspected.err;
  EXPECT_NE(inspected.out.find("yes  programs"), std::string::npos) << inspected.out;
  EXPECT_NE(inspected.out.find("one was loaded and attached as "), std::string::npos)
      << inspected.out;
}

// A kernel that is locked down stays so: this runs where it is asked for by name alone.
TEST(Lockdown, OfConfidentialityIsNamedByInspectAndCollect) {
  if (!::testing::GTEST_FLAG(filter).starts_with("Lockdown"))
    GTEST_SKIP() << "locks the kernel for good: --gtest_filter='Lockdown*' in the lab";
  require(std::getenv("TRACKER_LAB") != nullptr, "only in a throw-away guest");
  static_cast<void>(mount("securityfs", "/sys/kernel/security", "securityfs", 0, nullptr));
  std::ofstream(kLockdown) << "confidentiality";
  std::string state;
  std::getline(std::ifstream(kLockdown), state);
  require(state.find("[confidentiality]") != std::string::npos, "cannot lock the kernel: " + state);
  const ProcessResult inspected = run_tracker({"inspect"});
  EXPECT_EQ(inspected.status, 1);
  EXPECT_NE(inspected.out.find("no   programs                  this kernel is locked down"),
            std::string::npos)
      << inspected.out;
  const ProcessResult collected =
      run_tracker({"-p", "dropmon", "collect", "--no-record", "--duration", "1"});
  EXPECT_EQ(collected.status, 1);
  EXPECT_NE(collected.err.find("this kernel is locked down (lockdown=confidentiality)"),
            std::string::npos)
      << collected.err;
  EXPECT_EQ(collected.err.find("unknown func"), std::string::npos) << "the verifier's words";
}

}  // namespace
}  // namespace tracker::kernel_test
