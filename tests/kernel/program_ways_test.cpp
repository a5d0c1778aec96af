// SPDX-License-Identifier: GPL-2.0-or-later
//
// The ways that programs have of doing the same, of which a kernel permits some: reading the
// kernel's objects by loads or by calls, turning preemption off themselves or not, tp_btf or
// raw_tp. Whichever it is, the records say the same.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "collector/record_view.h"
#include "event/section.h"
#include "harness/bpf_programs.h"
#include "harness/classifier.h"
#include "harness/kernel_version.h"
#include "harness/recording.h"
#include "harness/require.h"
#include "harness/topology.h"
#include "harness/traffic.h"
#include "probes/kernel_btf.h"
#include "probes/kernel_probes.h"
#include "probes/kernel_symbols.h"
#include "probes/record.h"
#include "probes/tracepoint/point.h"

namespace tracker::kernel_test {
namespace {

constexpr int kPackets = 7;
constexpr uint64_t kNobodyAsked = 0;  // the cookie of a socket before anyone asked for it

struct Way {
  bool loads = false;
  bool guard = false;
  std::string rung;

  std::string text() const {
    return fmt::format("{} by {}{}", rung, loads ? "loads" : "calls", guard ? ", guarded" : "");
  }
};

std::vector<Way> all_ways() {
  std::vector<Way> ways;
  for (const char* rung : {"tp_btf", "raw_tp"}) {
    for (const bool loads : {false, true}) {
      for (const bool guard : {false, true}) ways.push_back({loads, guard, rung});
    }
  }
  return ways;
}

// What the kernel offers, by the releases that brought it: the tests must not ask as probes/ does.
bool kernel_has_loads() { return kernel_version().is_at_least(6, 2); }   // bpf_rdonly_cast()
bool kernel_has_guard() { return kernel_version().is_at_least(6, 10); }  // bpf_preempt_disable()

template <typename Value>
Value must(Result<Value> result) {
  require(result.has_value(), result ? "" : result.error().message);
  return std::move(result).value();
}

// The calls that are left in a program of this process.
struct Calls {
  int of_helpers = 0;
  int of_kernel_functions = 0;
};

Calls calls_of(uint32_t program) {
  Calls calls;
  for (const bpf_insn& instruction : verified_instructions(program)) {
    if (instruction.code != (BPF_JMP | BPF_CALL)) continue;
    if (instruction.src_reg == 0) ++calls.of_helpers;
    if (instruction.src_reg == BPF_PSEUDO_KFUNC_CALL) ++calls.of_kernel_functions;
  }
  return calls;
}

// Whether the stack leads through the call that freed the skb. What called that may differ between
// packets of a flow: the first one on its way finds no cached link header.
bool leads_through_location(const RecordView& record) {
  return std::ranges::find(record.frames(), record.drop()->location) != record.frames().end();
}

std::vector<uint8_t> payload_of(const RecordView& record) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(record.payload().data());
  return {bytes, bytes + record.packet()->payload_bytes};
}

// All of a record that does not depend on the moment, on where memory was free or on the task that
// was interrupted.
Json lasting_part(const RecordView& record) {
  const tracker_record& header = record.header();
  Json part{{"sections", header.sections},
            {"laid_out", header.laid_out},
            {"probe", header.probe},
            {"lost_before", header.lost_before},
            {"return_code", header.return_code}};
  if (const auto* skb = record.skb())
    part["skb"] = {{"head_is_kernel_address", skb->head >> 56 == 0xff},
                   {"len", skb->len},
                   {"data_len", skb->data_len},
                   {"truesize", skb->truesize},
                   {"hash", skb->hash},
                   {"mark", skb->mark},
                   {"priority", skb->priority},
                   {"gso", {skb->gso_size, skb->gso_segs}},
                   {"vlan", {skb->vlan_tci, skb->vlan_proto}},
                   {"protocol", skb->protocol},
                   {"pkt_type", skb->pkt_type},
                   {"cloned", skb->cloned},
                   {"ip_summed", skb->ip_summed}};
  if (const auto* packet = record.packet())
    part["packet"] = {{"len", packet->len},
                      {"link", packet->link},
                      {"ethertype", packet->ethertype},
                      {"vlan", {packet->vlan_tci, packet->vlan_proto}},
                      {"has_tuple", packet->has_tuple},
                      {"bytes", payload_of(record)}};
  if (const auto* dev = record.dev())
    part["dev"] = {{"netns_cookie", dev->netns_cookie},
                   {"ifindex", dev->ifindex},
                   {"rx_ifindex", dev->rx_ifindex},
                   {"name", std::string(dev->name, strnlen(dev->name, sizeof(dev->name)))}};
  if (const auto* netns = record.netns()) part["netns"] = {netns->inum, netns->cookie};
  if (const auto* drop = record.drop()) {
    part["location"] = drop->location;
    part["reason"] = drop->reason;
  }
  if (const auto* sock = record.sock()) {
    part["sock"] = {sock->cookie, sock->family, sock->type, sock->protocol, sock->state};
    if (sock->has_buffers != 0) part["sock_buffers"] = {sock->rcvbuf, sock->rmem_alloc};
  }
  if (record.stack()) part["stack_leads_through_location"] = leads_through_location(record);
  return part;
}

class ProgramWays : public testing::Test {
 protected:
  // Where drops of one namespace are watched in one way while `send` runs.
  template <typename Send>
  std::vector<Json> watch(const Way& way, const NetworkNamespace& netns, const Send& send) {
    KernelProbes probes = load(way, netns);
    attach(probes, way);
    EXPECT_TRUE(probes.start_watching());
    send();
    probes.detach();
    std::vector<Json> records = take_records(probes);
    expect_sums_close(probes);
    return records;
  }

