// SPDX-License-Identifier: GPL-2.0-or-later
//
// Events as text (render.h has the forms).
#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "event/event_words.h"
#include "event/kernel_name.h"
#include "event/render.h"
#include "event/sections/render.h"

namespace tracker {
namespace {

constexpr std::string_view kRed = "\x1b[31m";
constexpr std::string_view kDim = "\x1b[2m";
constexpr std::string_view kPlain = "\x1b[0m";

// A line of parts; parts of which nothing is known are left out.
class Line {
 public:
  void add(std::string_view part, std::string_view gap = "  ") {
    if (part.empty()) return;
    if (!text_.empty()) text_ += gap;
    text_ += part;
  }
  bool empty() const { return text_.empty(); }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

std::string coloured(std::string text, std::string_view colour, const RenderOptions& options) {
  if (!options.colour || text.empty()) return text;
  return fmt::format("{}{}{}", colour, text, kPlain);
}

// "nc/4412", "nc/4412(softirq)".
std::string task_text(const Task& task) {
  if (task.comm.empty() && task.pid == 0) return {};
  std::string text = fmt::format("{}/{}", escape_text(task.comm.view()), task.pid);
  if (task.context != TaskContext::kProcess) {
    text += fmt::format("({})", context_text(task.context));
  }
  return text;
}

// "#5f01", "#5f01 clone of #5f00".
std::string identity_text(const Event& event) {
  std::string text = event.packet_id == 0 ? "" : packet_id_text(event.packet_id);
  for (const Parent& parent : event.parents) {
    if (!text.empty()) text += " ";
    text +=
        fmt::format("{} of {}", parent_kind_text(parent.kind), packet_id_text(parent.packet_id));
  }
  return text;
}

bool is_return(const Event& event, const Names& names) {
  return event.probe < names.probes.size() && names.probes[event.probe].role == ProbeRole::kReturn;
}

// Of a driver empty where it took the packet, as it nearly always does.
std::string return_text(const Event& event, const Names& names, const RenderOptions& options) {
  if (!event.has_return_code) return {};
  if (is_return(event, names)) return "returned " + function_result_text(event.return_code);
  if (event.return_code == 0) return {};
  return coloured("returned " + transmit_result_text(event.return_code), kRed, options);
}

EventText text_of(const Event& event, const Names& names) {
  EventText text;
#define X(name, Name, bit) \
  if (event.has(Section::k##Name)) add_##name##_text(text, event, names);
  TRACKER_SECTIONS(X)
#undef X
  return text;
}

// Addresses and summary; without a packet at least the skb's length.
void add_packet(Line& line, const EventText& text) {
  line.add(text.endpoints);
  line.add(text.summary.empty() ? text.size : text.summary);
}

void add_place(Line& line, const EventText& text) {
  for (const std::string& part : text.where) line.add(part);
}

std::string first_line(const Event& event, const EventText& text, const Names& names,
                       const Session& session, const RenderOptions& options, uint64_t previous_ns) {
  Line line;
  line.add(
      coloured(render_time(event.timestamp_ns, session, options.time, previous_ns), kDim, options));
  line.add(fmt::format("[{}]", event.cpu), " ");
  line.add(task_text(event.task), " ");
  line.add(marked_probe_text(event, names));
  line.add(identity_text(event));
  line.add(coloured(text.drop, kRed, options));
  line.add(return_text(event, names, options));
  return line.text();
}

std::string second_line(const EventText& text) {
  Line line;
  line.add(text.device);
  add_packet(line, text);
  add_place(line, text);
  return line.text();
}

// "in" and "out" of a device, or the probe's target. Each direction has one probe only: a packet
// that also passes netif_rx or GRO, or net_dev_queue and net_dev_xmit, is not received or sent
// anew.
std::string direction_text(const Event& event, const Names& names) {
  if (event.probe < names.probes.size()) {
    const ProbeName& probe = names.probes[event.probe];
    if (probe.role == ProbeRole::kTransmit) return "out";
    if (probe.role == ProbeRole::kReceive && probe.symbol == "net:netif_receive_skb") return "in";
  }
  return marked_probe_text(event, names);
}

}  // namespace

std::string render_event_text(const Event& event, const Names& names, const Session& session,
                              const RenderOptions& options, uint64_t previous_ns) {
  const EventText parts = text_of(event, names);
  std::string text = render_date_line(event.timestamp_ns, session, options.time, previous_ns);
  text += first_line(event, parts, names, session, options, previous_ns) + "\n";
  const std::string second = second_line(parts);
  if (!second.empty()) text += "  " + second + "\n";
  for (const std::string& line : parts.lines) text += "  " + line + "\n";
  if (has_stack_by_budget(event, names, session) && !options.stacks) return text;
  for (const std::string& frame : parts.stack) text += "    " + frame + "\n";
  switch (missing_stack(event, names, session)) {
    case MissingStack::kNone:
      break;
    case MissingStack::kBudget:
      return text +
             fmt::format("    no stack: they are taken of {}\n", stack_budget_text(session.stacks));
    case MissingStack::kNoRoom:
      return text + "    no stack: there were too many different ones to keep\n";
  }
  return text;
}

std::string render_event_line(const Event& event, const Names& names, const Session& session,
                              const RenderOptions& options, uint64_t previous_ns) {
  const EventText text = text_of(event, names);
  Line line;
  line.add(
      coloured(render_time(event.timestamp_ns, session, options.time, previous_ns), kDim, options));
  line.add(text.device, " ");
  line.add(direction_text(event, names), " ");
  add_packet(line, text);
  add_place(line, text);
  line.add(identity_text(event));
  line.add(coloured(text.drop, kRed, options));
  line.add(return_text(event, names, options));
  return render_date_line(event.timestamp_ns, session, options.time, previous_ns) + line.text() +
         "\n";
}

}  // namespace tracker
