// SPDX-License-Identifier: GPL-2.0-or-later
#include "postprocess/drops_render.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <string_view>
#include <utility>

#include "event/event_words.h"
#include "event/json_writer.h"
#include "event/render.h"
#include "postprocess/reason_text.h"
#include "postprocess/text_table.h"

namespace tracker {
namespace {

constexpr size_t kBarWidth = 40;

std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

// The stacks of a table of groups: too long for its cells, which have their numbers.
class StackList {
 public:
  // "[1]" for the first one that is not known yet.
  std::string number_of(const std::string& frames) {
    const auto [place, is_new] = numbers_.try_emplace(frames, numbers_.size() + 1);
    std::string number = fmt::format("[{}]", place->second);
    if (!is_new) return number;
    text_ += "\n" + number + "\n";
    for (const std::string& frame : split_lines(frames)) text_ += "  " + frame + "\n";
    return number;
  }
  const std::string& text() const { return text_; }

 private:
  std::map<std::string, size_t> numbers_;
  std::string text_;
};

// Writes the group's value for a key; what is unknown stays absent.
void write_value(JsonWriter& json, const DropTable& table, const DropGroup& group, size_t index) {
  const std::string& value = group.values[index];
  if (value.empty()) return;
  const DropKey key = table.keys()[index];
  const std::string_view name = drop_key_name(key);
  if (key == DropKey::kStack) {
    json.key(name);
    json.begin_array();
    for (const std::string& frame : split_lines(value)) json.words(frame);
    json.end_array();
  } else if (key == DropKey::kLen) {
    uint64_t length = 0;
    std::from_chars(value.data(), value.data() + value.size(), length);
    json.member(name, length);
  } else if (key == DropKey::kReason && group.reason) {
    // As in an event: the name alone, and whose it is.
    json.member_text(name, table.names().reason_text(*group.reason));
    json.member_text("subsystem", table.names().subsystem_text(*group.reason));
  } else {
    json.member_words(name, value);
  }
}

// What the row's reason means, at its place where it has one.
std::string_view explanation(const DropTable& table, const DropGroup& group) {
  const std::vector<DropKey>& keys = table.keys();
  const bool by_reason = std::find(keys.begin(), keys.end(), DropKey::kReason) != keys.end();
  if (!by_reason || !group.reason) return {};
  std::string_view function;
  const auto location = std::find(keys.begin(), keys.end(), DropKey::kLocation);
  if (location != keys.end()) {
    const std::string& place = group.values[static_cast<size_t>(location - keys.begin())];
    function = std::string_view(place).substr(0, place.find('+'));
  }
  return reason_explanation(table.names().reason_text(*group.reason), function);
}

}  // namespace

namespace {

// How much of a group's times a table has room for: both to the microsecond (36 columns with the
// gaps), both to the second (22), or the last to the second.
enum class Times { kExact, kSeconds, kLastSecond };

std::string time_cell(uint64_t timestamp_ns, const Session& session, Times times) {
  const std::string time = render_time(timestamp_ns, session, TimeStyle::kLocal, 0);
  return times == Times::kExact ? time : time.substr(0, time.find('.'));
}

TextTable drops_table(const DropTable& table, const std::vector<DropGroup>& groups,
                      const Session& session, Times times, StackList& stacks) {
  TextTable text;
  text.add_column("COUNT", TextTable::Align::kRight);
  text.add_column("BYTES", TextTable::Align::kRight);
  for (const DropKey key : table.keys()) {
    std::string title(drop_key_name(key));
    for (char& letter : title) letter = static_cast<char>(letter - 'a' + 'A');
    text.add_column(title, TextTable::Align::kLeft);
  }
  if (times != Times::kLastSecond) text.add_column("FIRST", TextTable::Align::kLeft);
  text.add_column("LAST", TextTable::Align::kLeft);
  for (const DropGroup& group : groups) {
    std::vector<std::string> row{std::to_string(group.count), std::to_string(group.bytes)};
    for (size_t i = 0; i < group.values.size(); ++i) {
      const std::string& value = group.values[i];
      const bool is_stack = table.keys()[i] == DropKey::kStack && !value.empty();
      row.push_back(value.empty() ? "-" : is_stack ? stacks.number_of(value) : value);
    }
    if (times != Times::kLastSecond) row.push_back(time_cell(group.first_ns, session, times));
    row.push_back(time_cell(group.last_ns, session, times));
    text.add_row(std::move(row));
  }
  return text;
}

}  // namespace

std::string render_drops_text(const DropTable& table, const Session& session, size_t columns) {
  const std::vector<DropGroup> groups = table.groups();
  if (groups.empty()) return {};
  StackList stacks;
  TextTable text = drops_table(table, groups, session, Times::kExact, stacks);
  for (const Times times : {Times::kSeconds, Times::kLastSecond}) {
    if (columns == 0 || text.width() <= columns) break;
    text = drops_table(table, groups, session, times, stacks);
  }
  std::string all = text.text() + fmt::format("{} drop{} in {} group{}\n", table.total(),
                                              table.total() == 1 ? "" : "s", groups.size(),
                                              groups.size() == 1 ? "" : "s");
  if (table.interrupted() > 0) {
    all += fmt::format(
        "COMM - includes {} drop{} in an interrupt: the task there was only interrupted, the "
        "packet need not be its own\n",
        table.interrupted(), table.interrupted() == 1 ? "" : "s");
  }
  const bool by_stack =
      std::find(table.keys().begin(), table.keys().end(), DropKey::kStack) != table.keys().end();
  if (by_stack && !session.stacks.is_nothing()) {
    all += fmt::format("stacks were taken of {}\n", stack_budget_text(session.stacks));
  }
  return all + stacks.text();
}

std::string render_drops_json(const DropTable& table) {
  std::string text;
  JsonWriter json(text);
  for (const DropGroup& group : table.groups()) {
    json.begin_object();
    for (size_t i = 0; i < table.keys().size(); ++i) write_value(json, table, group, i);
    json.known_words("explanation", explanation(table, group));
    json.member("count", group.count);
    json.member("bytes", group.bytes);
    json.member("first", group.first_ns);
    json.member("last", group.last_ns);
    json.end_object();
    json.end_line();
  }
  json.flush();
  return text;
}

std::string render_lengths_text(const DropTable& table) {
  const std::vector<LengthBucket> buckets = table.lengths();
  if (buckets.empty()) return {};
  uint64_t most = 1;
  for (const LengthBucket& bucket : buckets) most = std::max(most, bucket.count);
  TextTable text;
  text.add_column("LEN", TextTable::Align::kRight);
  text.add_column("COUNT", TextTable::Align::kRight);
  text.add_column("", TextTable::Align::kLeft);
  for (const LengthBucket& bucket : buckets) {
    // A bucket with anything in it has a bar.
    const double part = static_cast<double>(bucket.count) / static_cast<double>(most);
    const auto bar = static_cast<size_t>(part * static_cast<double>(kBarWidth));
    const std::string range = bucket.from == bucket.to
                                  ? std::to_string(bucket.from)
                                  : fmt::format("{}-{}", bucket.from, bucket.to);
    text.add_row({range, std::to_string(bucket.count),
                  std::string(std::max<size_t>(bar, bucket.count != 0 ? 1 : 0), '#')});
  }
  return text.text();
}

std::string render_lengths_json(const DropTable& table) {
  std::string text;
  JsonWriter json(text);
  for (const LengthBucket& bucket : table.lengths()) {
    json.begin_object();
    json.member_words("hist", "len");
    json.member("from", bucket.from);
    json.member("to", bucket.to);
    json.member("count", bucket.count);
    json.end_object();
    json.end_line();
  }
  json.flush();
  return text;
}

}  // namespace tracker
