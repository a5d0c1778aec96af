// SPDX-License-Identifier: GPL-2.0-or-later
//
// NetnsNames: the words for network namespaces that events name by number.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "event/event.h"
#include "event/names.h"

namespace tracker {

class NetnsNames {
 public:
  // Looks a namespace up the first time that it is seen: the name that `ip netns` gave it, "host"
  // for that of the host's process 1, else "pid 812 (comm)" of a process that lives in it. An entry
  // without a name is added where none is found (it may be gone already, and its inum another's: a
  // name or process that is younger than the event is not its). `names` gets at most kMaxNamespaces
  // entries; further ones are shown by their numbers.
  void note(const Event& event, Names& names);

 private:
  std::set<uint64_t> seen_;  // cookies; inums where there is no cookie
};

}  // namespace tracker
