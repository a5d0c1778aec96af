// SPDX-License-Identifier: GPL-2.0-or-later
//
// OvsBridge: a datapath of the kernel's Open vSwitch, without anything of it in user space.
#pragma once

#include <memory>
#include <string>

#include "harness/generic_netlink.h"

namespace tracker::kernel_test {

class OvsBridge {
 public:
  // An empty datapath in `netns`, which must live as long; nullptr where the kernel has no Open
  // vSwitch.
  static std::unique_ptr<OvsBridge> make(const NetworkNamespace& netns);

  // Takes `device` in. Packets from it that no flow matches are for a netlink socket that nobody
  // has opened, as after the end of ovs-vswitchd.
  void add_port(const std::string& device) const;
  // A flow for all packets, with an empty list of actions.
  void add_flow_without_actions() const;

 private:
  OvsBridge(const NetworkNamespace& netns, GenericNetlink datapaths);

  const NetworkNamespace& netns_;
  uint32_t ifindex_ = 0;  // of the datapath's own device
};

}  // namespace tracker::kernel_test
