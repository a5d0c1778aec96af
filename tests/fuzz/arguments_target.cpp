// SPDX-License-Identifier: GPL-2.0-or-later
//
// What is typed, or stands in a profile: packet filters, selections, targets, times.
//
// Input: a byte that says what it is, then the text.
#include <netdb.h>

#include <algorithm>

#include "collector/probe_plan.h"
#include "event/packet_filter.h"
#include "event/render.h"
#include "postprocess/drops.h"
#include "postprocess/selection.h"
#include "probes/tracepoint/target.h"
#include "tests/fuzz/target.h"
#include "tests/unit/event_sample.h"

// A filter may name a host, which libpcap looks up: nothing that a fuzzer makes up may be asked for
// on the network.
extern "C" int getaddrinfo(const char*, const char*, const addrinfo*, addrinfo**) {
  return EAI_NONAME;
}
extern "C" netent* getnetbyname(const char*) { return nullptr; }

namespace tracker::fuzz {
namespace {

void expect_usage(const Error& error) {
  FUZZ_EXPECT(error.kind == ErrorKind::kWrongUsage);
  FUZZ_EXPECT(!error.message.empty());
  expect_printable(escape_text(error.message) + "\n");
}

void try_filter(const std::string& text) {
  const auto filter = PacketFilter::compile(text);
  if (!filter) return expect_usage(filter.error());
  for (const testing::Frame& frame : {testing::kTcp4Syn, testing::kUdp6, testing::kVxlan,
                                      testing::kArpRequest, testing::kTunIpv4}) {
    const PacketSection section = testing::section_of(frame);
    (void)filter->matches(section);
    (void)filter->matches(testing::cut_to(section, section.bytes.size() / 2));
  }
}

void try_selection(const SelectionOptions& options) {
  static const Names names = testing::sample_names();
  static const Session session = testing::sample_session();
  static const Event event = testing::sample_drop();
  const auto selection = Selection::compile(options, session, names, testing::kSampleNs);
  if (!selection) return expect_usage(selection.error());
  (void)selection->matches(event);
}

void try_target(const std::string& text) {
  const auto target = parse_target(text);
  if (!target) return expect_usage(target.error());
  const auto again = parse_target(target->text() + (target->stack ? "/stack" : ""));
  FUZZ_EXPECT(again.has_value() && *again == *target);
}

Bytes seed(uint8_t kind, std::string_view text) {
  Bytes bytes(1 + text.size(), kind);
  std::copy(text.begin(), text.end(), bytes.begin() + 1);
  return bytes;
}

}  // namespace

std::vector<Bytes> make_seeds() {
  return {seed(0, "udp port 53 and not (host 10.1.0.1 or net 10.0.0.0/8)"),
          seed(0, "tcp[tcpflags] & (tcp-syn|tcp-fin) != 0 and ip6[6] = 6"),
          seed(0, "ether host 2:0:0:0:0:1 or vlan 5 and greater 100"),
          seed(0, "ip protochain 6"),
          seed(1, "2026-11-21T09:13:55.5+01:00"),
          seed(1, "09:13:55.402117"),
          seed(1, "-1.5h"),
          seed(2, "-30s"),
          seed(3, "#5f01"),
          seed(4, "4026531840"),
          seed(4, "/run/netns/blue"),
          seed(5, "tp:net:*"),
          seed(6, "NO_[A-S]*,openvswitch:*"),
          seed(7, "eth?"),
          seed(8, "tp:skb:kfree_skb/stack"),
          seed(9, "reason,location,stack,flow,dev,netns,comm,proto,cgroup,len"),
          seed(10, "skb,packet,dev,auto")};
}

}  // namespace tracker::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tracker;
  using namespace tracker::fuzz;
  InputReader input({data, size});
  const uint8_t kind = input.byte();
  const std::string text = input.text(input.rest().size());
  if (text.find('\0') != std::string::npos) return 0;  // no argument holds one
  SelectionOptions options;
  switch (kind % 11) {
    case 0:
      try_filter(text);
      return 0;
    case 1:
      options.since = text;
      break;
    case 2:
      options.until = text;
      break;
    case 3:
      options.packets = {text};
      break;
    case 4:
      options.netns = {text};
      break;
    case 5:
      options.probes = {text};
      break;
    case 6:
      options.reasons = {text};
      break;
    case 7:
      options.devices = {text};
      break;
    case 8:
      try_target(text);
      return 0;
    case 9:
      if (const auto keys = parse_drop_keys(text); !keys) expect_usage(keys.error());
      return 0;
    default:
      if (const auto sections = parse_collectors({text}); !sections) expect_usage(sections.error());
      return 0;
  }
  try_selection(options);
  return 0;
}
