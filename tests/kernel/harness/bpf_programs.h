// SPDX-License-Identifier: GPL-2.0-or-later
//
// Which BPF programs a process holds, and whether the kernel still has them; programs of a few
// instructions that a scenario puts into a packet's way.
#pragma once

#include <linux/bpf.h>

#include <sys/types.h>

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "harness/network_namespace.h"

namespace tracker::kernel_test {

// Ids of the programs that file descriptors of `pid` stand for, also by way of a link.
std::set<uint32_t> programs_of(pid_t pid);

// Whether the kernel has a program with this id: loaded, or attached to anything.
bool program_exists(uint32_t id);

// The program as the verifier left it: what is never reached is gone, and calls that it writes
// itself (bpf_rdonly_cast()) are none any more.
std::vector<bpf_insn> verified_instructions(uint32_t id);

// Loads a program; the test ends with the verifier's last words where the kernel refuses it.
UniqueFd load_program(bpf_prog_type type, std::span<const bpf_insn> instructions);

// A program that gives this number for every packet.
UniqueFd load_constant_program(bpf_prog_type type, int result);

// Attaches an XDP program to `device` as long as what is returned is open.
enum class XdpMode { kGeneric, kNative };
UniqueFd attach_xdp(const NetworkNamespace& netns, const std::string& device,
                    const UniqueFd& program, XdpMode mode);

}  // namespace tracker::kernel_test
