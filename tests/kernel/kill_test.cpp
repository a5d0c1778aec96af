// SPDX-License-Identifier: GPL-2.0-or-later
//
// A collector that is killed at a random moment while drops come as fast as one core can make them:
// its recording is whole, true, and misses no more than the last second.
//
// TRACKER_KILLS=50 makes so many kills of it; TRACKER_KILL_SEED=N repeats the moments of a run.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <random>
#include <thread>

#include "harness/classifier.h"
#include "harness/clock.h"
#include "harness/collection.h"
#include "harness/first_cpu.h"
#include "harness/recorded_events.h"
#include "harness/recording.h"
#include "harness/traffic.h"

namespace tracker::kernel_test {
namespace {

constexpr uint64_t kSecondNs = 1'000'000'000;
// Reading what was recorded takes an emulated machine longer than recording it.
unsigned default_kills() { return std::getenv("TRACKER_LAB") ? 2 : 3; }
// An emulated CPU stands still for a second and more while its host is busy.
uint64_t most_missed_ns() { return std::getenv("TRACKER_LAB") ? 3 * kSecondNs : kSecondNs; }
const Flow kFlow{"UDP", {"127.0.0.1", 40000}, {"127.0.0.1", 9}};

// Sends datagrams along kFlow, each with the next number as its payload, until it is destroyed;
// each is dropped, by a classifier on lo, before the next is sent (classifier.h). From one CPU, so
// that they are dropped in order.
class Flood {
 public:
  explicit Flood(const NetworkNamespace& netns)
      : socket_(bound_socket(netns, kFlow.source, SOCK_DGRAM)) {
    drop_port_9(netns, "lo", "egress");
    thread_ = std::thread([this] { send(); });
  }
  ~Flood() {
    is_ending_ = true;
    thread_.join();
  }
  Flood(const Flood&) = delete;
  Flood& operator=(const Flood&) = delete;

  // Numbers below this one have been sent.
  uint64_t next_number() const { return next_; }

 private:
  void send() {
    const FirstCpu pinned;
    sockaddr_in dest{};
    dest.sin_family = AF_INET;
    dest.sin_port = htons(kFlow.dest.port);
    dest.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    while (!is_ending_) {
      const uint64_t number = next_;
      if (sendto(socket_.get(), &number, sizeof(number), 0,
                 reinterpret_cast<const sockaddr*>(&dest), sizeof(dest)) == sizeof(number))
        ++next_;
    }
  }

  UniqueFd socket_;
  std::atomic<bool> is_ending_ = false;
  std::atomic<uint64_t> next_ = 0;
  std::thread thread_;
};

// What a recording holds of the flood.
struct Recorded {
  uint64_t events = 0;
  uint64_t wrong = 0;       // not of this flow, device, namespace, or without its number
  uint64_t disordered = 0;  // whose time or number is not above that of the one before
  uint64_t first_number = 0, last_number = 0;
  uint64_t last_ns = 0;

  uint64_t missing() const { return events == 0 ? 0 : last_number - first_number + 1 - events; }
};

bool is_of_flood(const Event& event, const Packet& packet, uint32_t inum) {
  return packet.ip->source.text() == kFlow.source.address &&
         packet.ip->dest.text() == kFlow.dest.address && packet.udp &&
         packet.udp->source_port == kFlow.source.port && packet.udp->dest_port == kFlow.dest.port &&
         event.netns.inum == inum && event.has(Section::kDrop) &&
         event.packet.len == event.packet.bytes.size();
}

uint64_t number_of(const Event& event) {
  uint64_t number = 0;
  std::memcpy(&number, event.packet.bytes.data() + event.packet.bytes.size() - sizeof(number),
              sizeof(number));
  return number;
}

Recorded read_flood(const std::string& file, uint32_t inum) {
  Recorded found;
  uint64_t visited = 0;
  found.events = for_each_ip_packet(file, [&](const Event& event, const Packet& packet) {
    ++visited;
    if (!is_of_flood(event, packet, inum)) {
      ++found.wrong;
      return;
    }
    const uint64_t number = number_of(event);
    if (visited == 1)
      found.first_number = number;
    else if (number <= found.last_number || event.timestamp_ns < found.last_ns)
      ++found.disordered;
    found.last_number = number;
    found.last_ns = event.timestamp_ns;
  });
  found.wrong += found.events - visited;
  return found;
}

// One group: every event of the recording has this reason, flow and device.
void expect_one_kind(const std::string& file, uint64_t events) {
  const std::vector<Json> rows = view("drops", file, {"--by", "reason,flow,dev"});
  ASSERT_EQ(rows.size(), events == 0 ? size_t{0} : size_t{1}) << Json(rows).dump();
  if (events == 0) return;
  EXPECT_EQ(rows[0].at("reason"), "TC_EGRESS");
  EXPECT_EQ(rows[0].at("flow"), kFlow.text());
  EXPECT_EQ(rows[0].at("dev"), "lo");
  EXPECT_EQ(rows[0].at("count"), events);
}

// A number from the environment.
std::optional<unsigned> setting(const char* name) {
  const char* const text = std::getenv(name);
  if (!text) return std::nullopt;
  return static_cast<unsigned>(std::strtoul(text, nullptr, 10));
}

class CollectorKilledUnderLoad : public testing::Test {
 protected:
  CollectorKilledUnderLoad() : netns_("killed") {
    netns_.wait_until_running("lo");
    flood_.emplace(netns_);
  }

