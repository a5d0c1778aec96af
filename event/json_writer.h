// SPDX-License-Identifier: GPL-2.0-or-later
//
// JsonWriter: appends JSON to a string as it goes, without building a document.
//
// A recording of ten million events took 288 s to print by way of nlohmann's documents, which are
// right for everything that is printed once; RapidJSON's streaming writer has had no release since
// 2016. What an event needs is little: keys are literals, and every text goes through
// escape_text(), after which only quotes and backslashes are left to escape. The bytes are those of
// nlohmann's dump(); tests/unit/event_json_writer_test.cpp holds both against each other.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tracker {

class JsonWriter {
 public:
  // Appends to `out`, which must outlive it.
  explicit JsonWriter(std::string& out) : out_(out) {}

  // Values: elements of an array, or what follows key().
  void begin_object() { open('{'); }
  void end_object() { out_ += '}'; }
  void begin_array() { open('['); }
  void end_array() { out_ += ']'; }
  // Escaped by escape_text() first: hostile bytes are safe to print.
  void text(std::string_view raw);
  // Text that is safe to print, and the same after escape_text(): our own words.
  void words(std::string_view safe);
  void id(uint64_t id);  // "0x5f01"
  template <std::integral Number>
  void number(Number number) {
    separate();
    if constexpr (std::same_as<Number, bool>)
      out_ += number ? "true" : "false";
    else if constexpr (std::signed_integral<Number>)
      append_signed(number);
    else
      append_unsigned(number);
  }

  // A key: a literal that needs no escape. A value must follow.
  void key(std::string_view key);

  // Members of the object that is open.
  template <std::integral Number>
  void member(std::string_view name, Number value) {
    key(name);
    number(value);
  }
  void member_text(std::string_view name, std::string_view raw) {
    key(name);
    text(raw);
  }
  void member_words(std::string_view name, std::string_view safe) {
    key(name);
    words(safe);
  }
  // What is unknown stays absent: nothing where the text is empty, the number or id 0.
  void known_text(std::string_view name, std::string_view raw) {
    if (!raw.empty()) member_text(name, raw);
  }
  void known_words(std::string_view name, std::string_view safe) {
    if (!safe.empty()) member_words(name, safe);
  }
  template <std::integral Number>
  void known_number(std::string_view name, Number value) {
    if (value != 0) member(name, value);
  }
  void known_id(std::string_view name, uint64_t value) {
    if (value == 0) return;
    key(name);
    id(value);
  }

  // A member that is an object or array and stays absent where nothing is put into it.
  class Place {
    friend class JsonWriter;
    Place(size_t begin, char end) : begin_(begin), end_(end) {}
    size_t begin_;
    char end_;  // '}' or ']'
  };
  [[nodiscard]] Place begin_known_object(std::string_view name) {
    return begin_known(name, '{', '}');
  }
  [[nodiscard]] Place begin_known_array(std::string_view name) {
    return begin_known(name, '[', ']');
  }
  void end_known(Place place);

 private:
  // A comma, where another value stands before.
  void separate() {
    if (!out_.empty() && needs_comma(out_.back())) out_ += ',';
  }
  static bool needs_comma(char last) {
    return last != '{' && last != '[' && last != ':' && last != ',' && last != '\n';
  }
  void open(char bracket) {
    separate();
    out_ += bracket;
  }
  Place begin_known(std::string_view name, char begin, char end);
  void append_unsigned(uint64_t number);
  void append_signed(int64_t number);

  std::string& out_;
};

}  // namespace tracker
