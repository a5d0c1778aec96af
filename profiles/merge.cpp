// SPDX-License-Identifier: GPL-2.0-or-later
#include "profiles/merge.h"

#include <algorithm>

namespace tracker {

std::vector<ProfileItem> merge_items(const std::vector<Profile>& profiles,
                                     const std::string& section,
                                     const std::function<bool(const std::string& key)>& is_list) {
  std::vector<ProfileItem> merged;
  for (const Profile& profile : profiles) {
    for (const ProfileItem& item : profile.items) {
      if (item.section != section) continue;
      auto same = std::find_if(merged.begin(), merged.end(),
                               [&](const ProfileItem& known) { return known.key == item.key; });
      if (same == merged.end()) same = merged.insert(merged.end(), {section, item.key, {}});
      if (!is_list(item.key)) same->values.clear();
      for (const std::string& value : item.values) {
        if (std::find(same->values.begin(), same->values.end(), value) == same->values.end())
          same->values.push_back(value);
      }
    }
  }
  return merged;
}

}  // namespace tracker
