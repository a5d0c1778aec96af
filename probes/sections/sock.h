/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Section sock of a raw record. */
#ifndef TRACKER_PROBES_SECTIONS_SOCK_H
#define TRACKER_PROBES_SECTIONS_SOCK_H

#include <linux/types.h>

struct sock_record {
  __u64 cookie;
  __u32 rcvbuf;
  __u32 rmem_alloc;
  __u16 family;
  __u16 type;
  __u16 protocol;
  __u8 state;
  __u8 has_buffers; /* rcvbuf and rmem_alloc are known */
};

#endif
