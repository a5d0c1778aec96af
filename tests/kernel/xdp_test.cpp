// SPDX-License-Identifier: GPL-2.0-or-later
//
// Packets that an XDP program drops. No kernel gives them a reason: the place tells.
#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <array>

#include "harness/bpf_programs.h"
#include "harness/collection.h"
#include "harness/drop_expectation.h"
#include "harness/topology.h"
#include "harness/traffic.h"

namespace tracker::kernel_test {
namespace {

constexpr int kPackets = 7;
constexpr uint16_t kForbidden = 9;

// Drops what has kForbidden where a UDP datagram of IPv4 without options has its destination port.
UniqueFd load_dropper() {
  constexpr int16_t kPort = 14 + 20 + 2;
  constexpr int16_t kData = offsetof(xdp_md, data);
  constexpr int16_t kEnd = offsetof(xdp_md, data_end);
  const std::array<bpf_insn, 10> instructions{{
      {BPF_LDX | BPF_MEM | BPF_W, BPF_REG_2, BPF_REG_1, kData, 0},  // r2: the packet
      {BPF_LDX | BPF_MEM | BPF_W, BPF_REG_3, BPF_REG_1, kEnd, 0},
      {BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_4, BPF_REG_2, 0, 0},
      {BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_4, 0, 0, kPort + 2},
      {BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, XDP_PASS},
      {BPF_JMP | BPF_JGT | BPF_X, BPF_REG_4, BPF_REG_3, 3, 0},  // too short: to the end
      {BPF_LDX | BPF_MEM | BPF_H, BPF_REG_5, BPF_REG_2, kPort, 0},
      {BPF_JMP | BPF_JNE | BPF_K, BPF_REG_5, 0, 1, htons(kForbidden)},  // not it: to the end
      {BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, XDP_DROP},
      {BPF_JMP | BPF_EXIT, 0, 0, 0, 0},
  }};
  return load_program(BPF_PROG_TYPE_XDP, instructions);
}

void expect_drop_at(const std::string& function, XdpMode mode) {
  const Pair pair;
  const UniqueFd program = load_dropper();
  const UniqueFd attached = attach_xdp(pair.right, pair.right_end.device, program, mode);
  const Flow flow{"UDP", {pair.left_end.ipv4, 40000}, {pair.right_end.ipv4, kForbidden}};
  Collection collection({&pair.left, &pair.right});
  send_datagrams(pair.left, flow, kPackets);
  pair.settle();
  collection.stop();
  expect_only_drops(collection.file(), {"NOT_SPECIFIED", function, kPackets, flow,
                                        pair.right_end.device, &pair.right});
}

TEST(XdpProgram, OnTheSkbIsToldByThePlace) { expect_drop_at("do_xdp_generic", XdpMode::kGeneric); }

TEST(XdpProgram, InTheDriverOfVethIsToldByThePlace) {
  expect_drop_at("veth_xdp_rcv_skb", XdpMode::kNative);
}

}  // namespace
}  // namespace tracker::kernel_test
