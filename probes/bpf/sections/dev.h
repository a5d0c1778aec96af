/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Section dev: the device that the skb is at. */
#ifndef TRACKER_BPF_SECTIONS_DEV_H
#define TRACKER_BPF_SECTIONS_DEV_H

#include "../view.h"

static __always_inline void fill_dev(struct hit *hit, struct tracker_record *record,
				     const struct packet_view *view)
{
	struct dev_record *raw = RECORD_SECTION(record, dev);
	const struct net_device *dev = view->origin->dev;

	if (!dev)
		return;
	raw->netns_cookie = view->origin->netns_cookie;
	raw->ifindex = view->origin->ifindex;
	raw->rx_ifindex = view->rx_ifindex;
	bpf_core_read(raw->name, sizeof(raw->name), &dev->name);
	record->sections |= SECTION_dev;
}

#endif
