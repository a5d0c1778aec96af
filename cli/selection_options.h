// SPDX-License-Identifier: GPL-2.0-or-later
//
// What every command that shows a recording takes: FILE, --format and the selection.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/output.h"
#include "postprocess/recording_source.h"
#include "postprocess/selection.h"
#include "postprocess/time_order.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace tracker {

struct ViewOptions {
  std::string path = "tracker.db";
  OutputFormat format = OutputFormat::kText;
  SelectionOptions selection;

  // Wrong usage for what is malformed in the selection, whatever the recording is.
  Result<void> check() const;
};

// [FILE], with the default of ViewOptions::path.
void add_file_argument(CLI::App& command, std::string& path);
// --format text|json.
void add_format_option(CLI::App& command, OutputFormat& format);
// Both, and the selection as a group of its own in help.
void add_view_options(CLI::App& command, ViewOptions& options);

// The recording and what of it is to be shown. The selection refers to the source.
struct View {
  std::unique_ptr<RecordingSource> source;
  Selection selection;
  ViewOptions options;
};
Result<View> open_view(const ViewOptions& options);

// The error to end with after showing what could be read of a damaged recording.
Error shown_in_part(Error damage);

// The selection as it could be typed: "--reason 'NO_*' --dev lo"; empty without one.
std::string selection_text(const SelectionOptions& options);

// Ends a command that showed what it could: fails where the recording or blocks of it were damaged,
// and says on stderr where nothing was there to show (`shown` of what `noun` names).
Result<int> finish_view(const View& view, const std::vector<DamagedBlock>& damaged, uint64_t shown,
                        const std::string& noun);

// Whether whoever was to read what a command shows stayed to its end.
enum class Reader { kStayed, kGone };
// The same for a view of events, which is not all that there was where some were lost: says so on
// stderr, to a reader that stayed. A view of a damaged recording says only that.
Result<int> finish_view_of_events(Reader reader, const View& view,
                                  const std::vector<DamagedBlock>& damaged, uint64_t shown,
                                  const std::string& noun);
// The same once the output is closed.
Result<int> finish_view_of_events(Output& output, const View& view,
                                  const std::vector<DamagedBlock>& damaged, uint64_t shown,
                                  const std::string& noun);

}  // namespace tracker
