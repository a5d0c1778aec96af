// SPDX-License-Identifier: GPL-2.0-or-later
//
// Raw records as they come out of the kernel's ring. What is decoded must be fit to be stored and
// shown: it is written into a block, read back the same, and rendered.
//
// Input: a byte of options, then records, each behind its size in two bytes.
#include "probes/record.h"

#include <cstring>

#include "collector/record_decoder.h"
#include "event/render.h"
#include "storage/block_decoder.h"
#include "storage/block_encoder.h"
#include "tests/fuzz/target.h"
#include "tests/unit/event_sample.h"

namespace tracker::fuzz {
namespace {

void name_some(std::span<const uint64_t> addresses, std::map<uint64_t, SymbolName>& names) {
  for (const uint64_t address : addresses) {
    if (address % 4 == 1) names[address] = {"bpf_trace_run4", 1, "bpf"};
    if (address % 4 == 2) names[address] = {"tcp_v4_rcv", 2, ""};
  }
}

// What the recording keeps of it: the writer leaves out what an event's flags call meaningless.
void expect_storable(const Event& event) {
  static BlockEncoder encoder;
  FUZZ_EXPECT(BlockEncoder::is_storable(event));
  encoder.add(event);
  const EncodedBlock block = encoder.finish();
  std::vector<Event> again;
  FUZZ_EXPECT(
      decode_block(block.data, {block.events, block.first_ns, block.last_ns}, again).has_value());
  FUZZ_EXPECT(again.size() == 1 && again[0] == event);
}

struct SampleRecord {
  tracker_record raw{};
  std::vector<uint8_t> payload{};
};

void append(const SampleRecord& record, Bytes& seed) {
  const size_t stack = (record.raw.flags & RECORD_HAS_STACK) != 0 ? RECORD_STACK_DEPTH * 8 : 0;
  const size_t size = sizeof(record.raw) + stack + record.payload.size();
  seed.push_back(static_cast<uint8_t>(size));
  seed.push_back(static_cast<uint8_t>(size >> 8));
  const auto* raw = reinterpret_cast<const uint8_t*>(&record.raw);
  seed.insert(seed.end(), raw, raw + sizeof(record.raw));
  for (size_t i = 0; i < stack; ++i) seed.push_back(static_cast<uint8_t>(i / 8 % 5));
  seed.insert(seed.end(), record.payload.begin(), record.payload.end());
}

SampleRecord drop_of(const testing::Frame& frame, uint32_t flags) {
  SampleRecord record;
  tracker_record& raw = record.raw;
  raw.timestamp_ns = 1000;
  raw.packet_id = 7;
  raw.skb = 0xffff888000000000;
  raw.sections = kAllSections;
  raw.flags = flags | RECORD_HAS_REASON;
  raw.reason = 3;
  raw.location = 6;
  raw.ifindex = 2;
  raw.protocol = 0x0800;
  raw.link = frame.link == LinkLayer::kEthernet ? 1 : 0;
  raw.stack_bytes = (flags & RECORD_HAS_STACK) != 0 ? 40 : 0;
  std::strcpy(raw.comm, "nc");
  std::strcpy(raw.dev_name, "eth0");
  record.payload = testing::bytes_of(frame.hex);
  raw.payload_bytes = static_cast<uint32_t>(record.payload.size());
  raw.packet_len = raw.payload_bytes + 100;
  return record;
}

}  // namespace

std::vector<Bytes> make_seeds() {
  std::vector<Bytes> seeds;
  for (const uint8_t options : {uint8_t{0}, uint8_t{1}}) {
    Bytes seed{options};
    append(drop_of(testing::kTcp4Syn, 0), seed);
    append(drop_of(testing::kVxlan, RECORD_HAS_STACK | RECORD_VLAN_TAG), seed);
    append(drop_of(testing::kUdp6, RECORD_HAS_SOCK_BUFFERS | RECORD_HAS_RETURN_CODE), seed);
    SampleRecord no_header = drop_of({"", LinkLayer::kNone, 0, ""}, 0);
    no_header.raw.tuple_family = 2;
    no_header.raw.tuple_protocol = 17;
    append(no_header, seed);
    seeds.push_back(std::move(seed));
  }
  return seeds;
}

}  // namespace tracker::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tracker;
  fuzz::InputReader input({data, size});
  Names names = testing::sample_names();
  static const Session session = testing::sample_session();
  RecordDecoder decoder(input.byte() % 2 == 0, fuzz::name_some);
  Event event;
  while (!input.empty()) {
    const auto bytes = input.bytes(input.number(2));
    // As aligned as a ring has them, and of exactly that size.
    std::vector<uint64_t> words((bytes.size() + 7) / 8);
    if (!bytes.empty()) std::memcpy(words.data(), bytes.data(), bytes.size());
    const auto record = std::as_bytes(std::span(words)).first(bytes.size());
    if (!decoder.decode(3, record, names, event)) continue;
    FUZZ_EXPECT(event.packet.bytes.size() <= event.packet.len);
    FUZZ_EXPECT(event.probe < names.probes.size());
    FUZZ_EXPECT(!event.has(Section::kStack) || event.stack < names.stacks.size());
    fuzz::expect_printable(render_event_text(event, names, session, {}, 0));
    fuzz::expect_printable(render_event_line(event, names, session, {}, 0));
    fuzz::expect_json_lines(render_event_json(event, names, session) + "\n");
    fuzz::expect_storable(event);
  }
  return 0;
}
