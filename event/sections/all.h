// SPDX-License-Identifier: GPL-2.0-or-later
//
// The structs of all sections: NameSection for each of TRACKER_SECTIONS.
#pragma once

#include "event/sections/cgroup.h"
#include "event/sections/dev.h"
#include "event/sections/drop.h"
#include "event/sections/netns.h"
#include "event/sections/packet.h"
#include "event/sections/skb.h"
#include "event/sections/sock.h"
#include "event/sections/stack.h"
