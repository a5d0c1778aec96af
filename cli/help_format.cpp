// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/help_format.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

namespace tracker {
namespace {

// Below this a description beside the names of its option has hardly room for a word.
constexpr size_t kLeastRoom = 20;

class HelpFormat : public CLI::Formatter {
 public:
  explicit HelpFormat(size_t columns) : columns_(columns) {}

  // CLI11 puts each line of a description at its column.
  std::string make_option_desc(const CLI::Option* option) const override {
    std::string rest = option->get_description();
    if (columns_ < column_width_ + kLeastRoom) return rest;
    const size_t room = columns_ - column_width_;
    std::string text;
    while (rest.size() > room) {
      const size_t space = rest.rfind(' ', room);
      if (space == std::string::npos) break;
      text += rest.substr(0, space) + "\n";
      rest.erase(0, space + 1);
    }
    return text + rest;
  }

 private:
  size_t columns_;
};

}  // namespace

void fit_help(CLI::App& app, size_t columns) {
  app.formatter(std::make_shared<HelpFormat>(columns));
}

}  // namespace tracker
