/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Section sock: the socket of the skb or of the event. */
#ifndef TRACKER_BPF_SECTIONS_SOCK_H
#define TRACKER_BPF_SECTIONS_SOCK_H

#include "../compat.h"
#include "../view.h"

static __always_inline void fill_sock(struct hit *hit, struct tracker_record *record,
				      const struct packet_view *view)
{
	struct sock_record *raw = RECORD_SECTION(record, sock);
	const struct sock *sk = view->origin->sk;
	__u8 state;

	if (!sk)
		return;
	state = READ(sk, __sk_common.skc_state);
	raw->state = state;
	raw->family = READ(sk, __sk_common.skc_family);
	raw->cookie = READ(sk, __sk_common.skc_cookie.counter);
	raw->type = 0;
	raw->protocol = 0;
	raw->has_buffers = 0;
	record->sections |= SECTION_sock;
	if (is_mini_socket(state))
		return;
	raw->type = READ(sk, sk_type);
	raw->protocol = READ(sk, sk_protocol);
	raw->rcvbuf = READ(sk, sk_rcvbuf);
	raw->rmem_alloc = READ(sk, sk_backlog.rmem_alloc.counter);
	raw->has_buffers = 1;
}

#endif
