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
bool leads_through_location(const tracker_record& raw, const std::byte* stack) {
  std::vector<uint64_t> frames(raw.stack_bytes / sizeof(uint64_t));
  std::memcpy(frames.data(), stack, frames.size() * sizeof(uint64_t));
  return std::find(frames.begin(), frames.end(), raw.location) != frames.end();
}

// All of a record that does not depend on the moment, on where memory was free or on the task that
// was interrupted. What its flags and sections do not claim is left out: it may hold anything.
Json lasting_part(std::span<const std::byte> record) {
  tracker_record raw{};
  require(record.size() >= sizeof(raw), "a record shorter than its header");
  std::memcpy(&raw, record.data(), sizeof(raw));
  const std::byte* rest = record.data() + sizeof(raw);
  const size_t stack_room = raw.flags & RECORD_HAS_STACK ? RECORD_STACK_DEPTH * 8 : 0;
  require(record.size() >= sizeof(raw) + stack_room + raw.payload_bytes, "a record cut short");
  const auto* payload = reinterpret_cast<const uint8_t*>(rest + stack_room);
  Json part{{"sections", raw.sections},
            {"flags", raw.flags},
            {"probe", raw.probe},
            {"lost_before", raw.lost_before},
            {"return_code", raw.return_code},
            {"head_is_kernel_address", raw.skb_head >> 56 == 0xff},
            {"len", raw.len},
            {"data_len", raw.data_len},
            {"truesize", raw.truesize},
            {"hash", raw.hash},
            {"mark", raw.mark},
            {"priority", raw.priority},
            {"packet_len", raw.packet_len},
            {"gso", {raw.gso_size, raw.gso_segs}},
            {"vlan", {raw.vlan_tci, raw.vlan_proto}},
            {"protocol", raw.protocol},
            {"pkt_type", raw.pkt_type},
            {"cloned", raw.cloned},
            {"ip_summed", raw.ip_summed},
            {"link", raw.link},
            {"tuple_family", raw.tuple_family},
            {"rx_ifindex", raw.rx_ifindex},
            {"payload", std::vector<uint8_t>(payload, payload + raw.payload_bytes)}};
  if (raw.sections & section_bit(Section::kDrop)) part["location"] = raw.location;
  if (raw.flags & RECORD_HAS_REASON) part["reason"] = raw.reason;
  if (raw.flags & RECORD_HAS_STACK)
    part["stack_leads_through_location"] = leads_through_location(raw, rest);
  if (raw.sections & section_bit(Section::kNetns))
    part["netns"] = {raw.netns_inum, raw.netns_cookie};
  if (raw.sections & section_bit(Section::kDev))
    part["dev"] = {raw.ifindex,
                   std::string(raw.dev_name, strnlen(raw.dev_name, sizeof(raw.dev_name)))};
  if (raw.sections & section_bit(Section::kSock))
    part["sock"] = {raw.sock_cookie, raw.sock_family, raw.sock_type, raw.sock_protocol,
                    raw.sock_state};
  if (raw.flags & RECORD_HAS_SOCK_BUFFERS)
    part["sock_buffers"] = {raw.sock_rcvbuf, raw.sock_rmem_alloc};
  return part;
}

class ProgramWays : public testing::Test {
 protected:
  // Where drops of one namespace are watched in one way while `send` runs.
  template <typename Send>
  std::vector<Json> watch(const Way& way, const NetworkNamespace& netns, const Send& send) {
    KernelProbes probes = must(KernelProbes::load(options(way, netns), btf_));
    attach(probes, way);
    EXPECT_TRUE(probes.start_watching());
    send();
    probes.detach();
    std::vector<Json> records = take_records(probes);
    expect_sums_close(probes);
    return records;
  }

  Calls calls_in_way(const Way& way, const NetworkNamespace& netns) const {
    KernelProbes probes = must(KernelProbes::load(options(way, netns), btf_));
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
  KernelProbesOptions options(const Way& way, const NetworkNamespace& netns) const {
    KernelProbesOptions options;
    options.probe_count = 1;
    options.ring_bytes = 1U << 18;
    options.track_entries = 1024;
    options.snaplen = RECORD_PAYLOAD_SPLIT / 2;
    options.netns.push_back({netns.inum(), netns.cookie()});
    options.netns_operations = symbols_.netns_operations();
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
    ProbePlan plan;
    plan.tracepoint = &tracepoint;
    plan.role = probe_role("kfree_skb");
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
      tracker_record raw{};
      std::memcpy(&raw, record.data(), std::min(record.size(), sizeof(raw)));
      EXPECT_NE(raw.packet_id, 0U);
      EXPECT_TRUE(packet_ids.insert(raw.packet_id).second) << raw.packet_id;
      records.push_back(lasting_part(record));
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
  EXPECT_EQ(function_at(record), "__udp4_lib_rcv");
  EXPECT_EQ(record.at("stack_leads_through_location"), true);
  EXPECT_EQ(record.at("len"), 8 + 20);
  EXPECT_EQ(record.at("packet_len"), ETH_HLEN + 20 + 8 + 20);
  EXPECT_EQ(record.at("protocol"), ETH_P_IP);
  EXPECT_EQ(record.at("netns"), Json({pair.right.inum(), pair.right.cookie()}));
  EXPECT_EQ(record.at("dev"), Json({12, pair.right_end.device}));
  EXPECT_EQ(record.at("rx_ifindex"), 12);
  EXPECT_EQ(record.at("sections"), kAllSections & ~section_bit(Section::kSock));
  const auto bytes = record.at("payload").get<std::vector<uint8_t>>();
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
  EXPECT_EQ(record.at("dev"), Json({11, pair.left_end.device}));
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
