/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sections of a raw record: struct NAME_record for each of TRACKER_SECTIONS. */
#ifndef TRACKER_PROBES_SECTIONS_ALL_H
#define TRACKER_PROBES_SECTIONS_ALL_H

#include "cgroup.h"
#include "dev.h"
#include "drop.h"
#include "netns.h"
#include "packet.h"
#include "skb.h"
#include "sock.h"
#include "stack.h"

#endif
