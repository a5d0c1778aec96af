// SPDX-License-Identifier: GPL-2.0-or-later
//
// Merging the items of several profiles.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "profiles/profile.h"

namespace tracker {

// The items of `section` in all profiles, in order, one per key: values of keys that are lists (by
// `is_list`) add up without repetitions, of other keys the last profile's stand.
std::vector<ProfileItem> merge_items(const std::vector<Profile>& profiles,
                                     const std::string& section,
                                     const std::function<bool(const std::string& key)>& is_list);

}  // namespace tracker
