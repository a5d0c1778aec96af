// SPDX-License-Identifier: GPL-2.0-or-later
//
// Profiles from anybody: the input is the file.
#include "profiles/profile.h"

#include "event/render.h"
#include "profiles/merge.h"
#include "tests/fuzz/target.h"

namespace tracker::fuzz {

std::vector<Bytes> make_seeds() {
  std::vector<Bytes> seeds;
  const auto add = [&seeds](std::string_view text) {
    seeds.emplace_back(text.begin(), text.end());
  };
  for (const BuiltInProfile& profile : built_in_profiles()) add(profile.text);
  add("# all forms\n[collect]\nprobe = ['tp:skb:*', \"tp:net:*/stack\"]\nduration = 1.5\nquiet = "
      "true\n[print]\nreason = [\n  'a',\n  'b'\n]\nsnaplen = 0x10\n[a.b]\nc.d = \"e\"\n");
  return seeds;
}

}  // namespace tracker::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tracker;
  const std::string text(reinterpret_cast<const char*>(data), size);
  // As load_profile() reads: text without a zero byte.
  if (text.find('\0') != std::string::npos) return 0;
  const auto profile = parse_profile("fuzz", "input", text);
  if (!profile) {
    FUZZ_EXPECT(!profile.error().message.empty());
    fuzz::expect_printable(escape_text(profile.error().message) + "\n");
    return 0;
  }
  for (const ProfileItem& item : profile->items) FUZZ_EXPECT(!item.section.empty());
  return 0;
}
