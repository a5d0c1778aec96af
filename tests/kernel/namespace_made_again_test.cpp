// SPDX-License-Identifier: GPL-2.0-or-later
//
// A namespace that is deleted, and another one that gets its name and its inum.
#include <gtest/gtest.h>
#include <net/if.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <map>
#include <optional>

#include "harness/collection.h"
#include "harness/recording.h"
#include "harness/require.h"
#include "harness/traffic.h"
#include "harness/wait.h"
#include "storage/reader.h"

namespace tracker::kernel_test {
namespace {

// Without --netns, which takes only namespaces that are there when it starts.
constexpr char kElsewhere[] = "collects on the whole machine: runs in the lab";
const Flow kFlow{"UDP", {"127.0.0.1", 40000}, {"127.0.0.1", 9}};

std::vector<NetnsName> namespaces_in(const std::string& file) {
  const auto reader = RecordingReader::open(file);
  require(reader.has_value(), reader ? "" : reader.error().message);
  const NetnsTable& netns = (*reader)->names().netns;
  return {netns.begin(), netns.end()};
}

bool is_recorded(const std::string& file, uint64_t cookie) {
  const std::vector<NetnsName> known = namespaces_in(file);
  return std::any_of(known.begin(), known.end(),
                     [&](const NetnsName& netns) { return netns.cookie == cookie; });
}

// Nothing listens on the port.
void drop_in(const NetworkNamespace& netns, int count) {
  netns.ip("link set lo up\n");
  send_datagrams(netns, kFlow, count);
}

// Deletes one namespace and then another. The kernel takes them apart some time later, one after
// the other: when it has come to the second, as the other end of a veth shows, the first is gone.
void remove_both(std::optional<NetworkNamespace>& first, std::optional<NetworkNamespace>& second) {
  const NetworkNamespace witness("witness");
  second->ip(fmt::format("link add own type veth peer name other netns {}\n", witness.name()));
  first.reset();
  second.reset();
  require_soon(
      [&] {
        unsigned index = 0;
        witness.run([&] { index = if_nametoindex("other"); });
        return index == 0;
      },
      "two namespaces to be taken apart");
}

// A namespace that has the inum of one that is gone.
struct MadeAgain {
  std::string first_name;
  uint64_t first_cookie = 0;
  std::optional<NetworkNamespace> netns;

  // Drops so many packets in the first and calls `before_removal`. The lowest free inum is given
  // out: another one than the first's, where a namespace of an earlier test went only now.
  MadeAgain(int drops, const std::function<void(uint64_t first_cookie)>& before_removal) {
    require_soon(
        [&] {
          netns.emplace("made");
          std::optional<NetworkNamespace> later(std::in_place, "later");
          first_name = netns->name();
          first_cookie = netns->cookie();
          const uint32_t inum = netns->inum();
          drop_in(*netns, drops);
          before_removal(first_cookie);
          remove_both(netns, later);
          netns.emplace("again");
          return netns->inum() == inum;
        },
        "an inum to be used again");
  }
};

// One of the namespaces that had `name` and `inum`.
struct Incarnation {
  uint64_t cookie = 0;
  int drops = 0;
};

void expect_told_apart(const std::string& file, const std::string& name, uint32_t inum,
                       const std::vector<Incarnation>& incarnations) {
  std::vector<NetnsName> expected_names;
  std::map<std::string, int> expected_rows, expected_journeys;
  for (const auto& [cookie, drops] : incarnations) {
    expected_names.push_back({cookie, inum, name});
    expected_rows[fmt::format("{} (cookie {:#x})", name, cookie)] = drops;
    expected_journeys[fmt::format("{:#x}", cookie)] = drops;
  }

  std::vector<NetnsName> names = namespaces_in(file);
  std::erase_if(names, [&](const NetnsName& netns) { return netns.name != name; });
  EXPECT_EQ(names, expected_names);

  // Where tunnel modules are loaded, a new namespace has devices whose NAPI frees an skb each.
  const std::string flow = "udp port 9";
  std::map<std::string, int> rows;
  for (const Json& row : view("drops", file, {"--netns", name, "--by", "netns", "-f", flow}))
    rows[text_at(row, "/netns")] += row.at("count").get<int>();
  EXPECT_EQ(rows, expected_rows);

  std::map<std::string, int> journeys;
  for (const Json& journey : view("sort", file, {"--netns", name, "-f", flow})) {
    const Json& event = journey.at("events").at(0);
    ++journeys[text_at(event, "/netns/cookie")];
    EXPECT_EQ(text_at(event, "/netns/name"), name);
    EXPECT_EQ(event.at("/netns/inum"_json_pointer), inum);
    EXPECT_EQ(text_at(journey, "/flow"), kFlow.text());
  }
  EXPECT_EQ(journeys, expected_journeys);
}

TEST(Namespace, MadeAgainWithItsNameAndInumIsAnotherOne) {
  if (!std::getenv("TRACKER_LAB")) GTEST_SKIP() << kElsewhere;
  constexpr int kBefore = 7, kAfter = 5;
  Collection collection({});
  MadeAgain made(kBefore, [&](uint64_t first_cookie) {
    // Named while it is there.
    require_soon([&] { return is_recorded(collection.file(), first_cookie); },
                 "the first namespace to be recorded");
  });
  made.netns->rename(made.first_name);
  drop_in(*made.netns, kAfter);
  collection.stop();
  expect_told_apart(collection.file(), made.first_name, made.netns->inum(),
                    {{made.first_cookie, kBefore}, {made.netns->cookie(), kAfter}});
  expect_nothing_lost(collection.file());
}

TEST(Namespace, ThatIsGoneWhenItIsLookedUpDoesNotGetTheNameOfTheNextWithItsInum) {
  if (!std::getenv("TRACKER_LAB")) GTEST_SKIP() << kElsewhere;
  Collection collection({});
  collection.process().send_signal(SIGSTOP);
  const MadeAgain made(3, [](uint64_t) {});
  drop_in(*made.netns, 2);
  collection.process().send_signal(SIGCONT);
  collection.stop();
  std::map<uint64_t, std::string> names;
  for (const NetnsName& netns : namespaces_in(collection.file())) names[netns.cookie] = netns.name;
  EXPECT_EQ(names.at(made.first_cookie), "");
  EXPECT_EQ(names.at(made.netns->cookie()), made.netns->name());
}

}  // namespace
}  // namespace tracker::kernel_test
