// SPDX-License-Identifier: GPL-2.0-or-later
//
// Companions: probes that nobody asked for, attached so that what the others tell is right.
//
//   - Where packets are followed to a queue or a driver, net_dev_start_xmit and net_dev_xmit: an
//     skb between the two cannot have been freed and come back as another packet
//     (probes/bpf/identity_evidence.h).
//   - With --netns, for drops whose skb names neither device, socket nor route (TCP clears them):
//     net:netif_receive_skb, which saw the packet arrive, skb:consume_skb, which tells that an
//     address is free again, and on kernels whose skb:kfree_skb has no rx_sk (before 6.11)
//     tcp:tcp_probe, which has the socket and the skb just before the drops of
//     tcp_rcv_established(). Transmits are not watched for that: an skb on its way out has its
//     socket, its route or its device until the driver has it.
//
// They make no events and cost a program run for each hit, also in other namespaces (the recording
// says how many): those of --netns some 140 ns, less where the packet is none that can lose its
// namespace (probes/bpf/companion.h).
#pragma once

#include <vector>

#include "collector/probe_plan.h"
#include "probes/kernel_btf.h"

namespace tracker {

// What `plan` needs beside itself; nothing that it already has or that this kernel lacks.
std::vector<PlannedProbe> plan_companions(const std::vector<PlannedProbe>& plan, bool filters_netns,
                                          const KernelBtf& btf);

}  // namespace tracker
