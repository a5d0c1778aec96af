// SPDX-License-Identifier: GPL-2.0-or-later
//
// KernelBtf: what the running kernel's BTF says about tracepoints and drop reasons.
//
// Arguments of tracepoints move between kernels (skb:kfree_skb got `reason` in 5.17 and `rx_sk` in
// 6.11) and so do the numbers of drop reasons: both are taken from BTF by name, never fixed at
// build time. vmlinux first; modules where their BTF can be read (CONFIG_DEBUG_INFO_BTF_MODULES).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "event/names.h"
#include "probes/reduced_btf.h"

namespace tracker {

// Positions count from 0 at the first argument that TRACE_EVENT declares; -1: there is none.
struct TracepointArgs {
  int count = 0;
  int skb = -1;
  int sock = -1;
  int dev = -1;
  int reason = -1;       // enum skb_drop_reason
  int location = -1;     // void * named `location`, or the only void * of a free tracepoint
  int return_code = -1;  // int after the skb of net_dev_xmit

  bool operator==(const TracepointArgs&) const = default;
};

struct Tracepoint {
  std::string name;
  std::string module;    // empty for vmlinux
  uint32_t type_id = 0;  // of the typedef btf_trace_NAME, within the module's (split) BTF
  TracepointArgs args;
};

class KernelBtf {
 public:
  // Fails where the kernel has no readable /sys/kernel/btf/vmlinux, with what to do. Modules' BTF
  // is read on first use.
  static Result<KernelBtf> load();
  KernelBtf(KernelBtf&&) noexcept;
  KernelBtf& operator=(KernelBtf&&) noexcept;
  ~KernelBtf();

  // Of vmlinux the types that `wanted`, an object file's BTF, names (reduced_btf.h).
  Result<BtfPointer> reduced_to(const btf& wanted) const;

  // The tracepoint of that name, whatever its arguments. Nothing if BTF has none.
  const Tracepoint* find_tracepoint(const std::string& name) const;
  // All tracepoints with an skb argument, by name; vmlinux and loaded modules.
  std::vector<const Tracepoint*> skb_tracepoints() const;

  // Whether vmlinux has a struct (or a typedef of one) of that name with that member.
  bool has_field(const std::string& type_name, std::string_view field) const;

  // The ids of structs and of functions in vmlinux, in the order of `names`; of one that is there
  // twice, the first. 0 where there is none.
  std::vector<uint32_t> struct_ids(std::span<const std::string_view> names) const;
  std::vector<uint32_t> function_ids(std::span<const std::string_view> names) const;

  // Every function that vmlinux and the loaded modules describe, by the id of its BTF_KIND_FUNC
  // within that BTF; `module` is empty for vmlinux. A module whose BTF cannot be read is left out.
  using FunctionVisit =
      std::function<void(const btf& object, const std::string& module, uint32_t id)>;
  void for_each_function(const FunctionVisit& visit) const;

  // The loaded modules whose types are known, sorted.
  std::vector<std::string> modules() const;

  // Every reason of enum skb_drop_reason and of the subsystems' own enums, by whole value; empty on
  // kernels before 5.17.
  std::map<uint32_t, ReasonName> drop_reasons() const;
  std::map<uint16_t, std::string> drop_subsystems() const;

 private:
  struct State;
  explicit KernelBtf(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace tracker
