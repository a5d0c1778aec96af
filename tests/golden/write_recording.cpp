// SPDX-License-Identifier: GPL-2.0-or-later
//
// golden_recording PATH: the golden tests' recording as a file, for tests that are no programs of
// ours (tests/package/run).
#include <cstdio>

#include "tests/golden/sample_recording.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: golden_recording PATH\n");
    return 2;
  }
  const auto written = tracker::testing::write_sample_recording(argv[1]);
  if (written) return 0;
  std::fprintf(stderr, "golden_recording: %s\n", written.error().message.c_str());
  return 1;
}
