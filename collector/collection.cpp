// SPDX-License-Identifier: GPL-2.0-or-later
#include "collector/collection.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>

#include "base/background.h"
#include "base/system_error.h"
#include "base/unique_fd.h"
#include "collector/child_command.h"
#include "collector/clock_watch.h"
#include "collector/counter_book.h"
#include "collector/disk_room.h"
#include "collector/ending_signals.h"
#include "collector/host_facts.h"
#include "collector/loss_ledger.h"
#include "collector/netns_names.h"
#include "collector/portion.h"
#include "collector/privileges.h"
#include "collector/progress_meter.h"
#include "collector/reason_finder.h"
#include "collector/record_decoder.h"
#include "collector/record_order.h"
#include "collector/sink_list.h"
#include "collector/watched_probes.h"
#include "probes/record.h"
#include "storage/writer.h"

namespace tracker {
namespace {

constexpr uint64_t kSecondNs = 1'000'000'000;
// From commit to commit, so that with a late wake-up and the commit's own time a killed collector
// loses no more than a second.
constexpr uint64_t kTickNs = 700'000'000;
constexpr uint64_t kWindowNs = 10'000'000;  // how late a record may come behind a later one
constexpr int kPollMilliseconds = 50;  // without a ring a quarter full: the latency of live text
constexpr size_t kDrainBudget = 8192;  // records of one ring at a time
constexpr size_t kBatchEvents = 4096;  // events handed to sinks at a time, at most
// Events handed on at a time where --max-size bounds a recording: it may be full after any of them.
constexpr size_t kLimitedPortionBytes = 32U << 10;
constexpr uint64_t kTrackAgeNs = 10 * kSecondNs;  // packets not seen for so long may be forgotten
constexpr size_t kOrderMax = 32U << 20;  // bytes of records that wait for their place in time

class Collection {
 public:
  Collection(const CollectOptions& options, const std::vector<EventSink*>& sinks,
             const CollectObserver& observer)
      : options_(options), observer_(observer), sinks_(sinks) {}

  Result<CollectSummary> run();

 private:
  Result<void> prepare();
  void make_decoder();
  Result<void> start_recording();
  Result<void> attach();
  Result<void> loop();
  Result<void> wait_for_something();
  Result<size_t> drain_round(uint64_t until_ns);
  void decode_one(uint32_t cpu, std::span<const std::byte> record);
  void deliver();
  Result<void> tick();
  Result<void> refresh_session(bool is_detached);
  Result<void> note_ring_losses(const std::vector<ProbeCounters>& counters);
  void report_progress(uint64_t now_ns);
  Result<void> drain_to_the_end();
  Result<void> settle_losses();
  Result<void> finish();
  void note(const std::string& sentence) const {
    if (observer_.on_note) observer_.on_note(sentence);
  }
  void check_written(const Result<void>& written);
  void check_full();
  void check_room();
  void end(const std::string& reason) {
    if (end_reason_.empty()) end_reason_ = reason;
  }

  const CollectOptions& options_;
  const CollectObserver& observer_;
  SinkList sinks_;
  std::optional<WatchedProbes> probes_;
  std::unique_ptr<Background<Result<RecordingDraft>>> draft_;  // while probes are attached
  std::unique_ptr<RecordingWriter> recording_;
  std::optional<ChildCommand> child_;
  std::optional<EndingSignals> signals_;
  ClockWatch clock_watch_;

  std::optional<RecordDecoder> decoder_;
  std::optional<LossLedger> losses_;
  uint64_t losses_revision_ = 0;
  uint64_t ring_full_ = 0;  // of all CPUs, when the ledger was last told
  CounterBook book_;
  RecordOrder order_;
  NetnsNames netns_names_;
  size_t drain_budget_ = kDrainBudget;
  bool more_waits_ = false;  // the last round left records in a ring
  std::vector<Event> batch_;
  size_t batched_ = 0;
  size_t batched_bytes_ = 0;  // of the records
  bool is_full_ = false;      // the recording, by --max-size: what comes now is left out
  NetnsSection last_netns_;
  ReasonFinder reason_finder_;

