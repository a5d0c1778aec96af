// SPDX-License-Identifier: GPL-2.0-or-later
//
// The codecs of all sections: for each of TRACKER_SECTIONS its columns, what is remembered between
// events (NameReference), and NameBlockEncoder and NameBlockDecoder with
//   void add(const Event&, NameReference& before, EncodeStep&)   writes the section
//   void read(Event&, NameReference& before, DecodeStep&)        the same backwards
// Each is called for events that have the section, and forgets a block by clear() or is made anew.
#pragma once

#include "storage/sections/cgroup.h"
#include "storage/sections/dev.h"
#include "storage/sections/drop.h"
#include "storage/sections/netns.h"
#include "storage/sections/packet.h"
#include "storage/sections/skb.h"
#include "storage/sections/sock.h"
#include "storage/sections/stack.h"
