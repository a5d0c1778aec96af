// SPDX-License-Identifier: GPL-2.0-or-later
//
// Wrong usage and failures: the exit status, one sentence on stderr, and no file touched.
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <algorithm>
#include <string>
#include <vector>

#include "harness/collection.h"
#include "harness/recording.h"
#include "harness/require.h"
#include "harness/topology.h"

namespace tracker::kernel_test {
namespace {

constexpr char kPrecious[] = "a file that is no recording\n";
constexpr uid_t kNobody = 65534;

struct Case {
  const char* name;
  std::vector<std::string> arguments;
  int status;
  std::vector<std::string> says;  // parts of the sentence
};

// For a readable name of the test.
void PrintTo(const Case& usage, std::ostream* stream) { *stream << usage.name; }

std::vector<Case> wrong_usages() {
  return {
      {"UnknownOption", {"collect", "--no-such-option"}, 2, {"--no-such-option"}},
      {"UnknownCommand", {"colect"}, 2, {"colect", "collect"}},
      {"MalformedTarget", {"collect", "--probe", "tp:skb"}, 2, {"tp:skb"}},
      {"UnknownKindOfTarget", {"collect", "--probe", "xx:skb:kfree_skb"}, 2, {"xx"}},
      {"EmptyNetns", {"-p", "dropmon", "collect", "--netns", ""}, 2, {"--netns"}},
      {"UnknownCollector", {"-p", "dropmon", "collect", "-c", "skb,nosuch"}, 2, {"nosuch"}},
      {"UnknownFormat", {"print", "--format", "xml"}, 2, {"xml"}},
  };
}

std::vector<Case> failures() {
  return {
      {"NoSuchFile", {"sort", "nosuch.db"}, 1, {"no such recording", "nosuch.db"}},
      {"NotARecording", {"sort"}, 1, {"tracker.db", "not a recording"}},
      {"NotARecordingToOverwrite",
       {"-p", "dropmon", "collect", "--cmd", "true"},
       1,
       {"tracker.db", "not a recording"}},
      {"UnknownProfile", {"-p", "dropmom", "collect"}, 1, {"dropmom", "dropmon"}},
      {"UnknownTracepoint",
       {"collect", "--probe", "tp:skb:kfree_skbb", "-o", "new.db"},
       1,
       {"tp:skb:kfree_skbb", "kfree_skb"}},
      {"TracepointOfAnotherGroup",
       {"collect", "--probe", "tp:net:kfree_skb", "-o", "new.db"},
       1,
       {"unknown tracepoint tp:net:kfree_skb", "nearest: tp:skb:kfree_skb"}},
      {"NoSuchNamespace",
       {"-p", "dropmon", "collect", "--netns", "no-such-netns", "-o", "new.db"},
       1,
       {"no-such-netns"}},
      {"NoSuchFolder",
       {"-p", "dropmon", "collect", "-o", "no/such/folder/x.db"},
       1,
       {"no/such/folder"}},
  };
}

class Usage : public testing::TestWithParam<Case> {
 protected:
  Usage() {
    chmod(folder_.path().c_str(), 0777);
    write_file(folder_.file("tracker.db"), kPrecious);
    inside_.folder = folder_.path();
  }

  static void expect_one_sentence(const std::string& err) {
    EXPECT_TRUE(err.starts_with("tracker: ")) << err;
    EXPECT_EQ(std::count(err.begin(), err.end(), '\n'), 1) << err;
  }

  void expect_refused(const ProcessResult& result, const Case& usage) {
    EXPECT_EQ(result.status, usage.status) << result.err;
    EXPECT_EQ(result.out, "");
    expect_one_sentence(result.err);
    for (const std::string& part : usage.says) {
      EXPECT_NE(result.err.find(part), std::string::npos) << part << " in " << result.err;
    }
    EXPECT_EQ(read_file(folder_.file("tracker.db")), kPrecious);
    EXPECT_FALSE(file_exists(folder_.file("tracker.db.old")));
    EXPECT_FALSE(file_exists(folder_.file("new.db")));
  }

  ScratchFolder folder_;
  ProcessOptions inside_;
};

TEST_P(Usage, IsRefusedWithOneSentence) {
  expect_refused(run_tracker(GetParam().arguments, inside_), GetParam());
}

std::string case_name(const testing::TestParamInfo<Case>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Wrong, Usage, testing::ValuesIn(wrong_usages()), case_name);
INSTANTIATE_TEST_SUITE_P(Failing, Usage, testing::ValuesIn(failures()), case_name);

TEST_F(Usage, WithoutPermissionNamesTheMissingCapability) {
  inside_.user = kNobody;
  expect_refused(run_tracker({"-p", "dropmon", "collect", "-o", "new.db"}, inside_),
                 {"", {}, 1, {"CAP_BPF"}});
}

// A filter and a time are read in the light of the recording: here there is one.
TEST_F(Usage, MalformedSelectionIsWrongUsage) {
  const NetworkNamespace netns("empty");
  const ProcessResult collected = run_tracker({"-p", "dropmon", "collect", "--quiet", "--netns",
                                               netns.name(), "--cmd", "true", "-o", "real.db"},
                                              inside_);
  ASSERT_EQ(collected.status, 0) << collected.err;
  for (const char* command : {"print", "sort", "drops", "stats"}) {
    SCOPED_TRACE(command);
    expect_refused(run_tracker({command, "real.db", "-f", "udp prot 9"}, inside_),
                   {"", {}, 2, {"udp prot 9"}});
    expect_refused(run_tracker({command, "real.db", "--since", "yesterday"}, inside_),
                   {"", {}, 2, {"yesterday"}});
  }
  expect_refused(run_tracker({"drops", "real.db", "--by", "reason,colour"}, inside_),
                 {"", {}, 2, {"colour"}});
}

// Asked for by name, and nothing in the plan that could fill it: said, and collected all the same.
TEST_F(Usage, CollectorWithoutGroundIsSaid) {
  const NetworkNamespace netns("empty");
  const ProcessResult result =
      run_tracker({"collect", "-c", "drop,dev", "--probe", "tp:net:netif_receive_skb", "--quiet",
                   "--netns", netns.name(), "--cmd", "true", "-o", "real.db"},
                  inside_);
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_TRUE(result.err.starts_with("collector drop fills nothing: ")) << result.err;
  EXPECT_EQ(result.err.find("collector dev"), std::string::npos) << result.err;
}

// Permission bits do not stop root; a file system that is mounted read-only does.
TEST_F(Usage, UnwritableFolderIsAFailure) {
  const std::string folder = folder_.file("read-only");
  require_call(mkdir(folder.c_str(), 0755), "mkdir");
  require_call(mount("none", folder.c_str(), "tmpfs", MS_RDONLY, nullptr), "mount");
  const ProcessResult result =
      run_tracker({"-p", "dropmon", "collect", "-o", "read-only/new.db"}, inside_);
  require_call(umount2(folder.c_str(), MNT_DETACH), "umount");
  expect_refused(result, {"", {}, 1, {"read-only", "not writable"}});
}

TEST_F(Usage, UnreadableFileIsAFailure) {
  chmod(folder_.file("tracker.db").c_str(), 0600);
  inside_.user = kNobody;
  const ProcessResult result = run_tracker({"sort"}, inside_);
  EXPECT_EQ(result.status, 1);
  expect_one_sentence(result.err);
  EXPECT_NE(result.err.find("tracker.db"), std::string::npos) << result.err;
}

}  // namespace
}  // namespace tracker::kernel_test
