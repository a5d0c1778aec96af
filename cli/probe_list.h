// SPDX-License-Identifier: GPL-2.0-or-later
//
// ProbeList: the probes with an skb that match a pattern.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "probes/kernel_btf.h"
#include "probes/probe_point.h"
#include "probes/rung.h"

namespace tracker {

// What decides which rungs a probe has: of each a sample is tried.
struct ProbeClass {
  bool is_function = false;
  bool in_module = false;  // whose type information needs a permission of its own
  bool is_long = false;    // of more arguments than registers take
  bool is_return = false;

  bool operator==(const ProbeClass&) const = default;
};

struct ListedProbe {
  ProbePointPtr point;
  std::string module;  // empty: vmlinux
  ProbeClass of_class;
};

struct ProbeList {
  std::vector<ListedProbe> probes;    // tracepoints, then functions
  std::vector<std::string> left_out;  // targets of functions that match and cannot be watched
  size_t without_group = 0;  // of all tracepoints, those that no pattern with a group can match
  bool is_traceable_known = false;  // else functions may be missing in the machine code
};

// A pattern is compared with the whole target (tp:net:*, fn:openvswitch/*, kprobe:ip_*,
// fn:ip_*%return), with the name (net*, ip_*), and of a module's function also with its target
// without the module.
ProbeList find_probes(const KernelBtf& btf, const std::string& pattern);

// What a reader of the list should know: one sentence each. `pattern` is that of find_probes().
std::vector<std::string> list_remarks(const ProbeList& list, const std::string& pattern);

// A line for each probe, or an object a line. `rungs` are the probes', by index: none where no rung
// works; no vector at all where none could be tried.
using ListedRungs = std::optional<std::vector<std::optional<Rung>>>;
std::string list_text(const ProbeList& list, const ListedRungs& rungs);
std::string list_json(const ProbeList& list, const ListedRungs& rungs);

}  // namespace tracker
