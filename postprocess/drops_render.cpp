// SPDX-License-Identifier: GPL-2.0-or-later
#include "postprocess/drops_render.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "event/event_words.h"
#include "event/render.h"
#include "postprocess/text_table.h"

namespace tracker {
namespace {

using Json = nlohmann::ordered_json;

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

// Sets the group's value for a key; what is unknown stays absent.
void set_value(Json& row, const DropTable& table, const DropGroup& group, size_t index) {
  const std::string& value = group.values[index];
  if (value.empty()) return;
  const DropKey key = table.keys()[index];
  const std::string name(drop_key_name(key));
  if (key == DropKey::kStack) {
    row[name] = split_lines(value);
  } else if (key == DropKey::kLen) {
    uint64_t length = 0;
    std::from_chars(value.data(), value.data() + value.size(), length);
    row[name] = length;
  } else if (key == DropKey::kReason && group.reason) {
    // As in an event: the name alone, and whose it is.
    row[name] = escape_text(table.names().reason_text(*group.reason));
    row["subsystem"] = escape_text(table.names().subsystem_text(*group.reason));
  } else {
    row[name] = value;
  }
}

}  // namespace

std::string render_drops_text(const DropTable& table, const Session& session) {
  const std::vector<DropGroup> groups = table.groups();
  if (groups.empty()) return {};
  TextTable text;
  text.add_column("COUNT", TextTable::Align::kRight);
  text.add_column("BYTES", TextTable::Align::kRight);
  for (const DropKey key : table.keys()) {
    std::string title(drop_key_name(key));
    for (char& letter : title) letter = static_cast<char>(letter - 'a' + 'A');
    text.add_column(title, TextTable::Align::kLeft);
  }
  text.add_column("FIRST", TextTable::Align::kLeft);
  text.add_column("LAST", TextTable::Align::kLeft);
  StackList stacks;
  for (const DropGroup& group : groups) {
    std::vector<std::string> row{std::to_string(group.count), std::to_string(group.bytes)};
    for (size_t i = 0; i < group.values.size(); ++i) {
      const std::string& value = group.values[i];
      const bool is_stack = table.keys()[i] == DropKey::kStack && !value.empty();
      row.push_back(value.empty() ? "-" : is_stack ? stacks.number_of(value) : value);
    }
    row.push_back(render_time(group.first_ns, session, TimeStyle::kLocal, 0));
    row.push_back(render_time(group.last_ns, session, TimeStyle::kLocal, 0));
    text.add_row(std::move(row));
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
  for (const DropGroup& group : table.groups()) {
    Json row = Json::object();
    for (size_t i = 0; i < table.keys().size(); ++i) set_value(row, table, group, i);
    row["count"] = group.count;
    row["bytes"] = group.bytes;
    row["first"] = group.first_ns;
    row["last"] = group.last_ns;
    text += row.dump() + "\n";
  }
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
  for (const LengthBucket& bucket : table.lengths()) {
    const Json row{
        {"hist", "len"}, {"from", bucket.from}, {"to", bucket.to}, {"count", bucket.count}};
    text += row.dump() + "\n";
  }
  return text;
}

}  // namespace tracker
