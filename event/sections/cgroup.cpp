// SPDX-License-Identifier: GPL-2.0-or-later
#include "event/sections/cgroup.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "event/event_words.h"
#include "event/sections/render.h"

namespace tracker {
namespace {

constexpr size_t kContainerIdDigits = 64;
constexpr size_t kShownDigits = 12;  // as docker ps and crictl ps show them

// What stands before a container's id in the name of its scope (systemd's driver of cgroups).
struct Runtime {
  std::string_view prefix;
  std::string_view name;
};
constexpr std::array<Runtime, 5> kRuntimes{{{"docker-", "docker"},
                                            {"libpod-", "podman"},
                                            {"cri-containerd-", "containerd"},
                                            {"crio-", "crio"},
                                            {"nerdctl-", "containerd"}}};
// Units in which other processes run; slices only group units.
constexpr std::array<std::string_view, 2> kUnits{".service", ".scope"};

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const size_t end = std::min(path.find('/'), path.size());
    if (end != 0) parts.push_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return parts;
}

bool is_container_id(std::string_view text) {
  return text.size() == kContainerIdDigits && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

bool is_unit(std::string_view part) {
  return std::ranges::any_of(kUnits, [&](std::string_view suffix) {
    return part.size() > suffix.size() && part.ends_with(suffix);
  });
}

// Kubernetes' pods lie below kubepods or kubepods.slice, whichever runtime runs them.
bool is_of_kubernetes(const std::vector<std::string_view>& parts) {
  return std::ranges::any_of(
      parts, [](std::string_view part) { return part == "kubepods" || part == "kubepods.slice"; });
}

// "docker/3f2a9c0d1e2f"; empty where the part does not name a container by its id.
std::string container(std::string_view part, std::string_view above, bool is_kubernetes) {
  std::string_view runtime;
  std::string_view id = part;
  if (id.ends_with(".scope")) id.remove_suffix(std::string_view(".scope").size());
  for (const Runtime& known : kRuntimes) {
    if (!id.starts_with(known.prefix)) continue;
    runtime = known.name;
    id.remove_prefix(known.prefix.size());
    break;
  }
  if (!is_container_id(id)) return {};
  if (is_kubernetes) runtime = "kubepods";
  if (runtime.empty()) runtime = above == "docker" || above == "lxc" ? above : "container";
  return fmt::format("{}/{}", runtime, id.substr(0, kShownDigits));
}

// LXC and LXD name what they run: "lxc.payload.NAME".
std::string named_container(std::string_view part) {
  constexpr std::string_view kPayload = "lxc.payload.";
  if (part.size() <= kPayload.size() || !part.starts_with(kPayload)) return {};
  return fmt::format("lxc/{}", part.substr(kPayload.size()));
}

}  // namespace

std::string cgroup_unit(std::string_view path) {
  const std::vector<std::string_view> parts = split(path);
  const bool is_kubernetes = is_of_kubernetes(parts);
  // The innermost one counts: a container within a container, a unit of a user's manager.
  for (size_t i = parts.size(); i-- > 0;) {
    std::string name = container(parts[i], i > 0 ? parts[i - 1] : "", is_kubernetes);
    if (name.empty()) name = named_container(parts[i]);
    if (!name.empty()) return name;
    if (is_unit(parts[i])) return std::string(parts[i]);
  }
  return std::string(path);
}

void write_cgroup_json(JsonWriter& json, const Event& event, const Names& names) {
  const auto place = json.begin_known_object("cgroup");
  json.known_id("id", event.cgroup.id);
  if (const auto known = names.cgroups.find(event.cgroup.id); known != names.cgroups.end()) {
    json.known_text("path", known->second);
    json.known_text("name", cgroup_unit(known->second));
  }
  json.end_known(place);
}

// "cgroup sshd.service". That it is the root, as of a host that groups nothing, says nothing.
void add_cgroup_text(EventText& text, const Event& event, const Names& names) {
  const std::string words = cgroup_words(event, names);
  if (!words.empty() && words != "/") text.where.push_back("cgroup " + words);
}

}  // namespace tracker
