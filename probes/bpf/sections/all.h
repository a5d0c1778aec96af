/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What fills the sections: fill_NAME(hit, record, view) for each of TRACKER_SECTIONS.
 *
 * Each is called only in programs of probes that have the section, and sets its bit in
 * record->sections if there was something to fill in; else its place holds whatever lay in the ring.
 */
#ifndef TRACKER_BPF_SECTIONS_ALL_H
#define TRACKER_BPF_SECTIONS_ALL_H

#include "cgroup.h"
#include "dev.h"
#include "drop.h"
#include "netns.h"
#include "packet.h"
#include "skb.h"
#include "sock.h"
#include "stack.h"

#define FILL_SECTION(name, Name, bit)           \
	if (KNOB(KNOB_SECTIONS) & SECTION_##name) \
		fill_##name(hit, record, view);

static __always_inline void fill_sections(struct hit *hit, struct tracker_record *record,
					  const struct packet_view *view)
{
	TRACKER_SECTIONS(FILL_SECTION)
}

#endif
