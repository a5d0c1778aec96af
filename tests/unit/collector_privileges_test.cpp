// SPDX-License-Identifier: GPL-2.0-or-later
//
// Which capabilities a collection keeps, on kernels that let maps be read without CAP_BPF and on
// those that do not (5.15 to 5.18 with kernel.unprivileged_bpf_disabled; there is none of them
// here: what they answer is given by the test).
#include "collector/privileges.h"

#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

namespace tracker {
namespace {

constexpr uint64_t bit(int capability) { return uint64_t{1} << capability; }

struct Sets {
  uint64_t effective = 0;
  uint64_t permitted = 0;
};

Sets read_sets() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> data{};
  ::syscall(SYS_capget, &header, data.data());
  return {uint64_t{data[1].effective} << 32 | data[0].effective,
          uint64_t{data[1].permitted} << 32 | data[0].permitted};
}

void keep_only(uint64_t wanted) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const auto low = static_cast<uint32_t>(wanted), high = static_cast<uint32_t>(wanted >> 32);
  std::array<__user_cap_data_struct, 2> data{{{low, low, 0}, {high, high, 0}}};
  ASSERT_EQ(::syscall(SYS_capset, &header, data.data()), 0);
}

// Capabilities are given up for good: in a child. `had` is what it starts with, `needed` what the
// kernel wants for reading a map (any of these bits; 0: nothing).
void expect_kept(uint64_t had, uint64_t needed, uint64_t kept) {
  const pid_t child = ::fork();
  if (child == 0) {
    keep_only(had);
    const auto can_read = [&] { return needed == 0 || (read_sets().effective & needed) != 0; };
    const Result<void> dropped = drop_privileges(true, false, can_read);
    EXPECT_TRUE(dropped) << (dropped ? "" : dropped.error().message);
    EXPECT_EQ(read_sets().effective, kept);
    EXPECT_EQ(read_sets().permitted, kept);
    EXPECT_TRUE(can_read());
    ::_exit(::testing::Test::HasFailure() ? 1 : 0);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

class DropPrivileges : public ::testing::Test {
 protected:
  static constexpr uint64_t kBeside = bit(CAP_SYS_PTRACE) | bit(CAP_DAC_OVERRIDE);
  static constexpr uint64_t kMaps = bit(CAP_BPF) | bit(CAP_SYS_ADMIN);

  void SetUp() override {
    constexpr uint64_t kAll = kBeside | kMaps | bit(CAP_PERFMON);
    if ((read_sets().permitted & kAll) != kAll) GTEST_SKIP() << "needs root";
  }
};

TEST_F(DropPrivileges, KeepsNothingForMapsWhereNothingIsNeeded) {
  expect_kept(kBeside | kMaps | bit(CAP_PERFMON), 0, kBeside);
}

TEST_F(DropPrivileges, KeepsCapBpfWhereMapsCannotBeReadWithoutIt) {
  expect_kept(kBeside | kMaps | bit(CAP_PERFMON), kMaps, kBeside | bit(CAP_BPF));
}

TEST_F(DropPrivileges, KeepsCapSysAdminWhereItStoodForCapBpf) {
  expect_kept(bit(CAP_SYS_ADMIN), kMaps, bit(CAP_SYS_ADMIN));
}

}  // namespace
}  // namespace tracker
