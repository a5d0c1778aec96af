/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Section cgroup: the cgroup of the socket, else of the task that sends the packet. */
#ifndef TRACKER_BPF_SECTIONS_CGROUP_H
#define TRACKER_BPF_SECTIONS_CGROUP_H

#include "../compat.h"
#include "../view.h"

static __always_inline __u64 cgroup_id_of_sock(const struct sock *sk)
{
	const struct cgroup *cgroup;

	if (!sk || is_mini_socket(READ(sk, __sk_common.skc_state)))
		return 0;
	cgroup = cgroup_of_sock(sk);
	return is_kernel_address(cgroup) ? BPF_CORE_READ(cgroup, kn, id) : 0;
}

static __always_inline void fill_cgroup(struct hit *hit, struct tracker_record *record,
					const struct packet_view *view)
{
	struct cgroup_record *raw = RECORD_SECTION(record, cgroup);
	__u64 id = cgroup_id_of_sock(view->origin->sk);

	if (!id && record->context == CONTEXT_PROCESS)
		id = bpf_get_current_cgroup_id();
	if (!id)
		return;
	raw->id = id;
	record->sections |= SECTION_cgroup;
}

#endif
