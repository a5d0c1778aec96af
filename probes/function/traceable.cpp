// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/function/traceable.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

#include "probes/glob.h"

namespace tracker {

TraceableFunctions TraceableFunctions::read() {
  for (const char* root : {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"}) {
    std::ifstream file(std::string(root) + "/available_filter_functions");
    std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    if (!text.empty() && !file.bad()) return TraceableFunctions(std::move(text));
  }
  return TraceableFunctions(std::string());
}

TraceableFunctions::TraceableFunctions(std::string text) : text_(text.begin(), text.end()) {
  std::string_view rest(text_.data(), text_.size());
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const size_t open = line.find(" [");
    Entry entry{line.substr(0, open), {}};
    if (open != std::string_view::npos) {
      entry.module = line.substr(open + 2);
      entry.module = entry.module.substr(0, entry.module.find(']'));
    }
    if (!entry.name.empty()) functions_.push_back(entry);
  }
  std::sort(functions_.begin(), functions_.end());
}

size_t TraceableFunctions::count(std::string_view name, std::string_view module) const {
  const auto [first, last] =
      std::equal_range(functions_.begin(), functions_.end(), Entry{name, module});
  return static_cast<size_t>(last - first);
}

size_t TraceableFunctions::count(std::string_view name) const {
  const auto first = std::ranges::lower_bound(functions_, name, {}, &Entry::name);
  const auto last = std::ranges::upper_bound(functions_, name, {}, &Entry::name);
  return static_cast<size_t>(last - first);
}

std::vector<std::string> TraceableFunctions::modules_with(const std::string& pattern) const {
  std::set<std::string_view> names;
  for (const Entry& entry : functions_) {
    if (!entry.module.empty() && !names.contains(entry.module) &&
        matches_glob(pattern, std::string(entry.name)))
      names.insert(entry.module);
  }
  return {names.begin(), names.end()};
}

std::vector<std::string> TraceableFunctions::variants(std::string_view name) const {
  const std::string prefix = std::string(name) + ".";
  std::vector<std::string> found;
  auto entry = std::lower_bound(functions_.begin(), functions_.end(), Entry{prefix, {}});
  for (; entry != functions_.end() && entry->name.starts_with(prefix); ++entry)
    found.emplace_back(entry->name);
  return found;
}

}  // namespace tracker
