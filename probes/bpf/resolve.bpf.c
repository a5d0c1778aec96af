// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Asks the kernel itself for names and values, through programs that user space runs
 * (BPF_PROG_TYPE_SYSCALL, 5.14): the name of an address costs microseconds and includes modules
 * loaded a moment ago and BPF programs, where reading /proc/kallsyms costs a second in an emulated
 * guest and must be repeated whenever a module comes. No field of the kernel's objects is read here:
 * without CO-RE relocations libbpf need not parse vmlinux' BTF for this object.
 */
#include <stdbool.h>
#include <linux/types.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "../resolve_request.h"

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct resolve_request);
} request SEC(".maps");

/* "%pB": the function that a return address belongs to, looked up one byte before it (a call that
 * never returns can be a function's last instruction), as name+0xoffset/0xsize [module]. */
SEC("syscall")
int resolve_symbols(void *ctx)
{
	static const char format[] = "%pB";
	struct resolve_request *work;
	__u32 zero = 0;

	work = bpf_map_lookup_elem(&request, &zero);
	if (!work)
		return 0;
	for (__u32 i = 0; i < RESOLVE_BATCH; i++) {
		__u64 argument = work->addresses[i];

		if (i >= work->count)
			break;
		bpf_snprintf(work->symbols[i], RESOLVE_SYMBOL_SIZE, format, &argument,
			     sizeof(argument));
	}
	return 0;
}

/* The address of the symbol whose name user space wrote to symbols[0]; 0: there is none. A kernel
 * without CONFIG_KALLSYMS_ALL does not know variables. The helper is of 5.16 (d6aef08a872b): before,
 * this program is not loaded and user space reads /proc/kallsyms. */
SEC("syscall")
int find_address(void *ctx)
{
	struct resolve_request *work;
	__u64 address = 0;
	__u32 zero = 0;

	work = bpf_map_lookup_elem(&request, &zero);
	if (!work)
		return 0;
	work->value = 0;
	if (bpf_kallsyms_lookup_name(work->symbols[0], RESOLVE_SYMBOL_SIZE, 0, &address) == 0)
		work->value = address;
	return 0;
}

/* The 64 bits at the address addresses[0]; 0 where it cannot be read. */
SEC("syscall")
int read_value(void *ctx)
{
	struct resolve_request *work;
	__u32 zero = 0;

	work = bpf_map_lookup_elem(&request, &zero);
	if (!work)
		return 0;
	work->value = 0;
	bpf_probe_read_kernel(&work->value, sizeof(work->value), (const void *)work->addresses[0]);
	return 0;
}
