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
#include "tests/unit/raw_record.h"

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

void append(const testing::RawRecord& record, Bytes& seed) {
  const std::vector<std::byte> bytes = record.build();
  seed.push_back(static_cast<uint8_t>(bytes.size()));
  seed.push_back(static_cast<uint8_t>(bytes.size() >> 8));
  const auto* first = reinterpret_cast<const uint8_t*>(bytes.data());
  seed.insert(seed.end(), first, first + bytes.size());
}

testing::RawRecord drop_of(const testing::Frame& frame) {
  testing::RawRecord record;
  record.header.packet_id = 7;
  record.header.laid_out = kAllSections;
  record.skb().address = 0xffff888000000000;
  record.drop() = {6, 3, 1};
  record.dev() = {9, 2, 0, "eth0"};
  record.netns() = {9, 4026531840, 0};
  record.sock().state = 7;
  record.packet().ethertype = 0x0800;
  record.packet().link = frame.link == LinkLayer::kEthernet ? 1 : 0;
  record.payload(testing::bytes_of(frame.hex));
  record.packet().len += 100;
  return record;
}

}  // namespace

std::vector<Bytes> make_seeds() {
  std::vector<Bytes> seeds;
  for (const uint8_t options : {uint8_t{0}, uint8_t{1}}) {
    Bytes seed{options};
    append(drop_of(testing::kTcp4Syn), seed);
    testing::RawRecord tagged = drop_of(testing::kVxlan);
    tagged.packet().vlan_proto = 0x8100;
    append(tagged.frames({0, 1, 2, 3, 4}), seed);
    testing::RawRecord returned = drop_of(testing::kUdp6);
    returned.header.has_return_code = 1;
    returned.sock().has_buffers = 1;
    append(returned, seed);
    testing::RawRecord no_header;
    no_header.tuple({{10}, {11}, 1, 2, 2 /* AF_INET */, 17, 0});
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
    FUZZ_EXPECT(!event.has(Section::kStack) || event.stack.index < names.stacks.size());
    fuzz::expect_printable(render_event_text(event, names, session, {}, 0));
    fuzz::expect_printable(render_event_line(event, names, session, {}, 0));
    fuzz::expect_json_lines(render_event_json(event, names, session) + "\n");
    fuzz::expect_storable(event);
  }
  return 0;
}
