// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include "collector/counter_book.h"
#include "collector/loss_ledger.h"

namespace tracker {
namespace {

constexpr uint64_t kSecond = 1'000'000'000;

TEST(LossLedger, OpensAWindowBetweenTheRecordsAroundTheLoss) {
  LossLedger ledger(2);
  ledger.on_record(1, 1 * kSecond, 0);
  ledger.on_record(1, 2 * kSecond, 3);
  ASSERT_EQ(ledger.windows().all().size(), 1U);
  EXPECT_EQ(ledger.windows().all()[0], (LossWindow{1, 1 * kSecond, 2 * kSecond, 3}));
}

TEST(LossLedger, KeepsCpusApart) {
  LossLedger ledger(2);
  ledger.on_record(0, 1 * kSecond, 0);
  ledger.on_record(1, 1 * kSecond, 0);
  ledger.on_record(0, 2 * kSecond, 1);
  ledger.on_record(1, 2 * kSecond, 0);
  ASSERT_EQ(ledger.windows().all().size(), 1U);
  EXPECT_EQ(ledger.windows().all()[0].cpu, 0);
}

TEST(LossLedger, JoinsWindowsThatFollowEachOther) {
  LossLedger ledger(1);
  for (uint64_t i = 1; i <= 1000; ++i) ledger.on_record(0, kSecond + i * 1000, i);
  ASSERT_EQ(ledger.windows().all().size(), 1U);
  EXPECT_EQ(ledger.windows().all()[0].count, 1000U);
  EXPECT_EQ(ledger.windows().all()[0].to_ns, kSecond + 1'000'000);
  ledger.on_record(0, 9 * kSecond, 1000);
  ledger.on_record(0, 10 * kSecond, 1001);
  EXPECT_EQ(ledger.windows().all().size(), 2U);
}

TEST(LossLedger, DoesNotCountTwiceWhenAnInterruptsRecordComesFirst) {
  LossLedger ledger(1);
  ledger.on_record(0, 2 * kSecond, 5);
  ledger.on_record(0, 1 * kSecond, 4);
  ledger.on_record(0, 3 * kSecond, 5);
  ASSERT_EQ(ledger.windows().all().size(), 1U);
  EXPECT_EQ(ledger.windows().all()[0].count, 5U);
}

TEST(LossLedger, CountsWhatWasLostAfterTheLastRecord) {
  LossLedger ledger(1);
  ledger.on_record(0, 1 * kSecond, 2);
  ledger.on_end(0, 10, 4 * kSecond);
  uint64_t total = 0;
  for (const LossWindow& window : ledger.windows().all()) total += window.count;
  EXPECT_EQ(total, 10U);
  EXPECT_EQ(ledger.windows().all().back().to_ns, 4 * kSecond);
}

TEST(CounterBook, KeepsTheSumsClosed) {
  CounterBook book;
  book.add_filtered(0, 1);
  book.add_filtered(0, 1);
  book.add_reader_loss(0, 1);
  ProbeCounters kernel;
  kernel.cpu = 1;
  kernel.seen = 20;
  kernel.filtered = 5;
  kernel.recorded = 12;
  kernel.ring_full = 3;
  ProbeCounters other = kernel;
  other.cpu = 0;
  auto settled = book.settle({other, kernel});
  EXPECT_EQ(settled[0], other);
  EXPECT_EQ(settled[1].filtered, 7U);
  EXPECT_EQ(settled[1].recorded, 9U);
  EXPECT_EQ(settled[1].lost(), 4U);
  EXPECT_EQ(settled[1].seen, settled[1].filtered + settled[1].recorded + settled[1].lost());
}

// One hit is seen and has no end yet, and of nine records four are in the ring.
TEST(CounterBook, CountsSoFarOnlyWhatWasTaken) {
  CounterBook book;
  for (int i = 0; i < 5; ++i) book.add_taken(0, 1);
  book.add_filtered(0, 1);
  book.add_reader_loss(0, 1);
  ProbeCounters kernel;
  kernel.cpu = 1;
  kernel.seen = 15;
  kernel.filtered = 2;
  kernel.recorded = 9;
  kernel.ring_full = 3;
  const std::vector<ProbeCounters> settled = book.settle_so_far({kernel});
  EXPECT_EQ(settled[0].recorded, 3U);
  EXPECT_EQ(settled[0].filtered, 3U);
  EXPECT_EQ(settled[0].reader, 1U);
  EXPECT_EQ(settled[0].ring_full, 3U);
  EXPECT_EQ(settled[0].seen, 10U);
}

}  // namespace
}  // namespace tracker