  Calls calls_in_way(const Way& way, const NetworkNamespace& netns) const {
    KernelProbes probes = load(way, netns);
    return calls_of(attach(probes, way));
  }

  // Watches in every way, and expects of each as many records as packets, all of which say the
  // same. The value is what they say.
  template <typename Send>
  Json expect_same_in_all_ways(const NetworkNamespace& netns, const Send& send) {
    std::optional<Json> expected;
    for (const Way& way : all_ways()) {
      SCOPED_TRACE(way.text());
      const std::vector<Json> records = watch(way, netns, send);
      EXPECT_EQ(records.size(), size_t{kPackets});
      for (const Json& record : records) {
        if (!expected) expected = record;
        EXPECT_EQ(record, *expected) << "differs in " << Json::diff(*expected, record).dump();
      }
    }
    require(expected.has_value(), "no way gave a record");
    return *expected;
  }

  std::string reason_of(const Json& record) const {
    return btf_.drop_reasons().at(record.at("reason").get<uint32_t>()).name;
  }
  std::string function_at(const Json& record) {
    const auto location = record.at("location").get<uint64_t>();
    std::map<uint64_t, SymbolName> names;
    symbols_.resolve(std::span(&location, 1), names);
    return names[location].name;
  }

  KernelBtf btf_ = must(KernelBtf::load());
  KernelSymbols symbols_ = must(KernelSymbols::open());

 private:
  KernelProbes load(const Way& way, const NetworkNamespace& netns) const {
    const KernelProbesOptions asked = options(way, netns);
    return must(
        KernelProbes::load(asked, btf_, [&] { return EventRings::make(asked.ring_bytes); }));
  }

  KernelProbesOptions options(const Way& way, const NetworkNamespace& netns) const {
    KernelProbesOptions options;
    options.probe_count = 1;
    options.ring_bytes = 1U << 18;
    options.track_entries = 1024;
    options.snaplen = RECORD_PAYLOAD_SPLIT / 2;
    options.netns.push_back({netns.inum(), netns.cookie()});
    options.vmemmap_base = symbols_.variable("vmemmap_base");
    options.page_offset_base = symbols_.variable("page_offset_base");
    options.loads = way.loads;
    options.guard = way.guard;
    return options;
  }

  // Attaches to kfree_skb by the rung that is asked for: without its type's id a tracepoint can
  // only be had as raw_tp. The value is the program's id.
  uint32_t attach(KernelProbes& probes, const Way& way) const {
    const Tracepoint* found = btf_.find_tracepoint("kfree_skb");
    require(found != nullptr, "BTF does not have kfree_skb");
    Tracepoint tracepoint = *found;
    if (way.rung == "raw_tp") tracepoint.type_id = 0;
    const TracepointPoint point("skb", tracepoint);
    ProbePlan plan;
    plan.point = &point;
    plan.sections = kAllSections;
    const std::set<uint32_t> before = programs_of(getpid());
    EXPECT_EQ(must(probes.attach(0, plan)), way.rung);
    EXPECT_EQ(probes.refused_loads(), "");
    std::set<uint32_t> added = programs_of(getpid());
    for (const uint32_t id : before) added.erase(id);
    require(added.size() == 1, "attaching a probe did not add one program");
    return *added.begin();
  }

  static std::vector<Json> take_records(KernelProbes& probes) {
    std::vector<Json> records;
    std::set<uint64_t> packet_ids;
    must(probes.drain(SIZE_MAX, [&](uint32_t, std::span<const std::byte> record) {
      RecordLayout layout;
      const auto view = RecordView::parse(record, layout);
      require(view.has_value(), "a record whose sizes do not fit");
      const uint64_t packet_id = view->header().packet_id;
      EXPECT_NE(packet_id, 0U);
      EXPECT_TRUE(packet_ids.insert(packet_id).second) << packet_id;
      records.push_back(lasting_part(*view));
    }));
    return records;
  }

