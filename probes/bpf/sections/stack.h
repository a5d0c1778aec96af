/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Section stack: the kernel's stack at the hit. */
#ifndef TRACKER_BPF_SECTIONS_STACK_H
#define TRACKER_BPF_SECTIONS_STACK_H

#include "../view.h"

/* Takes the stack into the area behind the sections, if there is one. */
static __always_inline void take_stack(struct hit *hit, struct tracker_record *record, bool has_area)
{
	struct stack_record *raw = RECORD_SECTION(record, stack);
	long size;

	raw->bytes = 0;
	raw->has_area = has_area;
	if (!has_area)
		return;
	size = bpf_get_stack(hit->ctx, RECORD_AREAS(record), RECORD_STACK_BYTES, 0);
	if (size > 0)
		raw->bytes = size;
}

/* The stack itself is taken when room is reserved (ring_record.h). */
static __always_inline void fill_stack(struct hit *hit, struct tracker_record *record,
				       const struct packet_view *view)
{
	struct stack_record *raw = RECORD_SECTION(record, stack);

	if (raw->bytes)
		record->sections |= SECTION_stack;
}

#endif
