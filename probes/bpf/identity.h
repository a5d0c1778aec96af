/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which packet an skb is: what the program asks of an identity engine. An engine is a file that has
 *
 *   struct identity_step            what one hit finds; all zero before identity_look()
 *   identity_look(hit, step, skb, address, span, origin)
 *                                   finds the packet of the skb, and lends `origin` the namespace
 *                                   that the packet was last seen in, where the skb names none
 *   identity_leave(hit, step, origin)   the hit is outside the filter: makes no event
 *   identity_keep(hit, step, origin)    makes one: the packet's id, and the sighting is kept
 *   identity_end(address)           the skb at the address is freed
 *   identity_requeue(address, id)   a driver did not take this packet: its queue has it again
 *
 * Of identity_leave() and identity_keep() one is called after each identity_look(). What an engine
 * knows lies in maps of its own (bpf/maps.h). There is one engine, that of evidence: tracepoints show
 * fewer than half of all frees.
 */
#ifndef TRACKER_BPF_IDENTITY_H
#define TRACKER_BPF_IDENTITY_H

#include "identity_evidence.h"

#endif
