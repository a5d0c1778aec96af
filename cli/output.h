// SPDX-License-Identifier: GPL-2.0-or-later
//
// Output: standard output for commands that show data - through $PAGER on a terminal, silent when
// nobody reads any more.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/unique_fd.h"

namespace tracker {

enum class OutputFormat { kText, kJson };

class Output {
 public:
  // Text for people fits a terminal's columns (fit_columns.h); JSON and scripts stay as they are.
  // Fitted text is handed to write() in whole lines.
  enum class Lines { kAsTheyAre, kFitted };
  static Lines lines_of(OutputFormat format) {
    return format == OutputFormat::kText ? Lines::kFitted : Lines::kAsTheyAre;
  }

  // On a terminal starts $PAGER, or less where that is not set and there is one; PAGER= or
  // PAGER=cat goes without. While a pager runs SIGINT is the pager's.
  static Result<std::unique_ptr<Output>> open(Lines lines);

  // Opens one for this text alone, writes and closes it.
  static Result<void> print(std::string_view text, OutputFormat format);

  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  // False: the reader is gone; there is no use in writing more. Buffered.
  Result<bool> write(std::string_view text);
  // Writes what is buffered and waits for the pager to end. Once, after the last write(). False:
  // the reader went away, as far as can be known: one that leaves after this is not seen leaving.
  Result<bool> close();

  // Of the terminal that lines are fitted to; 0: they are not.
  size_t columns() const { return columns_; }

  // By the rule of text_options() (text_style.h).
  bool has_colour() const { return has_colour_; }

 private:
  Output() = default;
  Result<void> start_pager(const std::string& command);
  int fd() const;
  Result<bool> flush();

  UniqueFd pipe_;  // to the pager, where there is one
  pid_t pager_ = -1;
  bool has_colour_ = false;
  size_t columns_ = 0;  // that lines are fitted to; 0: they are not
  bool reader_is_gone_ = false;
  std::string buffer_;
};

}  // namespace tracker
