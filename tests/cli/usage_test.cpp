// SPDX-License-Identifier: GPL-2.0-or-later
//
// Wrong usage and failures that need no kernel: the exit status and one sentence on stderr.
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "tests/cli/program.h"

namespace tracker::cli_test {
namespace {

struct Case {
  const char* name;
  std::vector<std::string> arguments;
  int status;
  std::vector<std::string> says;
};

// For a readable name of the test.
void PrintTo(const Case& usage, std::ostream* stream) { *stream << usage.name; }

std::vector<Case> wrong_usages() {
  return {
      {"NoCommand", {}, 2, {"-h"}},
      {"UnknownCommand", {"colect"}, 2, {"'colect'", "did you mean collect?"}},
      {"JsonWithoutFormat", {"sort", "--json"}, 2, {"'--json'", "did you mean --format json?"}},
      {"NetnsInAListThatDoesNotExist",
       {"collect", "-p", "dropmon", "--netns", "no-such-a,no-such-b"},
       1,
       {"no-such-a"}},
      {"UnknownOption", {"collect", "--nets", "x"}, 2, {"'--nets'", "did you mean --netns?"}},
      {"UnknownArgument", {"profile", "show", "dropmon", "extra"}, 2, {"'extra'"}},
      {"CommandOfLaterWork", {"explain", "NO_SOCKET"}, 2, {"'explain'"}},
      {"NoProfileSubcommand", {"profile"}, 2, {"profile -h"}},
      {"NothingToCollect", {"collect"}, 2, {"-p dropmon", "--probe"}},
      {"MalformedTarget", {"collect", "--probe", "tp:skb"}, 2, {"'tp:skb'", "tp:GROUP:NAME"}},
      {"CountOfZero", {"-p", "dropmon", "collect", "--count", "0"}, 2, {"--count", "'0'"}},
      {"DurationOfAWord",
       {"-p", "dropmon", "collect", "--duration", "x"},
       2,
       {"--duration", "'x'"}},
      {"SnaplenTooLarge", {"-p", "dropmon", "collect", "--snaplen", "65537"}, 2, {"--snaplen"}},
      {"RingSizeNoPowerOfTwo",
       {"-p", "dropmon", "collect", "--ring-size", "5000"},
       2,
       {"--ring-size 5000", "power of two"}},
      {"MaxSizeTooSmall",
       {"-p", "dropmon", "collect", "--max-size", "4K"},
       2,
       {"--max-size 4K", "1M"}},
      {"MaxSizeOfNothing",
       {"-p", "dropmon", "collect", "--max-size", "1G", "--no-record"},
       2,
       {"--max-size", "--no-record"}},
      {"EmptyOutput", {"-p", "dropmon", "collect", "-o", ""}, 2, {"-o"}},
      {"EmptyNetns", {"-p", "dropmon", "collect", "--netns", ""}, 2, {"--netns"}},
      {"MalformedFilter", {"print", "-f", "udp prot 9"}, 2, {"udp prot 9"}},
      {"MalformedTime", {"sort", "--since", "yesterday"}, 2, {"yesterday"}},
      {"MalformedPacketId", {"sort", "--packet", "xyz"}, 2, {"xyz"}},
      {"SpeedOfAWord", {"replay", "--speed", "fast"}, 2, {"--speed 'fast'", "max"}},
      {"UnknownGroup", {"drops", "--by", "reason,colour"}, 2, {"colour"}},
      {"UnknownHistogram", {"drops", "--hist", "reason"}, 2, {"--hist"}},
      {"UnknownDbCommand", {"db", "foo"}, 2, {"unknown command 'foo'", "there are info, verify"}},
      {"MisspeltDbCommand",
       {"db", "verfy"},
       2,
       {"unknown command 'verfy'", "did you mean verify?"}},
      {"GroupsAndAHistogram", {"drops", "--by", "dev", "--hist", "len"}, 2, {"--hist", "--by"}},
      {"OutputAndNoRecord",
       {"-p", "dropmon", "collect", "-o", "a.db", "--no-record"},
       2,
       {"-o", "--no-record"}},
      {"InumTooLarge",
       {"-p", "dropmon", "collect", "--netns", "4294967296"},
       2,
       {"--netns 4294967296"}},
      {"ListAndExplain",
       {"inspect", "--probes", "*", "--why", "fn:ip_rcv"},
       2,
       {"--probes", "--why"}},
      {"MalformedTargetToExplain", {"inspect", "--why", "fn:"}, 2, {"'fn:'", "fn:ip_rcv"}},
      {"UnknownFormat", {"inspect", "--format", "xml"}, 2, {"--format", "xml", "json"}},
  };
}

std::vector<Case> failures() {
  return {
      {"UnknownProfile", {"-p", "dropmom", "collect"}, 1, {"'dropmom'", "dropmon"}},
      {"MissingProfile", {"-p", "./none.toml", "collect"}, 1, {"./none.toml", "No such file"}},
      {"NoRecordingToSort", {"sort"}, 1, {"tracker.db"}},
      {"NoRecordingToReplay", {"replay", "none.db"}, 1, {"none.db"}},
      {"NoRecordingToPrint", {"print", "none.db"}, 1, {"none.db"}},
      {"NoRecordingToCount", {"drops", "none.db"}, 1, {"none.db"}},
      {"NoRecordingForStats", {"stats", "none.db"}, 1, {"none.db"}},
      {"NoRecordingToVerify", {"db", "verify", "none.db"}, 1, {"none.db"}},
      {"NoRecordingForInfo", {"db", "info", "none.db"}, 1, {"none.db"}},
  };
}

class Usage : public Program, public testing::WithParamInterface<Case> {};

TEST_P(Usage, EndsWithOneSentenceAndLeavesNothing) {
  expect_refused(run(GetParam().arguments), GetParam().status, GetParam().says);
  EXPECT_FALSE(kernel_test::file_exists(folder_.file("tracker.db")));
}

std::string case_name(const testing::TestParamInfo<Case>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Wrong, Usage, testing::ValuesIn(wrong_usages()), case_name);
INSTANTIATE_TEST_SUITE_P(Failing, Usage, testing::ValuesIn(failures()), case_name);

class NotARecording : public Program {};

TEST_F(NotARecording, IsSaidByEveryCommandThatReadsOne) {
  const std::string content = "a file that is no recording\n";
  kernel_test::write_file(folder_.file("tracker.db"), content);
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"print"},
                                             {"sort"},
                                             {"drops"},
                                             {"stats"},
                                             {"replay"},
                                             {"db", "info"},
                                             {"db", "verify"}}) {
    expect_refused(run(command), 1, {"tracker.db", "not a recording"});
  }
  EXPECT_EQ(kernel_test::read_file(folder_.file("tracker.db")), content);
}