  Session session_;
  Names names_;
  uint64_t events_ = 0;
  uint64_t after_limit_ = 0;
  uint64_t next_tick_ns_ = 0, deadline_ns_ = 0;
  ProgressMeter progress_;
  std::string end_reason_;
  bool signal_is_of_terminal_ = false;
  std::optional<int> command_status_;
  std::optional<Error> recording_error_;
};

Result<void> Collection::prepare() {
  TRY_ASSIGN(probes, WatchedProbes::plan(options_,
                                         [this](const std::string& sentence) { note(sentence); }));
  probes_.emplace(std::move(probes));
  session_.stacks = probes_->stacks();
  drain_budget_ = portion(probes_->snaplen(), kDrainBudget);
  batch_.resize(portion(probes_->snaplen(), kBatchEvents));
  if (options_.output) TRY(check_recording_place(*options_.output));
  return check_privileges();
}

Result<void> Collection::start_recording() {
  TRY_ASSIGN(draft, draft_->take());
  draft_.reset();
  TRY_ASSIGN(recording, RecordingWriter::create(std::move(draft), session_, names_));
  recording_ = std::move(recording);
  if (options_.max_bytes) recording_->set_limit(*options_.max_bytes);
  if (recording_->has_replaced_old()) {
    note(
        fmt::format("{0} was kept as {0}.old; the recording that had that name before is gone (-o "
                    "names another place)",
                    *options_.output));
  }
  return {};
}

Result<void> Collection::wait_for_something() {
  std::array<pollfd, 4> fds{{{signals_->poll_fd(), POLLIN, 0},
                             {probes_->kernel().poll_fd(), POLLIN, 0},
                             {child_ ? child_->poll_fd() : -1, POLLIN, 0},
                             {clock_watch_.poll_fd(), POLLIN, 0}}};
  uint64_t now = boottime_ns();
  int timeout = more_waits_ ? 0 : kPollMilliseconds;
  if (!more_waits_ && deadline_ns_ && deadline_ns_ < now + kPollMilliseconds * 1'000'000ULL)
    timeout = deadline_ns_ <= now ? 0 : static_cast<int>((deadline_ns_ - now) / 1'000'000 + 1);
  if (::poll(fds.data(), fds.size(), timeout) < 0 && errno != EINTR)
    return system_error("wait for events", errno);
  if (fds[0].revents) {
    if (const auto signal = signals_->take()) {
      signal_is_of_terminal_ = signal->is_of_terminal;
      end(signal->name);
    }
  }
  if (fds[3].revents && clock_watch_.was_set()) note_clocks(read_clocks(), session_.clocks);
  if (child_ && end_reason_.empty() && (command_status_ = child_->status()))
    end("the command ended");
  if (deadline_ns_ && boottime_ns() >= deadline_ns_) end("--duration");
  return {};
}

// A recording that fails once is ended: what it holds is whole, what would come after would not be,
// and nobody watches a collection that no longer records.
void Collection::check_written(const Result<void>& written) {
  if (written || recording_error_) return;
  recording_error_ = written.error();
  note(recording_error_->message);
  end("the recording could not be written");
}

void Collection::check_full() {
  // For good: a commit can make room again, and what came between is not there.
  is_full_ = is_full_ || recording_->is_full();
  if (is_full_) end("--max-size");
}

void Collection::check_room() {
  check_full();
  const auto room = disk_room_beside(*options_.output);
  if (room && room->is_low()) end(fmt::format("the disk is nearly full ({})", room->text()));
}

void Collection::deliver() {
  if (batched_ == 0) return;
  std::span<const Event> events(batch_.data(), batched_);
  if (recording_) {
    check_written(recording_->on_events(events, names_));
    check_full();
  }
  sinks_.on_events(events, names_);
  events_ += batched_;
  batched_ = 0;
  batched_bytes_ = 0;
}

void Collection::decode_one(uint32_t cpu, std::span<const std::byte> record) {
  Event& event = batch_[batched_];
  const auto& raw = *reinterpret_cast<const tracker_record*>(record.data());
  book_.add_taken(raw.probe, cpu);
  if (is_full_ || (options_.count && events_ + batched_ >= *options_.count)) {
    book_.add_filtered(raw.probe, cpu);
    ++after_limit_;
    return;
  }
  if (!decoder_->decode(cpu, record, names_, event)) {
    book_.add_reader_loss(raw.probe, cpu);
    losses_->on_undecoded(cpu, raw.timestamp_ns);
    return;
  }
  if (event.has(Section::kNetns) && event.netns != last_netns_) {
    netns_names_.note(event, names_);
    last_netns_ = event.netns;
  }
  if (event.has(Section::kDrop)) reason_finder_.note(event.drop, names_);
  batched_bytes_ += record.size();
  const bool is_portion = options_.max_bytes && batched_bytes_ >= kLimitedPortionBytes;
  if (++batched_ == batch_.size() || is_portion) deliver();
  if (options_.count && events_ + batched_ >= *options_.count) end("--count");
}

// Takes what the rings hold and hands on what is older than until_ns. The value is the number of
// records taken.
Result<size_t> Collection::drain_round(uint64_t until_ns) {
  TRY_ASSIGN(taken, probes_->kernel().drain(
                        drain_budget_, [&](uint32_t cpu, std::span<const std::byte> record) {
                          if (record.size() < sizeof(tracker_record))
                            return;  // never reserved by our programs
                          const auto& raw = *reinterpret_cast<const tracker_record*>(record.data());
                          losses_->on_record(cpu, raw.timestamp_ns, raw.lost_before);
                          order_.add(cpu, raw.timestamp_ns, record);
                        }));
  more_waits_ = taken >= drain_budget_;
  order_.release(until_ns,
                 [&](uint32_t cpu, std::span<const std::byte> record) { decode_one(cpu, record); });
  deliver();
  return taken;
}

// What a ring had no room for is told by the next record of that CPU. Where none comes, or the
// collector is killed before, this tells.
Result<void> Collection::note_ring_losses(const std::vector<ProbeCounters>& counters) {
  uint64_t ring_full = 0;
  for (const ProbeCounters& of_cpu : counters) ring_full += of_cpu.ring_full;
  if (ring_full == ring_full_) return {};
  ring_full_ = ring_full;
  TRY_ASSIGN(lost, probes_->kernel().lost_by_cpu());
  for (uint32_t cpu = 0; cpu < lost.size(); ++cpu) losses_->on_end(cpu, lost[cpu], boottime_ns());
  return {};
}

Result<void> Collection::refresh_session(bool is_detached) {
  TRY_ASSIGN(counters, probes_->read_counters(session_));
  TRY(note_ring_losses(counters));
  session_.counters =
      is_detached ? book_.settle(std::move(counters)) : book_.settle_so_far(std::move(counters));
  if (losses_->windows().revision() != losses_revision_) {
    losses_revision_ = losses_->windows().revision();
    session_.losses = losses_->windows().all();
  }
  note_clocks(read_clocks(), session_.clocks);
  return {};
}

void Collection::report_progress(uint64_t now_ns) {
  if (!observer_.on_progress) return;
  CollectProgress progress{now_ns - session_.start_ns, events_, progress_.rate(now_ns, events_)};
  progress.lost = session_.lost() + (recording_ ? recording_->lost_events() : 0);
  progress.recording_bytes = recording_ ? recording_->size_bytes() : 0;
  observer_.on_progress(progress);
}

Result<void> Collection::tick() {
  uint64_t now = boottime_ns();
  if (now < next_tick_ns_) return {};
  TRY(refresh_session(false));
  if (recording_) {
    check_written(recording_->on_tick(session_, names_));
    check_room();
  }
  sinks_.on_tick(session_, names_);
  TRY(probes_->kernel().sweep_tracks(now - std::min(now, kTrackAgeNs)));
  report_progress(now);
  next_tick_ns_ = now + kTickNs;
  return {};
}

Result<void> Collection::loop() {
  progress_ = ProgressMeter(session_.start_ns);
  next_tick_ns_ = session_.start_ns + kTickNs;
  if (options_.duration_seconds)
    deadline_ns_ = session_.start_ns + static_cast<uint64_t>(*options_.duration_seconds * 1e9);
  if (options_.command) {
    TRY_ASSIGN(child, ChildCommand::start(*options_.command));
    child_.emplace(std::move(child));
  }
  while (end_reason_.empty()) {
    TRY(wait_for_something());
    TRY(drain_round(boottime_ns() - kWindowNs));
    TRY(tick());
  }
  return {};
}

// Programs that were running when the links were closed have ended after detach(): what the rings
// hold then is all there is.
Result<void> Collection::drain_to_the_end() {
  size_t taken = 0;
  do {
    TRY_ASSIGN(count, drain_round(0));
    taken = count;
    if (order_.size_bytes() > kOrderMax) TRY(drain_round(boottime_ns()));
  } while (taken > 0);
  TRY(drain_round(UINT64_MAX));
  return {};
}

Result<void> Collection::settle_losses() {
  TRY_ASSIGN(lost, probes_->kernel().lost_by_cpu());
  for (uint32_t cpu = 0; cpu < lost.size(); ++cpu) losses_->on_end(cpu, lost[cpu], session_.end_ns);
  return refresh_session(true);
}

// Whatever fails, the recording is closed with what there is; the value is the first failure.
Result<void> Collection::finish() {
  probes_->kernel().detach();
  if (child_ && !command_status_) child_->end(signal_is_of_terminal_);
  Result<void> drained = drain_to_the_end();
  session_.end_ns = boottime_ns();
  session_.end_reason = end_reason_;
  Result<void> settled = settle_losses();
  sinks_.on_tick(session_, names_);
  if (recording_) {
    check_written(recording_->finish(session_, names_));
    recording_->account_losses(session_);
  }
  return drained ? settled : drained;
}

void Collection::make_decoder() {
  const auto resolve = [this](std::span<const uint64_t> addresses, auto& names) {
    probes_->symbols().resolve(addresses, names);
  };
  decoder_.emplace(!options_.snaplen, resolve, limits_of(session_.stacks));
}

// A signal meanwhile ends it before it began: there is nothing to record then, and no command that
// ran.
Result<void> Collection::attach() {
  Result<void> attached = probes_->attach(session_, names_, [this](size_t done, size_t total) {
    if (const auto signal = signals_->take()) end(signal->name);
    if (observer_.on_attaching) observer_.on_attaching(done, total);
    return end_reason_.empty();
  });
  if (end_reason_.empty()) return attached;
  probes_->kernel().detach();
  return Error{fmt::format("{} came while functions were attached: nothing was collected{}",
                           end_reason_, options_.command ? ", and --cmd was not run" : "")};
}

Result<CollectSummary> Collection::run() {
  TRY(prepare());
  // before anything is attached: a signal from then on ends the collection in good order
  TRY_ASSIGN(signals, EndingSignals::block());
  signals_.emplace(std::move(signals));
  session_.tracker_version = options_.tracker_version;
  session_.command_line = options_.command_line;
  describe_host(session_);
  TRY(probes_->load(options_));
  losses_.emplace(possible_cpus());
  make_decoder();
  if (options_.output)
    draft_ = std::make_unique<Background<Result<RecordingDraft>>>(
        [this] { return RecordingDraft::make(*options_.output); });
  TRY(attach());
  if (!probes_->kernel().refused_loads().empty())
    note("each event costs more here than it must, as the kernel's objects are read by calls: " +
         probes_->kernel().refused_loads());
  if (options_.output) TRY(start_recording());
  if (observer_.on_attached) observer_.on_attached(session_);
  TRY(drop_privileges(recording_ != nullptr, options_.command.has_value(),
                      [this] { return probes_->kernel().lost_by_cpu().has_value(); }));
  // What was collected until an error is kept: the rings are drained and the recording is closed.
  Result<void> looped = loop();
  if (!looped) end("an error");
  Result<void> finished = finish();
  if (!looped) return looped.error();
  TRY(finished);
  CollectSummary summary;
  summary.session = std::move(session_);
  summary.names = std::move(names_);
  summary.events = events_;
  summary.left_out = decoder_->left_out();
  summary.command_status = command_status_;
  summary.recording_error = recording_error_;
  summary.after_limit = after_limit_;
  summary.has_ended_command = child_.has_value() && !command_status_;
  return summary;
}

}  // namespace

Result<CollectSummary> collect(const CollectOptions& options, const std::vector<EventSink*>& sinks,
                               const CollectObserver& observer) {
  return Collection(options, sinks, observer).run();
}

}  // namespace tracker
