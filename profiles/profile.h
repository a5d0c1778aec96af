// SPDX-License-Identifier: GPL-2.0-or-later
//
// Profiles: TOML files that name probes, collectors and options for a use.
//
// A profile has a section per command ([collect], [print]) whose keys are that command's options.
// It is read by CLI11's own reader into items; several profiles are merged item by item (lists add,
// single values override), and the command line comes last. There is no second parser, and no list
// that replaces another by accident.
//
// Searched in this order: a path (with a slash or ending in .toml), ~/.config/tracker/profiles,
// /etc/tracker/profiles, built in. A profile is hostile input: at most 1 MiB is read.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace tracker {

// One "key = value(s)" of one section.
struct ProfileItem {
  std::string section;  // "collect"
  std::string key;      // "probe", as the option without dashes
  std::vector<std::string> values;

  bool operator==(const ProfileItem&) const = default;
};

struct Profile {
  std::string name;         // "dropmon"
  std::string origin;       // its path, or "built in"
  std::string description;  // its first line, a comment, without "# "
  std::string text;         // the whole file
  std::vector<ProfileItem> items;
};

// Finds, reads and parses. Fails with the nearest names for an unknown one, with line or key for a
// malformed one.
Result<Profile> load_profile(const std::string& name);

// Parses `text`; `origin` is named in errors.
Result<Profile> parse_profile(const std::string& name, const std::string& origin, std::string text);

// All profiles that a name finds, by name; of equal names the one that is found first. Files that
// cannot be parsed are listed with the problem as their description.
std::vector<Profile> list_profiles();

// The profiles built into the program (made from profiles/builtin/*.toml by CMake).
struct BuiltInProfile {
  const char* name;
  const char* text;
};
const std::vector<BuiltInProfile>& built_in_profiles();

}  // namespace tracker
