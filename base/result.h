// SPDX-License-Identifier: GPL-2.0-or-later
//
// Result<T>: a value or a sentence that says why there is none.
//
// Whatever can fail for a reason outside the program (kernel, files, user input) returns a Result;
// a broken invariant of our own aborts through CHECK (check.h). g++ 12 offers std::expected only as
// C++23, which clang-tidy 14 cannot read: this is the subset of its interface that tracker needs.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace tracker {

// How a command that met this error ends; main() turns it into the exit status.
enum class ErrorKind {
  kFailed,      // exit status 1: the world said no
  kWrongUsage,  // exit status 2: the user typed something that cannot be meant
  kLacking,     // exit status 1, where nothing is left: this kernel lacks what one thing among
                // several needs, and the others go on without it
};

// One sentence for the user: what was tried, on what, why it failed and, where known, what to do.
// No trailing newline, no "tracker:" prefix; main() adds these.
struct Error {
  std::string message;
  ErrorKind kind = ErrorKind::kFailed;

  bool operator==(const Error&) const = default;
};

inline Error wrong_usage(std::string message) {
  return Error{std::move(message), ErrorKind::kWrongUsage};
}

template <typename T>
class [[nodiscard]] Result {
 public:
  using ValueType = T;

  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  // Only where has_value(): std::get throws otherwise, which ends the program as a CHECK would.
  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const& { return std::get<1>(state_); }
  Error&& error() && { return std::get<1>(std::move(state_)); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using ValueType = void;

  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  bool has_value() const { return !error_.has_value(); }
  explicit operator bool() const { return has_value(); }
  const Error& error() const& { return *error_; }
  Error&& error() && { return std::move(*error_); }

 private:
  std::optional<Error> error_;
};

// Puts context before the sentence of a lower layer: "reading a.db: " + "not a database".
inline Error with_context(const std::string& context, Error error) {
  error.message = context + ": " + error.message;
  return error;
}

}  // namespace tracker

#define TRACKER_CONCAT_INNER(a, b) a##b
#define TRACKER_CONCAT(a, b) TRACKER_CONCAT_INNER(a, b)

// Returns the error of a Result<void> expression to the caller.
#define TRY(expression)                                    \
  do {                                                     \
    auto try_result = (expression);                        \
    if (!try_result) return std::move(try_result).error(); \
  } while (false)

// Declares `name` as the value of a Result expression, or returns its error to the caller.
#define TRY_ASSIGN(name, expression) \
  TRY_ASSIGN_INNER(TRACKER_CONCAT(try_result_, __LINE__), name, expression)
// NOLINTBEGIN(bugprone-macro-parentheses): `name` is declared, not an expression
#define TRY_ASSIGN_INNER(temporary, name, expression)  \
  auto temporary = (expression);                       \
  if (!temporary) return std::move(temporary).error(); \
  auto name = std::move(temporary).value()
// NOLINTEND(bugprone-macro-parentheses)
