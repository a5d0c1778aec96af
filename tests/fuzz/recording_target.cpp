// SPDX-License-Identifier: GPL-2.0-or-later
//
// Whole files: the input is the file.
#include "tests/fuzz/every_view.h"
#include "tests/fuzz/sample_files.h"
#include "tests/fuzz/target.h"

namespace tracker::fuzz {

std::vector<Bytes> make_seeds() { return sample_files(); }

}  // namespace tracker::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tracker::fuzz;
  static const std::string path = scratch_folder() + "/input.db";
  write_recording(path, {data, size});
  show_by_every_view(path);
  return 0;
}
