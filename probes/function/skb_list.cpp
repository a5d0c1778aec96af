// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/function/skb_list.h"

#include <algorithm>
#include <array>

namespace tracker {
namespace {

// Functions whose struct list_head links skbs by skb->list when they are called (net/core/dev.c,
// net/ipv4/ip_input.c, net/ipv6/ip6_input.c, net/netfilter/core.c): the receive path of NAPI's
// lists.
constexpr std::array<std::string_view, 14> kOfListHeads{"netif_receive_skb_list",
                                                        "netif_receive_skb_list_internal",
                                                        "__netif_receive_skb_list",
                                                        "__netif_receive_skb_list_core",
                                                        "__netif_receive_skb_list_ptype",
                                                        "ip_list_rcv",
                                                        "ip_sublist_rcv",
                                                        "ip_list_rcv_finish",
                                                        "ip_sublist_rcv_finish",
                                                        "ipv6_list_rcv",
                                                        "ip6_sublist_rcv",
                                                        "ip6_list_rcv_finish",
                                                        "ip6_sublist_rcv_finish",
                                                        "nf_hook_slow_list"};

// Functions that are about all skbs of the struct sk_buff_head that they are given: they free them
// (net/core/skbuff.c) or make a packet of them (net/ipv4/ip_output.c, net/ipv6/ip6_output.c).
// Others take one out, look at one or add one, of a thousand.
constexpr std::array<std::string_view, 6> kWholeQueues{
    "skb_queue_purge", "skb_queue_purge_reason",     "__ip_flush_pending_frames",
    "__ip_make_skb",   "__ip6_flush_pending_frames", "__ip6_make_skb"};

// Functions that free all skbs behind the one that they are given (net/core/skbuff.c). Others that
// take a chain are also called for a single skb whose `next` means nothing to them.
constexpr std::array<std::string_view, 2> kChains{"kfree_skb_list", "kfree_skb_list_reason"};

bool contains(const auto& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

SkbList skb_list_of(std::string_view function, int skb, const SkbListPositions& lists) {
  if (skb >= 0) return contains(kChains, function) ? SkbList{LIST_CHAIN, skb} : SkbList{};
  if (lists.queue >= 0 && contains(kWholeQueues, function)) return {LIST_QUEUE, lists.queue};
  if (lists.list_head >= 0 && contains(kOfListHeads, function))
    return {LIST_OF_HEADS, lists.list_head};
  return {};
}

}  // namespace tracker
