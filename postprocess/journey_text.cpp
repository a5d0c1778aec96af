// SPDX-License-Identifier: GPL-2.0-or-later
#include "postprocess/journey_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "event/event_words.h"
#include "event/kernel_name.h"
#include "event/packet.h"
#include "event/render.h"
#include "postprocess/drop_event.h"
#include "postprocess/drop_explanation.h"
#include "postprocess/packet_change.h"
#include "postprocess/place_words.h"

namespace tracker {
namespace {

constexpr std::string_view kRed = "\x1b[31m";
constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kYellow = "\x1b[33m";
constexpr std::string_view kPlain = "\x1b[0m";
// Namespaces and probes whose words are kept; what is beyond is looked up again.
constexpr size_t kMaxKept = 4096;
constexpr std::string_view kIndent = "             ";

double microseconds(uint64_t nanoseconds) { return static_cast<double>(nanoseconds) / 1000.0; }

// These write most of the text of a large recording: a third of the time of fmt's format strings.
void append_padded(std::string_view value, size_t width, std::string& text) {
  text += value;
  if (value.size() < width) text.append(width - value.size(), ' ');
}
void append_padded(const fmt::format_int& number, size_t width, std::string& text) {
  append_padded(std::string_view(number.data(), number.size()), width, text);
}

// "    +11.9     ": microseconds since the step before.
void append_delta(uint64_t nanoseconds, std::string& text) {
  constexpr size_t kWidth = 9;
  const uint64_t tenths = nanoseconds / 100 + (nanoseconds % 100 >= 50 ? 1 : 0);
  const fmt::format_int whole(tenths / 10);
  const size_t used = whole.size() + 3;  // sign, point and tenth
  if (used < kWidth) text.append(kWidth - used, ' ');
  text += '+';
  text.append(whole.data(), whole.size());
  text += '.';
  text += static_cast<char>('0' + tenths % 10);
  text += "     ";
}

std::string_view colour_of(Outcome outcome) {
  if (outcome == Outcome::kDropped) return kRed;
  return outcome == Outcome::kUnknown ? kYellow : std::string_view();
}

std::string cpu_list(const std::vector<uint16_t>& cpus) {
  constexpr size_t kShown = 8;
  std::string text = cpus.size() == 1 ? "CPU " : "CPUs ";
  for (size_t i = 0; i < cpus.size() && i < kShown; ++i) {
    fmt::format_to(std::back_inserter(text), "{}{}", i == 0 ? "" : ", ", cpus[i]);
  }
  return cpus.size() > kShown ? text + ", ..." : text;
}

void add_loss(const Loss& loss, std::string& text) {
  if (loss.empty()) return;
  text += fmt::format("{}incomplete: ", kIndent);
  if (loss.events != 0) {
    text += fmt::format("{} event{} lost on {} in its time", loss.events,
                        loss.events == 1 ? "" : "s", cpu_list(loss.cpus));
  }
  if (loss.unreadable_events != 0) {
    text += fmt::format("{}at least {} event{} of its time could not be read from the recording",
                        loss.events != 0 ? ", " : "", loss.unreadable_events,
                        loss.unreadable_events == 1 ? "" : "s");
  }
  text += "\n";
}

std::string parents_text(const Journey& journey) {
  std::string text;
  for (const Parent& parent : journey.parents) {
    text +=
        fmt::format("  {} of {}", parent_kind_text(parent.kind), packet_id_text(parent.packet_id));
  }
  return text;
}

std::string children_text(const Journey& journey) {
  std::string text;
  for (const uint64_t child : journey.children) text += " " + packet_id_text(child);
  return text;
}

}  // namespace

const std::string& JourneyText::probe(const Event& event) {
  if (probes_.size() > kMaxKept) probes_.clear();
  std::string& text = probes_[event.probe];
  if (text.empty()) text = marked_probe_text(event, names_);
  return text;
}

const std::string& JourneyText::netns(const NetnsSection& netns) {
  if (netns_texts_.size() > kMaxKept) netns_texts_.clear();
  std::string& text = netns_texts_[{netns.cookie, netns.inum}];
  if (text.empty()) text = netns_words(netns, names_);
  return text;
}

// Only in process context the task is the packet's own.
const std::string& JourneyText::task_of(const Event& event) {
  static const std::string kNone;
  if (event.task.context != TaskContext::kProcess || event.task.comm.empty()) return kNone;
  if (last_task_text_.empty() || event.task != last_task_) {
    last_task_ = event.task;
    last_task_text_ = fmt::format("{}/{}", escape_text(event.task.comm.view()), event.task.pid);
  }
  return last_task_text_;
}

void JourneyText::set_widths(std::span<const Event* const> events) {
  task_width_ = probe_width_ = cpu_width_ = 0;
  for (const Event* event : events) {
    task_width_ = std::max(task_width_, task_of(*event).size());
    probe_width_ = std::max(probe_width_, probe(*event).size());
    cpu_width_ = std::max(cpu_width_, fmt::format_int(event->cpu).size());
  }
}

std::string JourneyText::place_text(const Verdict& verdict) {
  std::string text;
  const std::string device = device_words(verdict.dev, names_);
  if (!device.empty()) text += " on " + device;
  const std::string& name = netns(verdict.netns);
  if (!name.empty()) text += " in netns " + name;
  return text;
}

// "DROPPED NO_SOCKET at __udp4_lib_rcv+0x4bc".
const std::string& JourneyText::drop_words(const DropSection& drop) {
  if (drop_words_.size() > kMaxKept) drop_words_.clear();
  constexpr uint64_t kNoReason = UINT64_MAX;
  std::string& text = drop_words_[{drop.has_reason ? drop.reason : kNoReason, drop.location}];
  if (!text.empty()) return text;
  text = "DROPPED";
  if (drop.has_reason) text += " " + qualified_reason_text(drop.reason, names_);
  if (drop.location != 0) text += " at " + escape_text(names_.symbol_text(drop.location));
  return text;
}

// "NO_SOCKET: nothing listens there, or ...". What decided the journey's end has its verdict's
// words, for which the whole journey was looked at.
std::string JourneyText::reason_note(const Event& event) const {
  std::string text = qualified_reason_text(event.drop.reason, names_);
  const std::string_view meaning =
      event.timestamp_ns == drop_ns_ ? drop_explanation_ : drop_explanation(event, names_);
  if (!meaning.empty()) text.append(": ").append(meaning);
  return text;
}

std::string JourneyText::verdict_text(const Journey& journey) {
  const Verdict& verdict = journey.verdict;
  Event at;
  at.probe = verdict.probe;
  const std::string& where = probe(at);
  switch (verdict.outcome) {
    case Outcome::kDropped:
      return drop_words(verdict.drop);
    case Outcome::kTransmitted: {
      const std::string device = device_words(verdict.dev, names_);
      return device.empty() ? "TRANSMITTED" : "TRANSMITTED by " + device;
    }
    case Outcome::kConsumed:
      return "CONSUMED" + place_text(verdict);
    case Outcome::kUnknown:
      break;
  }
  return fmt::format("UNKNOWN, last seen at {}{}", where, place_text(verdict));
}

void JourneyText::begin(const Journey& journey, std::string& text) {
  if (!is_first_journey_) text += "\n";
  text += render_date_line(journey.first_ns, session_, TimeStyle::kLocal, first_seen_ns_);
  first_seen_ns_ = journey.first_ns;
  is_first_journey_ = false;
  const bool was_dropped = journey.verdict.outcome == Outcome::kDropped;
  drop_ns_ = was_dropped ? journey.verdict.timestamp_ns : 0;
  drop_explanation_ = journey.verdict.explanation;
  is_first_step_ = true;
  task_.clear();
  dev_ = {};
  netns_ = {};
  packet_ = {};
  has_mark_ = false;
  const auto out = std::back_inserter(text);
  const std::string id = journey.packet_id == 0 ? "(no id)" : packet_id_text(journey.packet_id);
  fmt::format_to(out, "{}{}{}", colour_ ? kBold : "", id, colour_ ? kPlain : "");
  if (!journey.flow.empty()) fmt::format_to(out, "  {}", journey.flow);
  if (!journey.tcp_flags.empty()) fmt::format_to(out, " [{}]", journey.tcp_flags);
  if (journey.length != 0) fmt::format_to(out, "  {} B", journey.length);
  const std::string_view colour = colour_ ? colour_of(journey.verdict.outcome) : "";
  fmt::format_to(out, "  {}{}{}", colour, verdict_text(journey), colour.empty() ? "" : kPlain);
  add_times(journey, text);
  text += parents_text(journey) + "\n";
}

void JourneyText::add_times(const Journey& journey, std::string& text) const {
  text += ", ";
  if (journey.events > 1) {
    fmt::format_to(std::back_inserter(text), "{:.1f} us after ",
                   microseconds(journey.verdict.timestamp_ns - journey.first_ns));
  }
  text += "first seen at " + render_time(journey.first_ns, session_, TimeStyle::kLocal, 0);
}

void JourneyText::add_note(std::string_view note) {
  if (note.empty()) return;
  if (!notes_.empty()) notes_ += "  ";
  notes_ += note;
}

void JourneyText::add_change(std::string_view what, std::string_view before,
                             std::string_view after) {
  if (!notes_.empty()) notes_ += "  ";
  fmt::format_to(std::back_inserter(notes_), "{} {} -> {}", what, before, after);
}

void JourneyText::note_device(const Event& event) {
  if (!event.has(Section::kDev)) return;
  if (event.dev.ifindex == dev_.ifindex && event.dev.name == dev_.name) return;
  dev_ = event.dev;
  add_note(device_words(event.dev, names_));
}

void JourneyText::note_netns(const Event& event) {
  if (!event.has(Section::kNetns) || event.netns == netns_) return;
  const bool was_known = netns_ != NetnsSection{};
  const std::string before = was_known ? netns(netns_) : std::string();
  netns_ = event.netns;
  const std::string& after = netns(netns_);
  if (before == after || after.empty()) return;
  if (was_known) {
    add_change("netns", before, after);
  } else {
    add_note("netns " + after);
  }
}

void JourneyText::note_packet(const Event& event) {
  if (!event.has(Section::kPacket)) return;
  if (!is_first_step_ && event.packet != packet_) {
    for (const PacketChange& change : packet_changes(packet_, event.packet)) {
      add_change(change.what, change.before, change.after);
    }
  }
  packet_ = event.packet;
}

void JourneyText::note_skb(const Event& event) {
  if (event.has(Section::kSkb)) {
    if (has_mark_ && event.skb.mark != mark_) {
      add_change("mark", fmt::format("{:#x}", mark_), fmt::format("{:#x}", event.skb.mark));
    }
    has_mark_ = true;
    mark_ = event.skb.mark;
  }
}

// Where the packet is and what it is like. A driver's report (net_dev_xmit) comes when it has done
// with the packet, often after the other end of a veth has received it, and a function returns when
// the packet may be elsewhere: what these name is where the packet was. That is shown where nothing
// else has named a place yet, and never compared with.
void JourneyText::note_state(const Event& event) {
  const ProbeRole role = role_of(event, names_);
  if (role == ProbeRole::kTransmitted || is_of_call(role)) {
    if (dev_ == DevSection{} && event.has(Section::kDev)) {
      add_note(device_words(event.dev, names_));
    }
    if (netns_ == NetnsSection{} && event.has(Section::kNetns)) {
      const std::string& name = netns(event.netns);
      if (!name.empty()) add_note("netns " + name);
    }
    return;
  }
  note_device(event);
  note_netns(event);
  note_packet(event);
  note_skb(event);
}

// What the event says about the packet's end.
void JourneyText::note_end(const Event& event) {
  if (event.has_return_code && role_of(event, names_) == ProbeRole::kReturn) {
    add_note("returned " + function_result_text(event.return_code));
  } else if (event.has_return_code && event.return_code != 0) {
    add_note("returned " + transmit_result_text(event.return_code));
  }
  if (event.has(Section::kDrop)) note_drop(event);
}

void JourneyText::note_drop(const Event& event) {
  if (role_of(event, names_) == ProbeRole::kDropped) {
    const FreeMeaning meaning = free_meaning(event, names_);
    if (meaning != FreeMeaning::kLoss) return add_note(free_meaning_text(meaning));
    if (event.drop.has_reason) add_note(reason_note(event));
  } else if (event.drop.has_reason) {
    add_note("reason " + qualified_reason_text(event.drop.reason, names_));
  }
}

void JourneyText::add_step(const Event& event, std::string& text) {
  notes_.clear();
  note_state(event);
  note_end(event);

  if (is_first_step_) {
    text += "      0.0 us  ";
  } else {
    append_delta(event.timestamp_ns - previous_ns_, text);
  }
  text += "cpu";
  append_padded(fmt::format_int(event.cpu), cpu_width_, text);
  const std::string& task = task_of(event);
  if (task_width_ != 0) {
    text += ' ';
    append_padded(task == task_ ? std::string_view() : task, task_width_, text);
  }
  if (task != task_) task_ = task;
  text += "  ";
  if (notes_.empty()) {
    text += probe(event);
  } else {
    append_padded(probe(event), probe_width_, text);
    text += "  ";
    text += notes_;
  }
  text += '\n';
  is_first_step_ = false;
  previous_ns_ = event.timestamp_ns;
}

void JourneyText::steps(std::span<const Event* const> events, std::string& text) {
  // Of a journey that comes in pieces the first one decides.
  if (is_first_step_) set_widths(events);
  for (const Event* event : events) add_step(*event, text);
}

void JourneyText::end(const Journey& journey, std::string& text) {
  const Outcome outcome = journey.verdict.outcome;
  if (outcome == Outcome::kTransmitted) {
    text += fmt::format("{}transmitted: the driver took it, and it was not seen again\n", kIndent);
  } else if (outcome == Outcome::kConsumed && free_meaning_text(journey.verdict.meaning).empty()) {
    text += fmt::format("{}consumed: freed after use, not dropped\n", kIndent);
  } else if (outcome == Outcome::kUnknown) {
    text += fmt::format("{}unknown: no probe saw how it ended\n", kIndent);
  }
  if (!journey.children.empty()) {
    text += fmt::format("{}children:{}\n", kIndent, children_text(journey));
  }
  add_loss(journey.loss, text);
}

}  // namespace tracker
