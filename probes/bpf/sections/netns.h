/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Section netns: the network namespace that the skb is in. */
#ifndef TRACKER_BPF_SECTIONS_NETNS_H
#define TRACKER_BPF_SECTIONS_NETNS_H

#include "../view.h"

static __always_inline void fill_netns(struct hit *hit, struct tracker_record *record,
				       const struct packet_view *view)
{
	struct netns_record *raw = RECORD_SECTION(record, netns);

	if (!view->origin->netns_inum)
		return;
	raw->inum = view->origin->netns_inum;
	raw->cookie = view->origin->netns_cookie;
	record->sections |= SECTION_netns;
}

#endif
