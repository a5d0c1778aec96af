// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/open_vswitch.h"

#include <linux/openvswitch.h>
#include <net/if.h>

#include <array>
#include <cstring>

#include "harness/require.h"

namespace tracker::kernel_test {
namespace {

constexpr char kName[] = "ovs7";
constexpr uint32_t kNobody = 0xfffffff0;  // the kernel gives ids near the processes' and below 0

std::vector<uint8_t> header_of(uint32_t ifindex) {
  const ovs_header header{.dp_ifindex = static_cast<int>(ifindex)};
  std::vector<uint8_t> bytes(sizeof(header));
  std::memcpy(bytes.data(), &header, sizeof(header));
  return bytes;
}

GenericNetlink require_family(const NetworkNamespace& netns, std::string_view family) {
  std::optional<GenericNetlink> found = GenericNetlink::open(netns, family);
  require(found.has_value(), fmt::format("Open vSwitch without {}", family));
  return std::move(*found);
}

}  // namespace

std::unique_ptr<OvsBridge> OvsBridge::make(const NetworkNamespace& netns) {
  std::optional<GenericNetlink> datapaths = GenericNetlink::open(netns, OVS_DATAPATH_FAMILY);
  if (!datapaths) return nullptr;
  return std::unique_ptr<OvsBridge>(new OvsBridge(netns, std::move(*datapaths)));
}

OvsBridge::OvsBridge(const NetworkNamespace& netns, GenericNetlink datapaths) : netns_(netns) {
  NetlinkAttributes attributes;
  attributes.put_text(OVS_DP_ATTR_NAME, kName).put_u32(OVS_DP_ATTR_UPCALL_PID, 0);
  datapaths.request(OVS_DP_CMD_NEW, header_of(0), attributes, "cannot make a datapath");
  netns.run([&] { ifindex_ = if_nametoindex(kName); });
}

void OvsBridge::add_port(const std::string& device) const {
  NetlinkAttributes attributes;
  attributes.put_text(OVS_VPORT_ATTR_NAME, device)
      .put_u32(OVS_VPORT_ATTR_TYPE, OVS_VPORT_TYPE_NETDEV)
      .put_u32(OVS_VPORT_ATTR_UPCALL_PID, kNobody);
  require_family(netns_, OVS_VPORT_FAMILY)
      .request(OVS_VPORT_CMD_NEW, header_of(ifindex_), attributes, "cannot add a port");
}

void OvsBridge::add_flow_without_actions() const {
  // The key needs an Ethernet header even where the mask leaves out all of it.
  constexpr std::array<uint8_t, sizeof(ovs_key_ethernet)> kAny{};
  NetlinkAttributes all;
  all.put(OVS_KEY_ATTR_ETHERNET, kAny);
  NetlinkAttributes flow;
  flow.put_nested(OVS_FLOW_ATTR_KEY, all)
      .put_nested(OVS_FLOW_ATTR_MASK, all)
      .put_nested(OVS_FLOW_ATTR_ACTIONS, {});
  require_family(netns_, OVS_FLOW_FAMILY)
      .request(OVS_FLOW_CMD_NEW, header_of(ifindex_), flow, "cannot add a flow");
}

}  // namespace tracker::kernel_test
