// SPDX-License-Identifier: GPL-2.0-or-later
#include <nlohmann/json.hpp>

#include "event/render.h"
#include "tests/fuzz/target.h"

namespace tracker::fuzz {

void expect_printable(std::string_view text) {
  while (!text.empty()) {
    const size_t end = text.find('\n');
    FUZZ_EXPECT(end != std::string_view::npos);
    const std::string_view line = text.substr(0, end);
    // What is safe already is left as it is.
    FUZZ_EXPECT(escape_text(line) == line);
    text.remove_prefix(end + 1);
  }
}

void expect_json_lines(std::string_view text) {
  while (!text.empty()) {
    const size_t end = text.find('\n');
    FUZZ_EXPECT(end != std::string_view::npos);
    const std::string_view line = text.substr(0, end);
    FUZZ_EXPECT(nlohmann::json::parse(line, nullptr, false).is_object());
    text.remove_prefix(end + 1);
  }
}

}  // namespace tracker::fuzz
