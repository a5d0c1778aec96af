/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Section cgroup of a raw record. */
#ifndef TRACKER_PROBES_SECTIONS_CGROUP_H
#define TRACKER_PROBES_SECTIONS_CGROUP_H

#include <linux/types.h>

struct cgroup_record {
  __u64 id; /* of the cgroup v2 hierarchy: kernfs_node.id */
};

#endif
