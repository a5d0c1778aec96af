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

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace tracker {

class JsonWriter {
 public:
  // Appends to `out`, which must outlive it. What was written is there after flush(), or when the
  // writer is gone.
  explicit JsonWriter(std::string& out) : out_(out) {}
  ~JsonWriter() { flush(); }
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;
  void flush() {
    out_.append(buffer_.data(), size_);
    size_ = 0;
  }

  // Values: elements of an array, or what follows key().
  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }
  // After a value of its own: the next one begins a line.
  void end_line() {
    put('\n');
    is_first_ = true;
  }
  // Escaped by escape_text() first: hostile bytes are safe to print.
  void text(std::string_view raw);
  // Text that is safe to print, and the same after escape_text(): our own words.
  void words(std::string_view safe);
  // Text without quotes, backslashes and what escape_text() changes, which nobody looks for:
  // digits, addresses, words of ours.
  void plain(std::string_view text) {
    separate();
    put('"');
    put(text);
    put('"');
  }
  void id(uint64_t id);  // "0x5f01"
  template <std::integral Number>
  void number(Number number) {
    separate();
    if constexpr (std::same_as<Number, bool>)
      put(number ? std::string_view("true") : std::string_view("false"));
    else if constexpr (std::signed_integral<Number>)
      put_signed(number);
    else
      put_unsigned(number);
  }

  // A key: a literal that needs no escape, of at most kMaxKey bytes. A value must follow. Inlined,
  // where the literal's size is known: copying it is a few moves then.
  [[gnu::always_inline]] inline void key(std::string_view key) {
    if (kBufferBytes - size_ < kMaxKey + 4) flush();
    char* at = buffer_.data() + size_;
    if (!is_first_) *at++ = ',';
    *at++ = '"';
    std::memcpy(at, key.data(), key.size());
    at += key.size();
    *at++ = '"';
    *at++ = ':';
    size_ = static_cast<size_t>(at - buffer_.data());
    is_first_ = true;
  }

  // Members of the object that is open.
  template <std::integral Number>
  [[gnu::always_inline]] inline void member(std::string_view name, Number value) {
    key(name);
    number(value);
  }
  [[gnu::always_inline]] inline void member_text(std::string_view name, std::string_view raw) {
    key(name);
    text(raw);
  }
  [[gnu::always_inline]] inline void member_words(std::string_view name, std::string_view safe) {
    key(name);
    words(safe);
  }
  [[gnu::always_inline]] inline void member_plain(std::string_view name, std::string_view text) {
    key(name);
    plain(text);
  }
  // Bytes as hexadecimal digits.
  void member_hex(std::string_view name, std::span<const uint8_t> bytes);
  // What is unknown stays absent: nothing where the text is empty, the number or id 0.
  [[gnu::always_inline]] inline void known_text(std::string_view name, std::string_view raw) {
    if (!raw.empty()) member_text(name, raw);
  }
  [[gnu::always_inline]] inline void known_words(std::string_view name, std::string_view safe) {
    if (!safe.empty()) member_words(name, safe);
  }
  template <std::integral Number>
  [[gnu::always_inline]] inline void known_number(std::string_view name, Number value) {
    if (value != 0) member(name, value);
  }
  [[gnu::always_inline]] inline void known_id(std::string_view name, uint64_t value) {
    if (value == 0) return;
    key(name);
    id(value);
  }

  // A member that is an object or array and stays absent where nothing is put into it.
  class Place {
    friend class JsonWriter;
    size_t begin_ = 0;  // bytes written before it
    bool was_first_ = false;
    char end_ = '}';
  };
  [[nodiscard]] Place begin_known_object(std::string_view name) {
    return begin_known(name, '{', '}');
  }
  [[nodiscard]] Place begin_known_array(std::string_view name) {
    return begin_known(name, '[', ']');
  }
  void end_known(const Place& place);

 private:
  static constexpr size_t kBufferBytes = 2048;
  static constexpr size_t kMaxKey = 32;

  // A comma, where another value stands before.
  void separate() {
    if (!is_first_) put(',');
    is_first_ = false;
  }
  void open(char bracket) {
    separate();
    put(bracket);
    is_first_ = true;
  }
  void close(char bracket) {
    put(bracket);
    is_first_ = false;
  }
  void put(char c) {
    if (size_ == kBufferBytes) flush();
    buffer_[size_++] = c;
  }
  void put(std::string_view bytes) {
    if (bytes.size() > kBufferBytes - size_) return put_long(bytes);
    std::memcpy(buffer_.data() + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
  }
  void put_long(std::string_view bytes);
  void put_quoted(std::string_view safe);
  void put_unsigned(uint64_t number);
  void put_signed(int64_t number);
  Place begin_known(std::string_view name, char begin, char end);

  std::string& out_;
  size_t size_ = 0;       // of the buffer
  bool is_first_ = true;  // no value stands before the next one
  // Appending to the string piece by piece takes longer than all else.
  std::array<char, kBufferBytes> buffer_;
};

}  // namespace tracker