class Unit : public Program {};

// Of a namespace that does not exist, so that nothing is collected: what the unit says is no wrong
// usage, which would be status 2.
TEST_F(Unit, RunsACommandThatTrackerUnderstands) {
  const std::string text =
      kernel_test::read_file(TRACKER_SOURCE_DIR "/packaging/tracker-dropmon.service");
  const std::string start = "\nExecStart=tracker ";
  const size_t begin = text.find(start);
  ASSERT_NE(begin, std::string::npos);
  std::istringstream line(
      text.substr(begin + start.size(), text.find('\n', begin + 1) - begin - start.size()));
  std::vector<std::string> arguments;
  for (std::string word; line >> word;) {
    arguments.push_back(word.starts_with("/var/lib/") ? folder_.file("dropmon.db") : word);
  }
  ASSERT_GT(arguments.size(), 3u);
  arguments.insert(arguments.end(), {"--netns", "no-such-netns"});
  expect_refused(run(arguments), 1, {});
  arguments.emplace_back("--no-such-option");
  expect_refused(run(arguments), 2, {"--no-such-option"});
}

class Help : public Program {};

TEST_F(Help, NamesEveryCommandAndEachHasAnExample) {
  const ProcessResult help = run({"-h"});
  EXPECT_EQ(help.status, 0);
  EXPECT_EQ(help.err, "");
  for (const char* name : {"collect", "print", "sort", "drops", "stats", "replay", "db", "inspect",
                           "profile", "completion"}) {
    EXPECT_NE(help.out.find("\n  " + std::string(name) + " "), std::string::npos) << help.out;
    const ProcessResult of_command = run({name, "-h"});
    EXPECT_EQ(of_command.status, 0);
    EXPECT_NE(of_command.out.find("Examples:\n  tracker "), std::string::npos) << of_command.out;
  }
}

TEST_F(Help, OfEachPartOfACommandHasItsOwnExamples) {
  for (const std::vector<std::string>& part : std::vector<std::vector<std::string>>{
           {"db", "info"}, {"db", "verify"}, {"profile", "list"}, {"profile", "check"}}) {
    const ProcessResult result = run({part[0], part[1], "-h"});
    EXPECT_EQ(result.status, 0);
    EXPECT_NE(result.out.find("\n  tracker " + part[0] + " " + part[1]), std::string::npos)
        << result.out;
    EXPECT_EQ(result.out.find("tracker COMMAND"), std::string::npos) << result.out;
  }
}

TEST_F(Help, VersionIsOneLine) {
  const ProcessResult result = run({"--version"});
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out.find("tracker "), 0u);
  EXPECT_EQ(result.out.find('\n'), result.out.size() - 1);
}

TEST_F(Help, AReaderThatWentAwayIsNoFailure) {
  const char* binary = std::getenv("TRACKER_BINARY");
  ASSERT_TRUE(binary);
  const ProcessResult result = kernel_test::run_program(
      {"bash", "-c", "\"$0\" -h | true; echo ${PIPESTATUS[0]}", binary}, options_);
  EXPECT_EQ(result.out, "0\n");
  EXPECT_EQ(result.err, "");
}

// A sentence that nobody reads any more ends the program as it would have ended, not by an abort.
TEST_F(Help, AnErrorThatNobodyReadsKeepsItsStatus) {
  const char* binary = std::getenv("TRACKER_BINARY");
  ASSERT_TRUE(binary);
  const ProcessResult result = kernel_test::run_program(
      {"bash", "-c", "exec 3> >(true); wait $!; \"$0\" sort no-such-file 2>&3; echo $?", binary},
      options_);
  EXPECT_EQ(result.out, "1\n");
}

}  // namespace
}  // namespace tracker::cli_test
