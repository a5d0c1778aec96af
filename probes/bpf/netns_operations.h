/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where &netns_operations is, by which a struct net proves itself (origin.h): what the namespace of
 * the task that runs this points to. No symbol table is needed. Run once by user space when the
 * object is loaded (BPF_PROG_TEST_RUN of raw tracepoints, 5.10); never attached.
 */
#ifndef TRACKER_BPF_NETNS_OPERATIONS_H
#define TRACKER_BPF_NETNS_OPERATIONS_H

#include "kernel_types.h"

struct nsproxy {
	struct net *net_ns;
} __attribute__((preserve_access_index));

struct task_struct___nsproxy {
	struct nsproxy *nsproxy;
} __attribute__((preserve_access_index));

__u64 netns_operations; /* in .bss: read by user space */

SEC("raw_tp")
int read_netns_operations(void *ctx)
{
	const struct task_struct___nsproxy *task = (const void *)bpf_get_current_task();

	netns_operations = (__u64)BPF_CORE_READ(task, nsproxy, net_ns, ns.ops);
	return 0;
}

#endif
