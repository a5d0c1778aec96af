// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/fuzz/every_view.h"

#include <fmt/format.h>

#include <iterator>
#include <optional>
#include <utility>

#include "event/render.h"
#include "postprocess/drops.h"
#include "postprocess/drops_render.h"
#include "postprocess/event_scan.h"
#include "postprocess/journey_json.h"
#include "postprocess/journey_reader.h"
#include "postprocess/journey_text.h"
#include "postprocess/recording_report.h"
#include "postprocess/recording_source.h"
#include "postprocess/stats.h"
#include "storage/info.h"
#include "storage/verify.h"
#include "tests/fuzz/target.h"

namespace tracker::fuzz {
namespace {

constexpr size_t kMaxShown = 300;
// More events than this are only verified: a block of a few bytes may hold 65,536.
constexpr uint64_t kMaxEvents = 200'000;

// What main() would print.
void expect_sentence(const Error& error) {
  FUZZ_EXPECT(!error.message.empty());
  expect_printable(escape_text(error.message) + "\n");
}

struct Shown {
  uint64_t events = 0;
  bool is_damaged = false;  // and said so
  bool is_cut_short = false;
};

Shown print(const RecordingSource& source, const Selection& selection) {
  Shown shown;
  uint64_t previous_ns = 0;
  const auto damaged =
      visit_in_time_order(source, selection, [&](const Event& event) -> Result<bool> {
        const Names& names = source.names();
        const Session& session = source.session();
        expect_printable(
            render_event_line(event, names, session, {TimeStyle::kDelta, false}, previous_ns));
        if (selection.selects_all()) {
          expect_printable(render_event_text(event, names, session, {}, previous_ns));
          expect_json_lines(render_event_json(event, names, session) + "\n");
        }
        previous_ns = event.timestamp_ns;
        shown.is_cut_short = ++shown.events >= kMaxShown;
        return !shown.is_cut_short;
      });
  if (!damaged) expect_sentence(damaged.error());
  shown.is_damaged = source.damage() || !damaged || !damaged->empty();
  if (damaged && !damaged->empty()) {
    expect_sentence(damaged_error(*damaged, source.blocks().size()));
  }
  return shown;
}

class CheckingSink : public JourneySink {
 public:
  explicit CheckingSink(const RecordingSource& source)
      : text_(source.names(), false, source.session()), json_(source.names(), source.session()) {}

  Result<bool> begin(const Journey& journey) override {
    text_.begin(journey, shown_text_);
    json_.begin(journey, shown_json_);
    return true;
  }
  Result<bool> steps(std::span<const Event* const> events) override {
    text_.steps(events, shown_text_);
    json_.steps(events, shown_json_);
    events_ += events.size();
    return true;
  }
  Result<bool> end(const Journey& journey) override {
    text_.end(journey, shown_text_);
    json_.end(journey, shown_json_);
    expect_printable(shown_text_);
    expect_json_lines(shown_json_);
    shown_text_.clear();
    shown_json_.clear();
    return events_ < kMaxShown;
  }
  uint64_t events() const { return events_; }

