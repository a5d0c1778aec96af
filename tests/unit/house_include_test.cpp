// SPDX-License-Identifier: GPL-2.0-or-later
//
// Who may include what: every #include of every source against the two tables of ARCHITECTURE.md.
#include <fmt/format.h>
#include <fnmatch.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace tracker {
namespace {

namespace fs = std::filesystem;

constexpr char kFolderTable[] = "| folder | may include |";
constexpr char kLibraryTable[] = "| header | only in |";

struct Rules {
  std::vector<std::string> folders;  // in the table's order
  std::map<std::string, std::set<std::string>> allowed;
  // Files (patterns) that may include headers whose name begins so.
  std::vector<std::pair<std::string, std::vector<std::string>>> libraries;
};

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> words(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '`' || c == ','; }, ' ');
  std::istringstream stream(text);
  std::vector<std::string> found;
  for (std::string word; stream >> word;) found.push_back(word);
  return found;
}

// Rows of the two-column table with this first line.
std::vector<std::pair<std::string, std::vector<std::string>>> table(const std::string& document,
                                                                    const std::string& header) {
  std::vector<std::pair<std::string, std::vector<std::string>>> rows;
  std::istringstream stream(document);
  bool inside = false;
  for (std::string line; std::getline(stream, line);) {
    if (line == header) {
      inside = true;
    } else if (inside && !line.starts_with("|")) {
      break;
    } else if (inside && !line.starts_with("| ---")) {
      const size_t second = line.find('|', 1);
      const std::vector<std::string> name = words(line.substr(1, second - 1));
      if (name.size() != 1) continue;
      rows.emplace_back(name[0], words(line.substr(second + 1, line.rfind('|') - second - 1)));
    }
  }
  return rows;
}

Rules parse_rules(const std::string& document) {
  Rules rules;
  for (const auto& [folder, allowed] : table(document, kFolderTable)) {
    rules.folders.push_back(folder);
    rules.allowed[folder] = {allowed.begin(), allowed.end()};
    rules.allowed[folder].insert(folder);
  }
  rules.libraries = table(document, kLibraryTable);
  return rules;
}

std::string top_folder(const fs::path& path) {
  return path.has_parent_path() ? path.begin()->string() : std::string();
}

// What is wrong with one #include of `path`; empty if nothing.
std::string find_fault(const Rules& rules, const std::string& path, const std::string& included,
                       bool quoted) {
  const std::string folder = top_folder(path);
  fs::path target = included;
  if (quoted && included.starts_with("."))
    target = (fs::path(path).parent_path() / included).lexically_normal();
  const std::string target_folder = top_folder(target);
  if (quoted && rules.allowed.contains(target_folder) &&
      !rules.allowed.at(folder).contains(target_folder))
    return fmt::format("{} may not include {} ({})", folder, target_folder, included);
  for (const auto& [header, places] : rules.libraries) {
    if (!included.starts_with(header)) continue;
    const bool permitted = std::any_of(
        places.begin(), places.end(),
        [&](const std::string& pattern) { return fnmatch(pattern.c_str(), path.c_str(), 0) == 0; });
    if (!permitted) return fmt::format("{} may not be included here", included);
  }
  return {};
}

// "path:line: what is wrong" for each wrong #include in `text`, the source at `path` (relative to
// the repository).
std::vector<std::string> check_source(const Rules& rules, const std::string& path,
                                      const std::string& text) {
  std::vector<std::string> faults;
  std::istringstream stream(text);
  int number = 0;
  for (std::string line; std::getline(stream, line);) {
    ++number;
    const size_t hash = line.find_first_not_of(" \t");
    if (hash == std::string::npos || line[hash] != '#') continue;
    const size_t word = line.find_first_not_of(" \t", hash + 1);
    if (word == std::string::npos || !line.substr(word).starts_with("include")) continue;
    const size_t open = line.find_first_of("<\"", word);
    if (open == std::string::npos) continue;
    const bool quoted = line[open] == '"';
    const size_t close = line.find(quoted ? '"' : '>', open + 1);
    const std::string included = line.substr(open + 1, close - open - 1);
    const std::string fault = find_fault(rules, path, included, quoted);
    if (!fault.empty()) faults.push_back(fmt::format("{}:{}: {}", path, number, fault));
  }
  return faults;
}

bool is_source(const fs::path& path) {
  static const std::set<std::string> kSuffixes{".h", ".c", ".cpp"};
  // "built_in.cpp.in" is one, the manual page's "tracker.1.in" is none.
  const fs::path name = path.extension() == ".in" ? path.stem() : path.filename();
  return kSuffixes.contains(name.extension().string());
}

