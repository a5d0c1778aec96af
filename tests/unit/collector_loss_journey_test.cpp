// SPDX-License-Identifier: GPL-2.0-or-later
//
// From a loss, of whatever kind, to the journey that says that it is not complete: through the
// ledger, the recording and what sort reads.
#include <gtest/gtest.h>

#include <map>

#include "collector/loss_ledger.h"
#include "postprocess/journey_reader.h"
#include "postprocess/recording_source.h"
#include "storage/block_format.h"
#include "storage/writer.h"
#include "tests/unit/postprocess_fixture.h"
#include "tests/unit/storage_sample.h"

namespace tracker {
namespace {

using testing::EventBuilder;
using testing::kFreeProbe;
using testing::kNoSocket;
using testing::kReceiveProbe;

constexpr uint64_t kMs = 1'000'000;
constexpr uint64_t kStart = 1'000'000'000;

class Completeness : public JourneySink {
 public:
  Result<bool> begin(const Journey& journey) override {
    lost[journey.packet_id] = journey.loss.events;
    return true;
  }
  Result<bool> steps(std::span<const Event* const>) override { return true; }
  Result<bool> end(const Journey&) override { return true; }

  std::map<uint64_t, uint64_t> lost;  // by packet id; 0: the journey is complete
};

// Packets 1 and 2 on CPU 0, packet 3 on CPU 1, each received and dropped 2 ms later; packet 2 a
// second after the others.
std::vector<Event> three_packets() {
  std::vector<Event> events;
  for (const auto& [id, cpu, at] : {std::tuple<uint64_t, uint16_t, uint64_t>{1, 0, kStart},
                                    {3, 1, kStart},
                                    {2, 0, kStart + 1000 * kMs}}) {
    events.push_back(EventBuilder(kReceiveProbe, at, id).cpu(cpu));
    events.push_back(EventBuilder(kFreeProbe, at + 2 * kMs, id).cpu(cpu).drop(kNoSocket));
  }
  return events;
}

std::map<uint64_t, uint64_t> losses_of_journeys(const std::vector<Event>& events,
                                                const LossLedger& ledger) {
  const sample::Folder folder;
  Session session = testing::sample_session();
  const Names names = testing::sample_names();
  auto writer = RecordingWriter::create(folder.file("a.db"), session, names);
  EXPECT_TRUE(writer) << (writer ? "" : writer.error().message);
  if (!writer) return {};
  (void)(*writer)->on_events(events, names);
  session.losses = ledger.windows().all();
  EXPECT_TRUE((*writer)->finish(session, names));
  auto source = RecordingSource::open(folder.file("a.db"));
  EXPECT_TRUE(source) << (source ? "" : source.error().message);
  if (!source) return {};
  Completeness sink;
  EXPECT_TRUE(read_journeys(**source, {}, sink));
  return sink.lost;
}

using Expected = std::map<uint64_t, uint64_t>;

TEST(IncompleteJourney, IsNoneWithoutALoss) {
  EXPECT_EQ(losses_of_journeys(three_packets(), LossLedger(2)), (Expected{{1, 0}, {2, 0}, {3, 0}}));
}

TEST(IncompleteJourney, ComesFromAFullRing) {
  LossLedger ledger(2);
  ledger.on_record(0, kStart, 0);
  ledger.on_record(0, kStart + 2 * kMs, 5);
  EXPECT_EQ(losses_of_journeys(three_packets(), ledger), (Expected{{1, 5}, {2, 0}, {3, 0}}));
}

TEST(IncompleteJourney, ComesFromARecordThatCouldNotBeDecoded) {
  LossLedger ledger(2);
  ledger.on_undecoded(0, kStart + kMs);
  EXPECT_EQ(losses_of_journeys(three_packets(), ledger), (Expected{{1, 1}, {2, 0}, {3, 0}}));
}

TEST(IncompleteJourney, ComesFromAnEventThatCouldNotBeWritten) {
  std::vector<Event> events = three_packets();
  Event large = EventBuilder(kReceiveProbe, kStart + kMs, 1).cpu(0);
  large.add(Section::kPacket);
  large.packet.bytes.resize(kMaxPacketBytes + 1);
  events.insert(events.begin() + 1, large);
  EXPECT_EQ(losses_of_journeys(events, LossLedger(2)), (Expected{{1, 1}, {2, 0}, {3, 0}}));
}

}  // namespace
}  // namespace tracker
