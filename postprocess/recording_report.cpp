// SPDX-License-Identifier: GPL-2.0-or-later
#include "postprocess/recording_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "event/render.h"
#include "postprocess/amount_text.h"
#include "storage/file_header.h"

namespace tracker {
namespace {

using Json = nlohmann::ordered_json;

std::string plural(uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string_view verdict(const VerifyReport& report) {
  if (report.is_sound()) return "sound";
  return report.problems.empty() ? "perhaps incomplete" : "damaged";
}

std::string end_text(const Session& session) {
  if (!session.is_known()) return "not known: the table of the session is damaged";
  if (session.end_ns == 0) return "not clean: killed, or still being written";
  return fmt::format("clean, by {}", escape_text(session.end_reason));
}

}  // namespace

std::string render_info_text(const RecordingInfo& info) {
  std::string text;
  const auto line = [&text](std::string_view what, const std::string& value) {
    if (!value.empty()) text += fmt::format("{:<10} {}\n", what, value);
  };
  const Session& session = info.session;
  line("recording", escape_text(info.path));
  line("format", fmt::format("version {}, written by tracker {}", info.format_version,
                             escape_text(session.tracker_version)));
  line("size", info.wal_bytes == 0 ? size_text(info.size_bytes)
                                   : fmt::format("{} and a -wal of {}", size_text(info.size_bytes),
                                                 size_text(info.wal_bytes)));
  line("", info.wal_text());
  line("host", fmt::format("{}, {} {}", escape_text(session.hostname),
                           escape_text(session.kernel_release), escape_text(session.machine)));
  line("command", escape_text(session.command_line));
  if (!session.clocks.empty()) line("start", render_rfc3339(session.start_ns, session));
  line("end", end_text(session));
  line("events", fmt::format("{} in {}, {}", info.events, plural(info.blocks, "block"),
                             size_text(info.block_bytes)));
  if (info.events != 0) line("span", duration_text(info.last_ns - info.first_ns));
  return text;
}

std::string render_info_json(const RecordingInfo& info) {
  const Session& session = info.session;
  Json json{{"path", escape_text(info.path)},
            {"format_version", info.format_version},
            {"bytes", info.size_bytes}};
  if (info.wal_bytes != 0) json["wal_bytes"] = info.wal_bytes;
  json["blocks"] = info.blocks;
  json["block_bytes"] = info.block_bytes;
  json["events"] = info.events;
  if (info.events != 0) {
    json["first"] = info.first_ns;
    json["last"] = info.last_ns;
  }
  json["ended_cleanly"] = info.ended_cleanly;
  const auto set = [&json](const char* key, const std::string& value) {
    if (!value.empty()) json[key] = escape_text(value);
  };
  set("tracker_version", session.tracker_version);
  set("hostname", session.hostname);
  set("kernel_release", session.kernel_release);
  set("machine", session.machine);
  set("command_line", session.command_line);
  if (!session.clocks.empty()) json["start_time"] = render_rfc3339(session.start_ns, session);
  set("end_reason", session.end_reason);
  return json.dump() + "\n";
}

std::string render_verify_text(const VerifyReport& report, const std::string& path) {
  std::string text;
  for (const VerifyProblem& problem : report.problems) {
    text += fmt::format("{}: {}", escape_text(problem.where), escape_text(problem.what));
    if (problem.offset) text += fmt::format(" (at byte {} of the file)", *problem.offset);
    text += "\n";
  }
  if (report.may_lack_wal) {
    text += fmt::format("file: it {}\n", escape_text(lacking_wal_text(path)));
  }
  text += fmt::format("{}: {}, {} of {} readable, {}", escape_text(path), verdict(report),
                      report.readable_blocks, plural(report.blocks, "block"),
                      plural(report.readable_events, "event"));
  if (report.missing_events != 0) {
    text += fmt::format(", at least {} missing", plural(report.missing_events, "event"));
  }
  if (!report.end_is_known) text += ", how it ended is not known";
  if (report.end_is_known && !report.ended_cleanly) text += ", not ended cleanly";
  return text + "\n";
}

std::string render_verify_json(const VerifyReport& report, const std::string& path) {
  Json json{{"path", escape_text(path)},
            {"sound", report.is_sound()},
            {"ended_cleanly", report.ended_cleanly},
            {"may_lack_wal", report.may_lack_wal},
            {"blocks", report.blocks},
            {"readable_blocks", report.readable_blocks},
            {"readable_events", report.readable_events},
            {"missing_events", report.missing_events}};
  Json problems = Json::array();
  for (const VerifyProblem& problem : report.problems) {
    Json entry{{"where", escape_text(problem.where)}, {"what", escape_text(problem.what)}};
    if (problem.offset) entry["offset"] = *problem.offset;
    problems.push_back(std::move(entry));
  }
  json["problems"] = std::move(problems);
  return json.dump() + "\n";
}

Error damage_error(const VerifyReport& report, const std::string& path) {
  if (report.problems.empty()) return Error{path + " " + lacking_wal_text(path)};
  return Error{fmt::format("{} is damaged: {}; {} can be read", path,
                           plural(report.problems.size(), "problem"),
                           plural(report.readable_events, "event"))};
}

}  // namespace tracker
