// SPDX-License-Identifier: GPL-2.0-or-later
//
// fuzz_NAME --write-seeds FOLDER: the seeds as files, for libFuzzer to begin with.
#include <filesystem>
#include <fstream>

#include "tests/fuzz/target.h"

namespace {

void write_seeds(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  size_t number = 0;
  for (const tracker::fuzz::Bytes& seed : tracker::fuzz::make_seeds()) {
    std::ofstream file(folder / ("seed-" + std::to_string(number++)), std::ios::binary);
    file.write(reinterpret_cast<const char*>(seed.data()),
               static_cast<std::streamsize>(seed.size()));
  }
}

}  // namespace

// libFuzzer calls this before it looks at the arguments itself.
extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  if (*argc != 3 || std::string_view((*argv)[1]) != "--write-seeds") return 0;
  write_seeds((*argv)[2]);
  std::exit(0);
}
