// SPDX-License-Identifier: GPL-2.0-or-later
//
// The decoders of all sections: NameRecordDecoder for each of TRACKER_SECTIONS, with
//   bool decode(const RecordView&, DecodeContext&, Names&, Event&)
// which is called for records that have the section filled. False: the record is not one, its sizes
// do not fit.
#pragma once

#include "collector/sections/cgroup.h"
#include "collector/sections/dev.h"
#include "collector/sections/drop.h"
#include "collector/sections/netns.h"
#include "collector/sections/packet.h"
#include "collector/sections/skb.h"
#include "collector/sections/sock.h"
#include "collector/sections/stack.h"
