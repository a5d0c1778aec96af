// SPDX-License-Identifier: GPL-2.0-or-later
#include "event/json_writer.h"

#include <fmt/format.h>

#include "event/render.h"

namespace tracker {
namespace {

// Whether neither escape_text() nor JSON changes it. Without a way out in the middle, which lets
// the compiler look at many bytes at once.
bool is_plain(std::string_view text) {
  bool is_special = false;
  for (const char c : text)
    is_special |=
        static_cast<uint8_t>(c) < 0x20 || static_cast<uint8_t>(c) > 0x7e || c == '"' || c == '\\';
  return !is_special;
}

}  // namespace

void JsonWriter::put_long(std::string_view bytes) {
  flush();
  out_.append(bytes);
}

void JsonWriter::put_quoted(std::string_view safe) {
  put('"');
  for (const char c : safe) {
    if (c == '"' || c == '\\') put('\\');
    put(c);
  }
  put('"');
}

void JsonWriter::text(std::string_view raw) {
  if (is_plain(raw)) return words(raw);
  separate();
  put_quoted(escape_text(raw));
}

void JsonWriter::words(std::string_view safe) {
  separate();
  if (!is_plain(safe)) return put_quoted(safe);
  put('"');
  put(safe);
  put('"');
}

void JsonWriter::id(uint64_t id) {
  separate();
  std::array<char, 20> text{};
  size_t at = text.size();
  text[--at] = '"';
  do {
    text[--at] = "0123456789abcdef"[id & 0xf];
    id >>= 4;
  } while (id != 0);
  text[--at] = 'x';
  text[--at] = '0';
  text[--at] = '"';
  put(std::string_view(text.data() + at, text.size() - at));
}

void JsonWriter::member_hex(std::string_view name, std::span<const uint8_t> bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  key(name);
  separate();
  put('"');
  for (const uint8_t byte : bytes) {
    put(kDigits[byte >> 4]);
    put(kDigits[byte & 0xf]);
  }
  put('"');
}

JsonWriter::Place JsonWriter::begin_known(std::string_view name, char begin, char end) {
  Place place;
  place.begin_ = out_.size() + size_;
  place.was_first_ = is_first_;
  place.end_ = end;
  key(name);
  open(begin);
  return place;
}

void JsonWriter::end_known(const Place& place) {
  if (!is_first_) return close(place.end_);
  flush();
  out_.resize(place.begin_);
  is_first_ = place.was_first_;
}

void JsonWriter::put_unsigned(uint64_t number) {
  if (number < 10) return put(static_cast<char>('0' + number));
  const fmt::format_int text(number);
  put(std::string_view(text.data(), text.size()));
}

void JsonWriter::put_signed(int64_t number) {
  const fmt::format_int text(number);
  put(std::string_view(text.data(), text.size()));
}

}  // namespace tracker