// Every source of the repository, relative to it; build folders and hidden ones left out.
std::vector<std::string> sources() {
  const fs::path root = TRACKER_SOURCE_DIR;
  std::vector<std::string> found;
  for (const auto& top : fs::directory_iterator(root)) {
    const std::string name = top.path().filename();
    if (!top.is_directory() || name.starts_with(".") || name.starts_with("build")) continue;
    for (const auto& entry : fs::recursive_directory_iterator(top.path())) {
      if (entry.is_regular_file() && is_source(entry.path()))
        found.push_back(entry.path().lexically_relative(root));
    }
  }
  return found;
}

Rules repository_rules() {
  return parse_rules(read_text(fs::path(TRACKER_SOURCE_DIR) / "ARCHITECTURE.md"));
}

Rules small_rules() {
  return parse_rules(
      "text\n\n| folder | may include |\n| --- | --- |\n| `base` | |\n| `event` | `base` |\n"
      "| `storage` | `base`, `event` |\n\n| header | only in |\n| --- | --- |\n"
      "| `sqlite3.h` | `storage/*.cpp` |\n| `bpf/` | `probes/*.cpp`, `probes/bpf/*` |\n");
}

TEST(IncludeCheck, EveryIncludeIsAllowedByArchitecture) {
  const Rules rules = repository_rules();
  ASSERT_GE(rules.folders.size(), 8u);
  size_t checked = 0;
  for (const std::string& path : sources()) {
    if (!rules.allowed.contains(top_folder(path))) continue;
    ++checked;
    const std::string text = read_text(fs::path(TRACKER_SOURCE_DIR) / path);
    ASSERT_FALSE(text.empty()) << path;
    for (const std::string& fault : check_source(rules, path, text)) ADD_FAILURE() << fault;
  }
  EXPECT_GT(checked, 150u);
}

TEST(IncludeCheck, EveryFolderWithSourcesStandsInTheTable) {
  const Rules rules = repository_rules();
  std::set<std::string> seen;
  for (const std::string& path : sources()) seen.insert(top_folder(path));
  const std::set<std::string> listed(rules.folders.begin(), rules.folders.end());
  EXPECT_EQ(seen, listed);
}

TEST(IncludeCheck, TheTableHasNoCycles) {
  const Rules rules = repository_rules();
  std::set<std::string> above;
  for (const std::string& folder : rules.folders) {
    above.insert(folder);
    for (const std::string& allowed : rules.allowed.at(folder))
      EXPECT_TRUE(above.contains(allowed)) << folder << " may include " << allowed << " below it";
  }
}

TEST(IncludeCheck, EveryLibraryOfTheTableIsUsed) {
  const Rules rules = repository_rules();
  ASSERT_GE(rules.libraries.size(), 5u);
  std::string everything;
  for (const std::string& path : sources())
    everything += read_text(fs::path(TRACKER_SOURCE_DIR) / path);
  for (const auto& [header, places] : rules.libraries) {
    EXPECT_FALSE(places.empty()) << header;
    EXPECT_NE(everything.find("#include <" + header), std::string::npos) << header;
  }
}

TEST(IncludeCheck, FindsAFolderThatIncludesBackwards) {
  EXPECT_EQ(
      check_source(small_rules(), "event/x.cpp",
                   "// a comment\n#include \"base/check.h\"\n#include \"storage/reader.h\"\n"),
      std::vector<std::string>{"event/x.cpp:3: event may not include storage (storage/reader.h)"});
}

TEST(IncludeCheck, FindsADetourThroughTheParentFolder) {
  EXPECT_EQ(check_source(small_rules(), "base/deep/x.h", "  #  include \"../../event/event.h\"\n"),
            std::vector<std::string>{
                "base/deep/x.h:1: base may not include event (../../event/event.h)"});
}

TEST(IncludeCheck, FindsALibraryOutsideItsPlace) {
  const std::string text = "#include <sqlite3.h>\n#include <bpf/libbpf.h>\n";
  EXPECT_EQ(check_source(small_rules(), "storage/database.h", text),
            (std::vector<std::string>{
                "storage/database.h:1: sqlite3.h may not be included here",
                "storage/database.h:2: bpf/libbpf.h may not be included here",
            }));
}

TEST(IncludeCheck, PermitsWhatTheTablesPermit) {
  EXPECT_TRUE(check_source(small_rules(), "storage/database.cpp",
                           "#include \"storage/database.h\"\n#include <sqlite3.h>\n"
                           "#include \"event/event.h\"\n#include <vector>\n")
                  .empty());
}

}  // namespace
}  // namespace tracker
