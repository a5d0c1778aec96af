// SPDX-License-Identifier: GPL-2.0-or-later
//
// TraceableFunctions: what ftrace can hook, from tracefs' available_filter_functions: the names
// that functions have in the machine code, where the compiler inlines, clones and renames.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tracker {

class TraceableFunctions {
 public:
  // Reads the running kernel's; some 45,000 lines.
  static TraceableFunctions read();
  // Of the file's text: "NAME" or "NAME [MODULE]" a line.
  explicit TraceableFunctions(std::string text);

  TraceableFunctions(TraceableFunctions&&) = default;
  TraceableFunctions& operator=(TraceableFunctions&&) = default;
  TraceableFunctions(const TraceableFunctions&) = delete;
  TraceableFunctions& operator=(const TraceableFunctions&) = delete;

  // Whether the list could be read; without it nothing is known.
  bool is_known() const { return !functions_.empty(); }
  // How many functions of that module (empty: vmlinux) have the name.
  size_t count(std::string_view name, std::string_view module) const;
  // How many there are of that name, in vmlinux and all modules.
  size_t count(std::string_view name) const;
  // The modules that have a function whose name matches, sorted.
  std::vector<std::string> modules_with(const std::string& pattern) const;
  // The compiler's variants of a function: "NAME.isra.0", "NAME.constprop.0", "NAME.part.0".
  std::vector<std::string> variants(std::string_view name) const;

 private:
  struct Entry {
    std::string_view name;
    std::string_view module;
    auto operator<=>(const Entry&) const = default;
  };
  // Not a string, whose bytes may move with it.
  std::vector<char> text_;
  std::vector<Entry> functions_;  // sorted; views of text_
};

}  // namespace tracker
