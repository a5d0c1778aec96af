// SPDX-License-Identifier: GPL-2.0-or-later
//
// CHECK(condition): aborts when one of our own invariants is broken. Never for input.
#pragma once

#include <cstdio>
#include <cstdlib>

#define CHECK(condition)                                                                 \
  do {                                                                                   \
    if (!(condition)) {                                                                  \
      std::fprintf(stderr, "tracker: internal error: %s at %s:%d; please report this\n", \
                   #condition, __FILE__, __LINE__);                                      \
      std::abort();                                                                      \
    }                                                                                    \
  } while (false)
