// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/wireless.h"

#include <linux/nl80211.h>
#include <net/if.h>

#include <array>

#include "harness/generic_netlink.h"
#include "harness/process.h"
#include "harness/require.h"

namespace tracker::kernel_test {
namespace {

constexpr uint8_t kNewRadio = 4;  // HWSIM_CMD_NEW_RADIO of drivers/net/wireless/virtual

std::span<const uint8_t> bytes_of(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

// nl80211's requests for one device.
class Wireless {
 public:
  Wireless(const NetworkNamespace& netns, const std::string& device)
      : netlink_(require_nl80211(netns)) {
    netns.run([&] { ifindex_ = if_nametoindex(device.c_str()); });
    require(ifindex_ != 0, device + " is not there");
  }

  NetlinkAttributes device() const {
    NetlinkAttributes attributes;
    attributes.put_u32(NL80211_ATTR_IFINDEX, ifindex_);
    return attributes;
  }
  void request(uint8_t command, const NetlinkAttributes& attributes, std::string_view what) const {
    netlink_.request(command, {}, attributes, what);
  }

 private:
  static GenericNetlink require_nl80211(const NetworkNamespace& netns) {
    std::optional<GenericNetlink> found = GenericNetlink::open(netns, NL80211_GENL_NAME);
    require(found.has_value(), "simulated radios without nl80211");
    return std::move(*found);
  }

  GenericNetlink netlink_;
  uint32_t ifindex_ = 0;
};

NetlinkAttributes wep_key(const std::string& key) {
  constexpr uint32_t kWep40 = 0x000fac01;
  constexpr std::array<uint8_t, 1> kIndex{0};
  NetlinkAttributes attributes;
  attributes.put(NL80211_KEY_DATA, bytes_of(key))
      .put(NL80211_KEY_IDX, kIndex)
      .put_u32(NL80211_KEY_CIPHER, kWep40)
      .put(NL80211_KEY_DEFAULT, {});
  NetlinkAttributes list;
  list.put_nested(1, attributes);
  return list;
}

// With a frequency and an id that are given, nobody is looked for: the radio is in at once.
void join_cell(const NetworkNamespace& netns, const std::string& device, const std::string& key) {
  constexpr MacAddress kCell{2, 0, 0, 0, 3, 0xff};
  constexpr uint32_t kMegahertz = 2412;
  const Wireless wireless(netns, device);
  NetlinkAttributes cell = wireless.device();
  cell.put(NL80211_ATTR_SSID, bytes_of("tracker"))
      .put(NL80211_ATTR_MAC, kCell)
      .put_u32(NL80211_ATTR_WIPHY_FREQ, kMegahertz)
      .put(NL80211_ATTR_FREQ_FIXED, {});
  if (!key.empty()) {
    cell.put(NL80211_ATTR_PRIVACY, {}).put_nested(NL80211_ATTR_KEYS, wep_key(key));
  }
  wireless.request(NL80211_CMD_JOIN_IBSS, cell, "cannot join an ad hoc cell");
}

void set_ad_hoc(const NetworkNamespace& netns, const std::string& device) {
  const Wireless wireless(netns, device);
  NetlinkAttributes type = wireless.device();
  type.put_u32(NL80211_ATTR_IFTYPE, NL80211_IFTYPE_ADHOC);
  wireless.request(NL80211_CMD_SET_INTERFACE, type, "cannot make a radio an ad hoc one");
}

void set_up(const NetworkNamespace& netns, const End& own, const End& peer,
            const std::string& key) {
  set_ad_hoc(netns, own.device);
  netns.ip(
      fmt::format("link set {0} address {1}\n"
                  "link set {0} up\n"
                  "addr add {2}/24 dev {0}\n"
                  "neigh replace {3} lladdr {4} dev {0} nud permanent\n",
                  own.device, mac_text(own.mac), own.ipv4, peer.ipv4, mac_text(peer.mac)));
  join_cell(netns, own.device, key);
  netns.wait_until_running(own.device);
}

}  // namespace

RadioPair::RadioPair(const std::string& left_key, const std::string& right_key) {
  require_program({"modprobe", "mac80211_hwsim", "radios=0"});
  // Radios hear those that were made in the same namespace, wherever they are.
  const std::optional<GenericNetlink> simulator = GenericNetlink::open(left, "MAC80211_HWSIM");
  require(simulator.has_value(), "mac80211_hwsim without its netlink family");
  simulator->request(kNewRadio, {}, {}, "cannot make a radio");
  simulator->request(kNewRadio, {}, {}, "cannot make a radio");
  const Wireless moving(left, right_end.device);
  NetlinkAttributes to_right = moving.device();
  to_right.put_u32(NL80211_ATTR_NETNS_FD, static_cast<uint32_t>(right.fd()));
  moving.request(NL80211_CMD_SET_WIPHY_NETNS, to_right, "cannot move a radio");
  set_up(left, left_end, right_end, left_key);
  set_up(right, right_end, left_end, right_key);
}

}  // namespace tracker::kernel_test
