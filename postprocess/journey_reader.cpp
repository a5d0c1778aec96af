// SPDX-License-Identifier: GPL-2.0-or-later
#include "postprocess/journey_reader.h"

#include <utility>

#include "postprocess/event_fetcher.h"
#include "postprocess/journey_index.h"
#include "postprocess/parent_links.h"

namespace tracker {
namespace {

using EventSpan = std::span<const Event* const>;

class JourneyReader {
 public:
  JourneyReader(const BlockSource& source, const JourneyOptions& options, JourneySink& sink)
      : source_(source),
        options_(options),
        sink_(sink),
        fetcher_(source, options.memory_budget_bytes),
        losses_(source.session().losses),
        builder_(source.names(), losses_) {}

  Result<std::vector<DamagedBlock>> run();

 private:
  std::vector<DamagedBlock> build_index();
  Result<void> read_all();
  Result<void> flush();
  Result<void> show_large(uint32_t first);
  template <typename Visit>
  Result<void> for_pieces(uint32_t first, const Visit& visit);
  void add(EventSpan events);
  // The journey of what was added; whether it is wanted.
  bool finish(Journey& journey);
  Result<void> keep_going(Result<bool> wants_more);

  const BlockSource& source_;
  const JourneyOptions& options_;
  JourneySink& sink_;
  EventFetcher fetcher_;
  LossIndex losses_;
  ParentLinks links_;
  JourneyIndex index_;
  JourneyBuilder builder_;
  bool is_wanted_ = false;          // an event of the journey at hand matched
  bool is_rejected_ = false;        // an event of it takes it out
  bool is_done_ = false;            // the sink wants no more
  std::vector<uint32_t> ordinals_;  // of the journeys of the batch
  std::vector<size_t> ends_;        // in ordinals_, of each journey
};

std::vector<DamagedBlock> JourneyReader::build_index() {
  // With a fetcher of its own that keeps one block at a time: here the index needs the memory.
  EventFetcher fetcher(source_, 1);
  TimeOrder order(source_, fetcher, 0, UINT64_MAX,
                  [this](std::span<const Event> events) { links_.add(events); });
  index_ = JourneyIndex::build(order, fetcher_.total_events());
  links_.finish();
  for (const DamagedBlock& block : order.damaged()) {
    losses_.add_unreadable(block.info.first_ns, block.info.last_ns, block.info.events);
  }
  // A block holds at least one event.
  for (const TimeGap& gap : source_.gaps()) losses_.add_unreadable(gap.from_ns, gap.to_ns, 1);
  losses_.finish();
  return order.damaged();
}

Result<std::vector<DamagedBlock>> JourneyReader::run() {
  std::vector<DamagedBlock> damaged = build_index();
  TRY(read_all());
  return damaged;
}

void JourneyReader::add(EventSpan events) {
  const bool selects_all = options_.selection.selects_all();
  for (const Event* event : events) {
    builder_.add(*event);
    if (selects_all) continue;
    is_wanted_ = is_wanted_ || options_.selection.wants(*event);
    is_rejected_ = is_rejected_ || options_.selection.rejects(*event);
  }
}

bool JourneyReader::finish(Journey& journey) {
  journey = builder_.finish();
  const bool is_wanted = options_.selection.selects_all() || (is_wanted_ && !is_rejected_);
  is_wanted_ = is_rejected_ = false;
  if (!is_wanted) return false;
  if (options_.only_drops && journey.verdict.outcome != Outcome::kDropped) return false;
  journey.children = links_.children(journey.packet_id);
  return true;
}

Result<void> JourneyReader::keep_going(Result<bool> wants_more) {
  if (!wants_more) return std::move(wants_more).error();
  is_done_ = is_done_ || !*wants_more;
  return {};
}

Result<void> JourneyReader::flush() {
  TRY_ASSIGN(events, fetcher_.fetch(ordinals_));
  size_t begin = 0;
  for (const size_t end : ends_) {
    const EventSpan steps = events.subspan(begin, end - begin);
    begin = end;
    add(steps);
    Journey journey;
    if (!finish(journey)) continue;
    TRY(keep_going(sink_.begin(journey)));
    if (!is_done_) TRY(keep_going(sink_.steps(steps)));
    if (!is_done_) TRY(keep_going(sink_.end(journey)));
    if (is_done_) break;
  }
  ordinals_.clear();
  ends_.clear();
  return {};
}

// Calls visit with the events of one journey, a batch at a time.
template <typename Visit>
Result<void> JourneyReader::for_pieces(uint32_t first, const Visit& visit) {
  for (uint32_t number = first; number != JourneyIndex::kNone && !is_done_;) {
    ordinals_.clear();
    while (number != JourneyIndex::kNone && ordinals_.size() < EventFetcher::kBatchEvents) {
      ordinals_.push_back(index_.ordinal(number));
      number = index_.next(number);
    }
    TRY_ASSIGN(events, fetcher_.fetch(ordinals_));
    TRY(visit(events));
  }
  ordinals_.clear();
  return {};
}

Result<void> JourneyReader::show_large(uint32_t first) {
  TRY(for_pieces(first, [this](EventSpan events) {
    add(events);
    return Result<void>();
  }));
  Journey journey;
  if (!finish(journey)) return {};
  TRY(keep_going(sink_.begin(journey)));
  TRY(for_pieces(first, [this](EventSpan events) { return keep_going(sink_.steps(events)); }));
  if (!is_done_) TRY(keep_going(sink_.end(journey)));
  return {};
}

Result<void> JourneyReader::read_all() {
  for (uint32_t first = 0; first < index_.events() && !is_done_; ++first) {
    if (!index_.is_first(first)) continue;
    const size_t begin = ordinals_.size();
    uint32_t number = first;
    while (number != JourneyIndex::kNone && ordinals_.size() - begin < EventFetcher::kBatchEvents) {
      ordinals_.push_back(index_.ordinal(number));
      number = index_.next(number);
    }
    const bool is_large = number != JourneyIndex::kNone;
    if (is_large) ordinals_.resize(begin);
    if (!is_large) ends_.push_back(ordinals_.size());
    if (is_large || ordinals_.size() >= EventFetcher::kBatchEvents) TRY(flush());
    if (is_large && !is_done_) TRY(show_large(first));
  }
  return is_done_ ? Result<void>() : flush();
}

}  // namespace

Result<std::vector<DamagedBlock>> read_journeys(const BlockSource& source,
                                                const JourneyOptions& options, JourneySink& sink) {
  TRY(EventFetcher::check_size(source));
  uint64_t events = 0;
  for (const BlockInfo& block : source.blocks()) events += block.events;
  TRY(check_index_memory(events, machine_memory_bytes()));
  return JourneyReader(source, options, sink).run();
}

}  // namespace tracker
