// SPDX-License-Identifier: GPL-2.0-or-later
//
// sort_bench [FILE [EVENTS [EVENTS_PER_PACKET [STEP]]]]: writes a recording of EVENTS (default 10
// million) to FILE (default sort_bench.db, made anew) and sorts it: the rate of reading alone
// (read), of ordering (order), and of ordering with text or JSON, and the largest amount of memory
// of each. Each step runs in a process of its own, so that the memory of one does not hide that of
// another. DESIGN.md section 9 has the aim.
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "postprocess/event_scan.h"
#include "postprocess/journey_json.h"
#include "postprocess/journey_reader.h"
#include "postprocess/journey_text.h"
#include "postprocess/recording_source.h"
#include "storage/writer.h"

namespace tracker {
namespace {

constexpr uint64_t kTick = 500'000;  // events a second

struct Plan {
  std::string path = "sort_bench.db";
  uint64_t events = 10'000'000;
  uint64_t events_per_packet = 4;
};

// An IPv4 UDP datagram of one of 1,000 flows.
void fill_packet(PacketSection& packet, uint64_t packet_id) {
  const auto flow = static_cast<uint16_t>(packet_id % 1000);
  packet.link = LinkLayer::kEthernet;
  packet.ethertype = 0x0800;
  packet.len = 74;
  packet.bytes.assign(42, 0);
  packet.bytes[12] = 8;
  packet.bytes[14] = 0x45;
  packet.bytes[17] = 60;
  packet.bytes[18] = static_cast<uint8_t>(packet_id >> 8);
  packet.bytes[19] = static_cast<uint8_t>(packet_id);
  packet.bytes[22] = 64;
  packet.bytes[23] = 17;
  packet.bytes[26] = packet.bytes[30] = 10;
  packet.bytes[33] = 2;
  packet.bytes[34] = static_cast<uint8_t>(flow >> 8);
  packet.bytes[35] = static_cast<uint8_t>(flow);
}

void fill(Event& event, uint64_t number, const Plan& plan, std::mt19937_64& random) {
  reset(event);
  // Packets in flight overlap; stamps are a little out of order, as between CPUs.
  const uint64_t burst = number / (64 * plan.events_per_packet);
  const uint64_t step = number / 64 % plan.events_per_packet;
  const bool is_last = step + 1 == plan.events_per_packet;
  event.timestamp_ns = 1'000'000'000 + number * 2000 + random() % 4000;
  event.packet_id = 1 + burst * 64 + number % 64;
  event.cpu = static_cast<uint16_t>(number % 2);
  event.probe = static_cast<uint16_t>(is_last ? 0 : 1 + step % 2);
  event.sections = section_bit(Section::kSkb) | section_bit(Section::kPacket) |
                   section_bit(Section::kDev) | section_bit(Section::kNetns);
  event.task = {812, 812, FixedName("iperf3"),
                is_last ? TaskContext::kSoftirq : TaskContext::kProcess};
  event.skb.address = 0xffff888100000000 + event.packet_id % 512 * 256;
  event.skb.len = 60;
  fill_packet(event.packet, event.packet_id);
  event.dev = {static_cast<uint32_t>(2 + step % 2), 0,
               FixedName(step % 2 == 0 ? "left0" : "right0")};
  event.netns = {4026532177, 7 + step % 2};
  if (!is_last) return;
  event.add(Section::kDrop);
  event.drop = {3, true, 0xffffffff81000100};
}

Result<void> write(const Plan& plan) {
  Names names;
  names.probes = {{"tp", "skb:kfree_skb", {}, ProbeRole::kDropped},
                  {"tp", "net:net_dev_queue", {}, ProbeRole::kQueue},
                  {"tp", "net:netif_receive_skb", {}, ProbeRole::kReceive}};
  names.symbols = {{0xffffffff81000100, {"__udp4_lib_rcv", 0x4bc, ""}}};
  names.reasons = {{3, {"NO_SOCKET", "core"}}};
  names.netns = {{7, 4026532177, "left"}, {8, 4026532177, "right"}};
  Session session;
  session.start_ns = 1'000'000'000;
  session.clocks = {{1'000'000'000, 1'795'252'435'500'000'000}};
  TRY_ASSIGN(writer, RecordingWriter::create(plan.path, session, names));
  std::mt19937_64 random(1);
  std::vector<Event> batch(1024);
  for (uint64_t number = 0; number < plan.events;) {
    size_t size = 0;
    while (size < batch.size() && number < plan.events) fill(batch[size++], number++, plan, random);
    TRY(writer->on_events({batch.data(), size}, names));
    if (number % kTick < batch.size()) TRY(writer->on_tick(session, names));
  }
  session.end_ns = 2'000'000'000 + plan.events * 2000;
  return writer->finish(session, names);
}

// Renders as a command would, and counts bytes instead of writing them.
template <typename Render>
class RenderSink : public JourneySink {
 public:
  explicit RenderSink(Render render) : render_(std::move(render)) {}
  Result<bool> begin(const Journey& journey) override {
    render_.begin(journey, text_);
    return true;
  }
  Result<bool> steps(std::span<const Event* const> events) override {
    render_.steps(events, text_);
    return true;
  }
  Result<bool> end(const Journey& journey) override {
    render_.end(journey, text_);
    text_.clear();
    return true;
  }

 private:
  Render render_;
  std::string text_;
};

class CountSink : public JourneySink {
 public:
  Result<bool> begin(const Journey&) override { return true; }
  Result<bool> steps(std::span<const Event* const>) override { return true; }
  Result<bool> end(const Journey&) override { return true; }
};

enum class Step { kWrite, kRead, kOrder, kText, kJson };

Result<void> run(Step step, const Plan& plan) {
  if (step == Step::kWrite) return write(plan);
  TRY_ASSIGN(source, RecordingSource::open(plan.path));
  if (step == Step::kRead) {
    uint64_t ids = 0;
    visit_in_file_order(*source, Selection(),
                        [&ids](const Event& event) { ids += event.packet_id; });
    return ids != 0 ? Result<void>() : Error{"nothing was read"};
  }
  CountSink count;
  RenderSink text(JourneyText(source->names(), false, source->session()));
  RenderSink json(JourneyJson(source->names(), source->session()));
  JourneySink* sink = &count;
  if (step == Step::kText) sink = &text;
  if (step == Step::kJson) sink = &json;
  TRY_ASSIGN(damaged, read_journeys(*source, {}, *sink));
  return damaged.empty() ? Result<void>() : damaged_error(damaged, source->blocks().size());
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

// In a process of its own; false where it failed.
bool measure(const char* name, Step step, const Plan& plan) {
  const auto start = std::chrono::steady_clock::now();
  const pid_t child = ::fork();
  if (child == 0) {
    const auto done = run(step, plan);
    if (!done) fmt::print(stderr, "sort_bench: {}\n", done.error().message);
    std::_Exit(done ? 0 : 1);
  }
  int status = 0;
  rusage usage{};
  if (::wait4(child, &status, 0, &usage) != child || status != 0) return false;
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  const double cpu = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  fmt::print("{:<6} {:8.2f} s {:10.0f} events/s {:8.2f} s of CPU {:6} MiB\n", name, took.count(),
             static_cast<double>(plan.events) / took.count(), cpu, usage.ru_maxrss / 1024);
  return true;
}

}  // namespace
}  // namespace tracker

int main(int argc, char** argv) {
  using namespace tracker;  // NOLINT(google-build-using-namespace)
  Plan plan;
  if (argc > 1) plan.path = argv[1];
  if (argc > 2) plan.events = std::strtoull(argv[2], nullptr, 10);
  if (argc > 3) plan.events_per_packet = std::strtoull(argv[3], nullptr, 10);
  if (plan.events == 0 || plan.events_per_packet == 0) return 2;
  const std::string only = argc > 4 ? argv[4] : "";
  for (const auto& [name, step] : {std::pair{"write", Step::kWrite},
                                   {"read", Step::kRead},
                                   {"order", Step::kOrder},
                                   {"text", Step::kText},
                                   {"json", Step::kJson}}) {
    if ((only.empty() || only == name) && !measure(name, step, plan)) return 1;
  }
  return 0;
}
