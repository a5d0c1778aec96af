// SPDX-License-Identifier: GPL-2.0-or-later
#include "event/json_writer.h"

#include <fmt/format.h>

#include <algorithm>

#include "event/render.h"

namespace tracker {
namespace {

// Neither escape_text() nor JSON changes it.
bool is_plain(char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; }

void append_quoted(std::string_view safe, std::string& out) {
  out += '"';
  if (std::ranges::all_of(safe, is_plain)) {
    out += safe;
  } else {
    for (const char c : safe) {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
  out += '"';
}

}  // namespace

void JsonWriter::text(std::string_view raw) {
  separate();
  if (std::ranges::all_of(raw, is_plain))
    append_quoted(raw, out_);
  else
    append_quoted(escape_text(raw), out_);
}

void JsonWriter::words(std::string_view safe) {
  separate();
  append_quoted(safe, out_);
}

void JsonWriter::id(uint64_t id) {
  separate();
  out_ += "\"0x";
  char digits[16];
  size_t size = 0;
  do {
    digits[size++] = "0123456789abcdef"[id & 0xf];
    id >>= 4;
  } while (id != 0);
  while (size > 0) out_ += digits[--size];
  out_ += '"';
}

void JsonWriter::key(std::string_view key) {
  separate();
  out_ += '"';
  out_ += key;
  out_ += "\":";
}

JsonWriter::Place JsonWriter::begin_known(std::string_view name, char begin, char end) {
  const Place place(out_.size(), end);
  key(name);
  out_ += begin;
  return place;
}

void JsonWriter::end_known(Place place) {
  const bool is_empty = out_.back() == '{' || out_.back() == '[';
  if (is_empty)
    out_.resize(place.begin_);
  else
    out_ += place.end_;
}

void JsonWriter::append_unsigned(uint64_t number) {
  const fmt::format_int text(number);
  out_.append(text.data(), text.size());
}

void JsonWriter::append_signed(int64_t number) {
  const fmt::format_int text(number);
  out_.append(text.data(), text.size());
}

}  // namespace tracker
