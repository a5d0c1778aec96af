// SPDX-License-Identifier: GPL-2.0-or-later
#include "profiles/profile.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

#include "base/system_error.h"
#include "profiles/toml_lists.h"

namespace tracker {

namespace {

constexpr size_t kMaxBytes = 1U << 20;
constexpr std::string_view kSuffix = ".toml";

std::vector<std::string> search_path() {
  std::vector<std::string> folders;
  const char* config = std::getenv("XDG_CONFIG_HOME");
  const char* home = std::getenv("HOME");
  if (config && *config) {
    folders.push_back(std::string(config) + "/tracker/profiles");
  } else if (home && *home) {
    folders.push_back(std::string(home) + "/.config/tracker/profiles");
  }
  folders.emplace_back("/etc/tracker/profiles");
  return folders;
}

bool is_path(const std::string& name) {
  return name.find('/') != std::string::npos || name.ends_with(kSuffix);
}

Result<std::string> read_file(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error))
    return Error{fmt::format("cannot read profile {}: {}", path,
                             error ? error.message() : "it is not a regular file")};
  std::ifstream file(path, std::ios::binary);
  if (!file) return system_error("read profile " + path, errno);
  std::string text(kMaxBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file.gcount()));
  if (text.size() > kMaxBytes) return Error{fmt::format("profile {} is larger than 1 MiB", path)};
  if (text.find('\0') != std::string::npos)
    return Error{fmt::format("profile {} is not a text file", path)};
  return text;
}

std::string first_comment(const std::string& text) {
  std::string line = text.substr(0, text.find('\n'));
  return line.starts_with("# ") ? line.substr(2) : std::string();
}

std::string known_names() {
  std::vector<std::string> names;
  for (const Profile& profile : list_profiles()) names.push_back(profile.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

// What CLI11's reader does not say: it takes these for values.
std::string malformed(const std::vector<std::string>& values) {
  for (const std::string& value : values) {
    if (value.empty() || (value[0] != '"' && value[0] != '\'')) continue;
    if (std::count(value.begin(), value.end(), value[0]) % 2 != 0)
      return "a quote is not closed, or a '#' stands within it, which begins a comment even there";
  }
  return {};
}

}  // namespace

Result<Profile> parse_profile(const std::string& name, const std::string& origin,
                              std::string text) {
  Profile profile{name, origin, first_comment(text), std::move(text), {}};
  const Result<std::string> lines = join_lists(profile.text);
  if (!lines)
    return Error{
        fmt::format("profile {} ({}) cannot be read: {}", name, origin, lines.error().message)};
  std::vector<CLI::ConfigItem> items;
  try {
    std::istringstream stream(*lines);
    items = CLI::ConfigTOML().from_config(stream);
  } catch (const std::exception& error) {
    return Error{fmt::format("profile {} ({}) cannot be read: {}", name, origin, error.what())};
  }
  for (const CLI::ConfigItem& item : items) {
    if (item.name == "++" || item.name == "--") continue;  // CLI11's marks of sections
    if (item.parents.size() != 1 || item.parents[0].empty())
      return Error{fmt::format("profile {} ({}): '{}' stands outside a section such as [collect]",
                               name, origin, item.fullname())};
    std::string problem = malformed(item.inputs);
    if (!problem.empty())
      return Error{
          fmt::format("profile {} ({}): value of '{}': {}", name, origin, item.name, problem)};
    profile.items.push_back({item.parents[0], item.name, item.inputs});
  }
  return profile;
}

Result<Profile> load_profile(const std::string& name) {
  if (is_path(name)) {
    TRY_ASSIGN(text, read_file(name));
    return parse_profile(std::filesystem::path(name).stem(), name, std::move(text));
  }
  for (const std::string& folder : search_path()) {
    std::string path = fmt::format("{}/{}{}", folder, name, kSuffix);
    std::error_code error;
    if (!std::filesystem::exists(path, error)) continue;
    TRY_ASSIGN(text, read_file(path));
    return parse_profile(name, path, std::move(text));
  }
  for (const BuiltInProfile& built_in : built_in_profiles()) {
    if (name == built_in.name) return parse_profile(name, "built in", built_in.text);
  }
  return Error{fmt::format("unknown profile '{}'; there are: {}", name, known_names())};
}

std::vector<Profile> list_profiles() {
  std::map<std::string, Profile> found;
  auto add = [&](const std::string& name, const std::string& origin, Result<Profile> profile) {
    if (profile) {
      found.try_emplace(name, std::move(profile).value());
    } else {
      found.try_emplace(name, Profile{name, origin, profile.error().message, "", {}});
    }
  };
  for (const std::string& folder : search_path()) {
    std::error_code error;
    std::filesystem::directory_iterator entry(folder, error);
    for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
      const std::filesystem::path& path = entry->path();
      if (path.extension() != kSuffix) continue;
      auto text = read_file(path);
      add(path.stem(), path, text ? parse_profile(path.stem(), path, *text) : text.error());
    }
  }
  for (const BuiltInProfile& built_in : built_in_profiles())
    add(built_in.name, "built in", parse_profile(built_in.name, "built in", built_in.text));
  std::vector<Profile> profiles;
  profiles.reserve(found.size());
  for (auto& [name, profile] : found) profiles.push_back(std::move(profile));
  return profiles;
}

}  // namespace tracker
