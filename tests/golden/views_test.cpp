// SPDX-License-Identifier: GPL-2.0-or-later
//
// What each view prints for the sample recording, character by character.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <span>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "storage/writer.h"
#include "tests/golden/sample_recording.h"
#include "tests/unit/storage_sample.h"

namespace tracker::testing {
namespace {

struct Ran {
  int status = -1;
  std::string text;  // stdout
  std::string said;  // stderr
};

// What views of events end with: the sample recording lost seven of its own.
constexpr char kSaidOfLosses[] =
    "tracker: 7 events were lost while this was recorded; `tracker stats tracker.db` says when\n";

// A folder with the recording as tracker.db, for all tests of this program.
class SampleFolder : public ::testing::Environment {
 public:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "golden-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    path = pattern;
    const auto written = write_sample_recording(path + "/tracker.db");
    ASSERT_TRUE(written.has_value()) << written.error().message;
  }
  void TearDown() override { std::filesystem::remove_all(path); }

  static inline std::string path;
};

const auto* const kFolder = ::testing::AddGlobalTestEnvironment(new SampleFolder);

std::string content_of(const std::string& path) {
  std::ifstream file(path);
  std::stringstream content;
  content << file.rdbuf();
  return content.str();
}

// `tracker ARGUMENTS`, run in the folder of the recording by a shell.
Ran run(const std::string& arguments) {
  const std::string said = SampleFolder::path + "/said";
  const std::string command =
      "cd '" + SampleFolder::path + "' && exec 2>'" + said + "' && " TRACKER_BINARY " " + arguments;
  Ran ran;
  FILE* const pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return ran;
  std::array<char, 4096> buffer{};
  size_t size = 0;
  while ((size = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0) {
    ran.text.append(buffer.data(), size);
  }
  const int status = ::pclose(pipe);
  ran.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  ran.said = content_of(said);
  return ran;
}

// `text` with what stands between each `before` and the next `after` replaced; not beyond a line.
std::string replace_between(std::string text, const std::string& before, const std::string& after,
                            const std::string& replacement) {
  for (size_t at = text.find(before); at != std::string::npos; at = text.find(before, at)) {
    at += before.size();
    const size_t end = text.find(after, at);
    if (end == std::string::npos || text.substr(at, end - at).find('\n') != std::string::npos)
      break;
    text.replace(at, end - at, replacement);
  }
  return text;
}

// Sizes in bytes depend on the versions of SQLite and zstd.
std::string without_sizes(std::string text) {
  text = replace_between(std::move(text), "tracker.db: ", " in ", "SIZE");
  text = replace_between(std::move(text), " blocks, ", " bytes an event", "N");
  text = replace_between(std::move(text), "\"block_bytes\":", ",", "0");
  text = replace_between(std::move(text), "\"bytes_per_event\":", "}", "0");
  return replace_between(std::move(text), "\"path\":\"tracker.db\",\"bytes\":", ",", "0");
}

struct Case {
  const char* name;  // of the test and of the expected file
  const char* arguments;
};

// Recordings of earlier format versions stay readable: one that the last tracker of version 1 made.
TEST(EarlierRecording, OfFormatVersion1IsReadAsItWas) {
  const std::string file = GOLDEN_FOLDER "/../recordings/format-1.db";
  const Ran print = run("print --format json " + file);
  EXPECT_EQ(print.status, 0) << print.said;
  EXPECT_EQ(print.text, content_of(GOLDEN_FOLDER "/format_1_print.json"));
  const Ran sort = run("sort " + file);
  EXPECT_EQ(sort.text, content_of(GOLDEN_FOLDER "/format_1_sort.txt"));
  EXPECT_EQ(run("db verify " + file).status, 0);
}

class Views : public ::testing::TestWithParam<Case> {};

TEST_P(Views, PrintWhatIsExpected) {
  const std::string path = std::string(GOLDEN_FOLDER) + "/" + GetParam().name;
  const Ran ran = run(GetParam().arguments);
  ASSERT_EQ(ran.status, 0) << ran.said;
  ASSERT_FALSE(ran.text.empty());
  // stats shows what was lost; the others say it.
  const bool is_stats = std::string(GetParam().arguments).starts_with("stats");
  EXPECT_EQ(ran.said, is_stats ? "" : kSaidOfLosses);
  const std::string actual = without_sizes(ran.text);
  if (::getenv("TRACKER_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path) << actual;
    return;
  }
  ASSERT_TRUE(std::filesystem::exists(path))
      << path << " is missing; make it by TRACKER_UPDATE_GOLDEN=1 golden_views";
  EXPECT_EQ(actual, content_of(path)) << "tracker " << GetParam().arguments;
}

INSTANTIATE_TEST_SUITE_P(
    Golden, Views,
    ::testing::Values(Case{"print.txt", "print"}, Case{"print.json", "print --format json"},
                      Case{"print_utc.txt", "print --time utc --packet 5f02"},
                      Case{"print_line.txt", "print --style line --time delta"},
                      Case{"sort.txt", "sort"}, Case{"sort.json", "sort --format json"},
                      Case{"sort_drops.txt", "sort --drops --reason 'NO_*' -f 'port 9'"},
                      Case{"drops.txt", "drops"}, Case{"drops.json", "drops --format json"},
                      Case{"drops_by_all.txt",
                           "drops --by stack,flow,dev,netns,comm,proto,cgroup,len"},
                      Case{"drops_by_all.json",
                           "drops --by stack,flow,dev,netns,comm,proto,cgroup,len --format json"},
                      Case{"drops_hist.txt", "drops --hist len"},
                      Case{"drops_hist.json", "drops --hist len --format json"},
                      Case{"stats.txt", "stats"}, Case{"stats.json", "stats --format json"},
                      Case{"stats_selected.txt", "stats --netns left"}),
    [](const auto& test_case) {
      std::string name = test_case.param.name;
      for (char& letter : name) letter = letter == '.' ? '_' : letter;
      return name;
    });

TEST(Views, GiveOneJsonObjectALine) {
  for (const char* command : {"print", "sort", "drops", "stats", "db info", "db verify"}) {
    std::istringstream lines(run(std::string(command) + " --format json").text);
    size_t objects = 0;
    for (std::string line; std::getline(lines, line); ++objects) {
      EXPECT_TRUE(nlohmann::json::parse(line, nullptr, false).is_object())
          << command << ": " << line;
    }
    EXPECT_GT(objects, 0U) << command;
  }
}

// A recording of several blocks.
void write_blocks(const std::string& path) {
  auto writer = RecordingWriter::create(path, sample::sample_session(), sample::sample_names());
  ASSERT_TRUE(writer) << writer.error().message;
  const std::vector<Event> events = sample::EventMaker(5).events(3000);
  for (size_t at = 0; at < events.size(); at += 500) {
    ASSERT_TRUE(
        writer.value()->on_events(std::span(events).subspan(at, 500), sample::sample_names()));
    ASSERT_TRUE(writer.value()->on_tick(sample::sample_session(), sample::sample_names()));
  }
  ASSERT_TRUE(writer.value()->finish(sample::sample_session(), sample::sample_names()));
}

// A copy that is not whole: what `db verify` calls readable is shown, and what is wrong is said.
TEST(Views, ShowOfACutRecordingWhatVerifyCounts) {
  const std::string whole = SampleFolder::path + "/whole.db";
  write_blocks(whole);
  const std::string cut = SampleFolder::path + "/cut.db";
  const auto size = std::filesystem::file_size(whole);
  size_t readable = 0;
  for (uintmax_t bytes = 8192; bytes < size; bytes += 8192) {
    std::filesystem::copy_file(whole, cut, std::filesystem::copy_options::overwrite_existing);
    std::filesystem::resize_file(cut, bytes);
    const Ran verified = run("db verify --format json cut.db");
    const uint64_t events = nlohmann::json::parse(verified.text)["readable_events"];
    for (const char* command : {"print", "sort"}) {
      const Ran shown = run(std::string(command) + " --format json cut.db");
      std::istringstream lines(shown.text);
      uint64_t shown_events = 0;
      for (std::string line; std::getline(lines, line);) {
        const auto json = nlohmann::json::parse(line);
        shown_events += json.contains("events") ? json["events"].size() : 1;
      }
      EXPECT_EQ(shown_events, events) << command << " of " << bytes;
      EXPECT_EQ(shown.status, 1);
      EXPECT_EQ(shown.said.find("tracker: recording cut.db is cut off: " + std::to_string(bytes)),
                0U)
          << shown.said;
    }
    if (events != 0) ++readable;
  }
  EXPECT_GT(readable, 3U);
  for (const char* command : {"drops", "stats", "db info"}) {
    const Ran shown = run(std::string(command) + " cut.db");
    EXPECT_EQ(shown.status, 1);
    EXPECT_NE(shown.said.find("; what could be read was shown\n"), std::string::npos) << shown.said;
  }
}

TEST(Views, AcceptATimeBeforeTheEnd) {
  const Ran all = run("print --format json");
  EXPECT_EQ(run("print --format json --since -2h").text, all.text);
  EXPECT_EQ(run("print --format json --since -30s").text, "");
}

// An empty answer is an answer: status 0, nothing on stdout, a sentence on stderr.
TEST(Views, SayWhenNothingMatches) {
  const std::pair<std::string, std::string> cases[] = {
      {"print --reason 'NO_SUCH*'", "no event matches --reason 'NO_SUCH*' in tracker.db"},
      {"print --format json --dev lo9 --since -30s",
       "no event matches --dev lo9 --since -30s in tracker.db"},
      {"sort -f 'udp port 77'", "no packet matches -f 'udp port 77' in tracker.db"},
      {"sort --drops --packet 5f02", "no dropped packet matches --packet 5f02 in tracker.db"},
      {"drops --netns nowhere --format json", "no drop matches --netns nowhere in tracker.db"},
      {"drops --hist len --probe 'tp:net:*'", "no drop matches --probe 'tp:net:*' in tracker.db"},
      {"sort --probe tp:skb:kfree_skp,tp:skb:kfree_skb --packet 77",
       "no packet matches --packet 77 --probe tp:skb:kfree_skp,tp:skb:kfree_skb in tracker.db\n"
       "tracker: tracker.db has no probe tp:skb:kfree_skp; nearest: tp:skb:kfree_skb"},
  };
  for (const auto& [arguments, sentence] : cases) {
    const Ran said = run(arguments);
    EXPECT_EQ(said.status, 0) << arguments;
    EXPECT_EQ(said.said, "tracker: " + sentence + "\n" + kSaidOfLosses);
    EXPECT_EQ(said.text, "") << arguments;
  }
}

TEST(Views, TakeTheGroupsOfDropsFromAProfile) {
  std::ofstream(SampleFolder::path + "/groups.toml") << "[drops]\nby = [\"dev\", \"reason\"]\n";
  EXPECT_EQ(run("-p ./groups.toml drops").text, run("drops --by dev,reason").text);
  EXPECT_EQ(run("-p ./groups.toml drops --by len").text, run("drops --by len").text);
  EXPECT_EQ(run("drops --by dev --by reason").text, run("drops --by dev,reason").text);
}

// stdout is a pipe whose reader has left already, as a `head` that has enough.
TEST(Views, AreSilentWhenTheReaderIsGone) {
  ASSERT_EQ(::mkfifo((SampleFolder::path + "/pipe").c_str(), 0600), 0);
  for (const char* view : {"print", "sort", "drops", "replay --speed max", "stats", "db info"}) {
    const Ran ran = run(std::string(view) + " 3<>pipe 4>pipe >&4 3<&- 4>&-");
    EXPECT_EQ(ran.status, 0) << view;
    EXPECT_EQ(ran.text + ran.said, "") << view;
  }
}

TEST(Views, SayNothingOfLossesWhereNothingWasLost) {
  Session session;
  session.end_ns = 1;
  const std::string path = SampleFolder::path + "/lossless.db";
  auto writer = RecordingWriter::create(path, session, sample::sample_names());
  ASSERT_TRUE(writer) << writer.error().message;
  const std::vector<Event> events = sample::EventMaker(5).events(10);
  ASSERT_TRUE(writer.value()->on_events(events, sample::sample_names()));
  ASSERT_TRUE(writer.value()->finish(session, sample::sample_names()));
  for (const char* view : {"print", "sort", "stats"}) {
    const Ran ran = run(std::string(view) + " lossless.db");
    EXPECT_EQ(ran.status, 0);
    EXPECT_NE(ran.text, "") << view;
    EXPECT_EQ(ran.said, "") << view;
  }
}

TEST(Views, FailWithOneSentence) {
  const auto expect = [](const std::string& arguments, int status, const std::string& sentence) {
    const Ran ran = run(arguments);
    EXPECT_EQ(ran.status, status) << ran.said;
    EXPECT_EQ(ran.said, "tracker: " + sentence + "\n");
    EXPECT_EQ(ran.text, "");
  };
  expect("sort nosuch.db", 1, "no such recording: nosuch.db");
  expect("drops --by reason,foo", 2,
         "--by 'reason,foo': no key 'foo'; give a list of "
         "reason,location,stack,flow,dev,netns,comm,proto,cgroup,len");
  expect("print --packet xyz", 2,
         "--packet 'xyz' is not a packet id; give it as it is shown: 5f01, '#5f01' or 0x5f01");
  expect("sort --since yesterday", 2,
         "--since 'yesterday' is not a time; give 2026-11-21T09:13:55Z (RFC 3339), 09:13 or "
         "09:13:55.5 (the recording's day and zone) or -5m, -30s, -2h (before its end)");
  expect("print --netns ''", 2, "--netns is empty; give a name, an inum (digits) or a path");
}

}  // namespace
}  // namespace tracker::testing
