// SPDX-License-Identifier: GPL-2.0-or-later
//
// The block decoder, behind its compression: the input is a block's content. What can be decoded is
// encoded again and must then be the same.
#include <algorithm>

#include "event/render.h"
#include "storage/block_decoder.h"
#include "storage/block_encoder.h"
#include "storage/compression.h"
#include "tests/fuzz/block_content.h"
#include "tests/fuzz/target.h"
#include "tests/unit/storage_sample.h"

namespace tracker::fuzz {
namespace {

constexpr size_t kRendered = 50;

void expect_encodable(const std::vector<Event>& events) {
  static BlockEncoder encoder;
  size_t done = 0;
  std::vector<Event> again;
  while (done < events.size()) {
    const size_t first = done;
    while (done < events.size() && !encoder.is_full_for(events[done])) {
      FUZZ_EXPECT(BlockEncoder::is_storable(events[done]));
      encoder.add(events[done++]);
    }
    const EncodedBlock block = encoder.finish();
    const auto decoded =
        decode_block(block.data, {block.events, block.first_ns, block.last_ns}, again);
    FUZZ_EXPECT(decoded.has_value());
    FUZZ_EXPECT(std::equal(again.begin(), again.end(), events.begin() + static_cast<long>(first)));
  }
}

}  // namespace

std::vector<Bytes> make_seeds() {
  std::vector<Bytes> seeds;
  for (const uint32_t seed : {1U, 2U, 3U, 4U}) {
    BlockEncoder encoder;
    for (const Event& event : sample::EventMaker(seed).events(size_t{1} << (2 * seed))) {
      if (encoder.is_full_for(event)) break;
      encoder.add(event);
    }
    seeds.push_back(content_of(encoder.finish().data));
  }
  return seeds;
}

}  // namespace tracker::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tracker;
  std::vector<Event> events;
  const auto block = fuzz::block_of({data, size}, events);
  if (!block) return 0;
  fuzz::expect_encodable(events);
  const Names names = sample::sample_names();
  const Session session = sample::sample_session();
  for (size_t i = 0; i < events.size() && i < fuzz::kRendered; ++i) {
    fuzz::expect_printable(render_event_text(events[i], names, session, {}, 0));
    fuzz::expect_printable(render_event_line(events[i], names, session, {}, 0));
    fuzz::expect_json_lines(render_event_json(events[i], names, session) + "\n");
  }
  return 0;
}