  static void expect_sums_close(const KernelProbes& probes) {
    uint64_t seen = 0, filtered = 0, recorded = 0, ring_full = 0;
    for (const ProbeCounters& of_cpu : must(probes.counters(0))) {
      seen += of_cpu.seen;
      filtered += of_cpu.filtered;
      recorded += of_cpu.recorded;
      ring_full += of_cpu.ring_full;
    }
    EXPECT_EQ(seen, filtered + recorded);
    EXPECT_EQ(recorded, uint64_t{kPackets});
    EXPECT_EQ(ring_full, 0U);
    EXPECT_EQ(probes.missed(0), 0);
  }
};

TEST_F(ProgramWays, SayTheSameOfDatagramsToAClosedPort) {
  const Pair pair;
  const Flow flow{"UDP", {pair.left_end.ipv4, 40000}, {pair.right_end.ipv4, 9}};
  const Json record = expect_same_in_all_ways(pair.right, [&] {
    send_datagrams(pair.left, flow, kPackets);
    pair.settle();
  });
  EXPECT_EQ(reason_of(record), "NO_SOCKET");
  EXPECT_EQ(function_at(record), udp_receive_place());
  EXPECT_EQ(record.at("stack_leads_through_location"), true);
  EXPECT_EQ(record.at("skb").at("head_is_kernel_address"), true);
  EXPECT_EQ(record.at("skb").at("len"), 8 + 20);
  EXPECT_EQ(record.at("skb").at("protocol"), ETH_P_IP);
  EXPECT_EQ(record.at("packet").at("len"), ETH_HLEN + 20 + 8 + 20);
  EXPECT_EQ(record.at("packet").at("ethertype"), ETH_P_IP);
  EXPECT_EQ(record.at("netns"), Json({pair.right.inum(), pair.right.cookie()}));
  EXPECT_EQ(record.at("dev"), Json({{"netns_cookie", pair.right.cookie()},
                                    {"ifindex", 12},
                                    {"rx_ifindex", 12},
                                    {"name", pair.right_end.device}}));
  // nobody's socket, and in a softirq nobody's task
  EXPECT_EQ(record.at("sections"),
            kAllSections & ~section_bit(Section::kSock) & ~section_bit(Section::kCgroup));
  const auto bytes = record.at("packet").at("bytes").get<std::vector<uint8_t>>();
  ASSERT_GE(bytes.size(), size_t{ETH_HLEN + 20 + 8 + 20});
  EXPECT_EQ(std::vector<uint8_t>(bytes.begin() + ETH_HLEN + 20, bytes.begin() + ETH_HLEN + 24),
            (std::vector<uint8_t>{40000 >> 8, 40000 & 0xff, 0, 9}));
  EXPECT_EQ(bytes[ETH_HLEN + 20 + 8], 'x');
}

// On their way out datagrams still have the socket that they were sent from.
TEST_F(ProgramWays, SayTheSameOfASocketWhoseDatagramsAreDropped) {
  const Pair pair;
  const Flow flow{"UDP", {pair.left_end.ipv4, 40000}, {pair.right_end.ipv4, 9}};
  drop_port_9(pair.left, pair.left_end.device, "egress");
  const UniqueFd sender = bound_socket(pair.left, flow.source, SOCK_DGRAM);
  uint64_t cookie = kNobodyAsked;
  int room = 0;
  socklen_t cookie_size = sizeof(cookie), room_size = sizeof(room);
  require_call(getsockopt(sender.get(), SOL_SOCKET, SO_COOKIE, &cookie, &cookie_size), "SO_COOKIE");
  require_call(getsockopt(sender.get(), SOL_SOCKET, SO_RCVBUF, &room, &room_size), "SO_RCVBUF");
  ASSERT_NE(cookie, kNobodyAsked);

  const Json record =
      expect_same_in_all_ways(pair.left, [&] { send_datagrams(sender, flow, kPackets); });
  constexpr int kClosed = 7;  // TCP_CLOSE, which a socket of UDP that is not connected is in
  EXPECT_EQ(record.at("sock"), Json({cookie, AF_INET, SOCK_DGRAM, IPPROTO_UDP, kClosed}));
  EXPECT_EQ(record.at("sock_buffers"), Json({room, 0}));
  EXPECT_EQ(record.at("sections"), kAllSections);
  EXPECT_EQ(record.at("netns"), Json({pair.left.inum(), pair.left.cookie()}));
  EXPECT_EQ(record.at("dev").at("name"), pair.left_end.device);
  EXPECT_EQ(record.at("dev").at("ifindex"), 11);
  EXPECT_EQ(reason_of(record), "TC_EGRESS");
}

// A program that silently reads by calls says the same, only later.
TEST_F(ProgramWays, AreReallyTakenWhereTheKernelHasThem) {
  constexpr int kFields = 20;  // fewer than programs read by READ()
  const NetworkNamespace netns("ways");
  for (const Way& way : all_ways()) {
    SCOPED_TRACE(way.text());
    const Calls calls = calls_in_way(way, netns);
    // off and, on each way out, on again
    if (way.guard && kernel_has_guard())
      EXPECT_GE(calls.of_kernel_functions, 2);
    else
      EXPECT_EQ(calls.of_kernel_functions, 0);
    if (!way.loads) continue;
    const Calls by_calls = calls_in_way({false, way.guard, way.rung}, netns);
    if (kernel_has_loads())
      EXPECT_LT(calls.of_helpers + kFields, by_calls.of_helpers);
    else
      EXPECT_EQ(calls.of_helpers, by_calls.of_helpers);
  }
}

}  // namespace
}  // namespace tracker::kernel_test