  // Kills a collector `wait` after it has attached; the value is how long before the kill the last
  // event was that the recording has.
  uint64_t kill_after(std::chrono::milliseconds wait) {
    Collection collection({&netns_}, {"-p", "dropmon", "--snaplen", "64", "--ring-size", "32M"});
    const uint64_t number_attached = flood_->next_number();
    const uint64_t begun_ns = boot_time_ns();
    std::this_thread::sleep_for(wait);
    const uint64_t killed_ns = boot_time_ns();
    collection.process().send_signal(SIGKILL);
    EXPECT_EQ(collection.process().wait().status, 128 + SIGKILL);

    const ProcessResult verified = run_tracker({"db", "verify", collection.file()});
    EXPECT_EQ(verified.status, 0) << verified.out << verified.err;
    const Recorded found = read_flood(collection.file(), netns_.inum());
    expect_one_kind(collection.file(), found.events);
    expect_true(found, collection.file());
    events_ += found.events;
    if (found.events == 0) return killed_ns - begun_ns;
    // The one that was being sent may have been dropped before.
    EXPECT_LE(found.first_number, number_attached + 1);
    return killed_ns - std::min(killed_ns, found.last_ns);
  }

  static void expect_true(const Recorded& found, const std::string& file) {
    EXPECT_EQ(found.wrong, 0U) << "of " << found.events;
    EXPECT_EQ(found.disordered, 0U) << "of " << found.events;
    const Sums sums = sums_of(file);
    EXPECT_LE(found.missing(), sums.lost);
    EXPECT_EQ(sums.recorded, found.events) << "the counters fit the events";
  }

  NetworkNamespace netns_;
  std::optional<Flood> flood_;
  uint64_t events_ = 0;
};

TEST_F(CollectorKilledUnderLoad, LeavesAWholeRecordingThatMissesAtMostASecond) {
  const auto kills = setting("TRACKER_KILLS").value_or(default_kills());
  const auto seed = setting("TRACKER_KILL_SEED").value_or(std::random_device()());
  std::mt19937 random(seed);
  // longer than what a recording may miss, so that each kill finds some of it
  const auto most_missed_ms = static_cast<int>(most_missed_ns() / 1'000'000);
  std::uniform_int_distribution<int> wait_ms(most_missed_ms + 200, 2 * most_missed_ms + 500);
  std::vector<uint64_t> missed;
  for (unsigned i = 0; i < kills; ++i) {
    const std::chrono::milliseconds wait(wait_ms(random));
    SCOPED_TRACE(fmt::format("kill {} after {} ms, TRACKER_KILL_SEED={}", i, wait.count(), seed));
    missed.push_back(kill_after(wait));
    EXPECT_LE(missed.back(), most_missed_ns());
  }
  std::sort(missed.begin(), missed.end());
  const auto ms = [](uint64_t ns) { return static_cast<double>(ns) / 1e6; };
  EXPECT_GT(events_, 0U) << "nothing was recorded before any kill";
  fmt::print("{} kills, {} events; missed before the kill: median {:.0f} ms, most {:.0f} ms\n",
             kills, events_, ms(missed[missed.size() / 2]), ms(missed.back()));
}

}  // namespace
}  // namespace tracker::kernel_test