 private:
  JourneyText text_;
  JourneyJson json_;
  std::string shown_text_;
  std::string shown_json_;
  uint64_t events_ = 0;
};

Shown sort(const RecordingSource& source, const Selection& selection) {
  Shown shown;
  JourneyOptions options;
  options.selection = selection;
  options.only_drops = !selection.selects_all();
  options.memory_budget_bytes = 1U << 20;  // small: blocks are read again
  CheckingSink sink(source);
  const auto damaged = read_journeys(source, options, sink);
  if (!damaged) expect_sentence(damaged.error());
  shown.events = sink.events();
  shown.is_damaged = source.damage() || !damaged || !damaged->empty();
  shown.is_cut_short = sink.events() >= kMaxShown;
  return shown;
}

Shown count_drops(const RecordingSource& source, const Selection& selection) {
  auto keys = parse_drop_keys("reason,location,stack,flow,dev,netns,comm,proto,cgroup,len");
  FUZZ_EXPECT(keys.has_value());
  DropTable table(*keys, source.names());
  Shown shown;
  const auto damaged = visit_in_file_order(source, selection, [&](const Event& event) {
    ++shown.events;
    table.add(event);
  });
  expect_printable(render_drops_text(table, source.session()));
  expect_json_lines(render_drops_json(table));
  expect_printable(render_lengths_text(table));
  expect_json_lines(render_lengths_json(table));
  shown.is_damaged = source.damage() || !damaged.empty();
  return shown;
}

void show_stats(const RecordingSource& source, const std::string& path,
                const Selection& selection) {
  std::vector<DamagedBlock> damaged;
  const Stats stats = make_stats(source, path, 100'000, selection, damaged);
  expect_printable(render_stats_text(stats, source.session(), true));
  expect_json_lines(render_stats_json(stats, source.session()));
}

std::optional<VerifyReport> verify(const std::string& path) {
  auto report = verify_recording(path);
  if (!report) {
    expect_sentence(report.error());
    return std::nullopt;
  }
  expect_printable(render_verify_text(*report, path));
  expect_json_lines(render_verify_json(*report, path));
  if (!report->is_sound()) expect_sentence(damage_error(*report, path));
  for (const VerifyProblem& problem : report->problems) {
    FUZZ_EXPECT(!problem.where.empty() && !problem.what.empty());
  }
  return std::move(report).value();
}

void show_info(const std::string& path) {
  const auto info = read_info(path);
  if (!info) return expect_sentence(info.error());
  expect_printable(render_info_text(*info));
  expect_json_lines(render_info_json(*info));
}

// All, and one of some that ask for something, by a number that is different from file to file.
std::vector<SelectionOptions> selections(uint64_t number) {
  SelectionOptions some;
  some.filter = "udp or tcp";
  some.not_reasons = {"TCP_*"};
  some.devices = {"*eth*"};
  SelectionOptions late;
  late.since = "-1m";
  late.until = "23:59:59";
  late.probes = {"tp:*"};
  late.netns = {"left", "4026531840"};
  SelectionOptions one;
  one.packets = {"5f01"};
  one.reasons = {"NO_*"};
  const SelectionOptions asked[] = {some, late, one};
  return {{}, asked[number % std::size(asked)]};
}

// What is called sound is readable; where something is left out, that is said.
void expect_agreement(const std::optional<VerifyReport>& report, const Shown& shown) {
  if (!report || shown.is_cut_short) return;
  FUZZ_EXPECT(!report->is_sound() || !shown.is_damaged);
  FUZZ_EXPECT(!report->is_sound() || shown.events == report->readable_events);
}

}  // namespace

void show_by_every_view(const std::string& path) {
  const std::optional<VerifyReport> report = verify(path);
  show_info(path);
  const auto source = RecordingSource::open(path);
  if (!source) {
    expect_sentence(source.error());
    FUZZ_EXPECT(!report || !report->is_sound());
    return;
  }
  FUZZ_EXPECT(report.has_value());
  uint64_t events = 0;
  for (const BlockInfo& block : source.value()->blocks()) events += block.events;
  if (events > kMaxEvents) return;
  const RecordingSource& recording = *source.value();
  if (recording.damage()) expect_sentence(*recording.damage());
  const uint64_t end_ns = recording_end(recording.session(), recording.blocks());
  const uint64_t number = recording.session().start_ns ^ end_ns ^ (end_ns >> 8) ^ events;
  for (const SelectionOptions& options : selections(number)) {
    const auto selection =
        Selection::compile(options, recording.session(), recording.names(), end_ns);
    if (!selection) {
      expect_sentence(selection.error());
      continue;
    }
    const Shown printed = print(recording, *selection);
    const Shown sorted = sort(recording, *selection);
    const Shown counted = count_drops(recording, *selection);
    show_stats(recording, path, *selection);
    if (!selection->selects_all()) continue;
    expect_agreement(report, printed);
    expect_agreement(report, sorted);
    expect_agreement(report, counted);
  }
}

}  // namespace tracker::fuzz
