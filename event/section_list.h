/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one list of sections: X(name, Name, bit).
 *
 * Everything that must know all sections derives from this list: tracker::Section and the JSON keys
 * (event/section.h), the bits in the kernel's record (probes/bpf), the codecs of a block
 * (storage/sections) and the decoders (collector/sections). Preprocessor lines only: BPF C includes
 * it too. The bit is used in recordings: bits are never reused. The order is that of JSON.
 */
#ifndef TRACKER_EVENT_SECTION_LIST_H
#define TRACKER_EVENT_SECTION_LIST_H

#define TRACKER_SECTIONS(X) \
  X(skb, Skb, 0)            \
  X(packet, Packet, 1)      \
  X(dev, Dev, 2)            \
  X(netns, Netns, 3)        \
  X(drop, Drop, 4)          \
  X(sock, Sock, 5)          \
  X(stack, Stack, 6)        \
  X(cgroup, Cgroup, 7)

#endif
