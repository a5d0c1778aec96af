// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/function/skb_pointer.h"

#include <algorithm>
#include <array>

#include "probes/btf_types.h"

namespace tracker {
namespace {

// Each is given a skb behind the pointer, where it takes a struct sk_buff ** at all.
constexpr std::array<std::string_view, 8> kFindOne{
    // net/core/dev.c
    "__netif_receive_skb_core", "do_xdp_generic", "netif_receive_generic_xdp",
    "netif_skb_check_for_xdp",
    // net/core/skbuff.c, drivers/net/veth.c, net/8021q/vlan_core.c
    "skb_pp_cow_data", "skb_cow_data_for_xdp", "veth_convert_skb_to_xdp_buff", "vlan_do_receive"};

}  // namespace

// __netif_receive_skb_core() calls dev->rx_handler(&skb), of a bridge, macvlan, bond and the like.
bool finds_skb_behind_pointer(const btf* object, std::string_view function, uint32_t result) {
  return is_enum(object, result, "rx_handler_result") ||
         std::ranges::find(kFindOne, function) != kFindOne.end();
}

}  // namespace tracker
