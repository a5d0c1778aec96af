/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Section drop: why and where the kernel gave the packet up; of a function the reason that it was
 * given, if it was given one. */
#ifndef TRACKER_BPF_SECTIONS_DROP_H
#define TRACKER_BPF_SECTIONS_DROP_H

#include "../view.h"

static __always_inline void fill_drop(struct hit *hit, struct tracker_record *record,
				      const struct packet_view *view)
{
	struct drop_record *raw = RECORD_SECTION(record, drop);

	if (KNOB(KNOB_LOCATION_ARG) == KNOB_NO_ARG &&
	    (KNOB(KNOB_REASON_ARG) == KNOB_NO_ARG || !(__u32)argument(hit, KNOB(KNOB_REASON_ARG))))
		return;
	raw->location = argument(hit, KNOB(KNOB_LOCATION_ARG));
	raw->has_reason = KNOB(KNOB_REASON_ARG) != KNOB_NO_ARG;
	if (KNOB(KNOB_REASON_ARG) != KNOB_NO_ARG)
		raw->reason = argument(hit, KNOB(KNOB_REASON_ARG));
	record->sections |= SECTION_drop;
}

#endif
