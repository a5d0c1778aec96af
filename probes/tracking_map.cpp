// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/tracking_map.h"

#include <bpf/bpf.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "base/system_error.h"
#include "probes/libbpf_options.h"
#include "probes/per_cpu_map.h"
#include "probes/record.h"

namespace tracker {
namespace {

// Entries that are read at a time, and portions in one sweep: the rings fill meanwhile.
constexpr size_t kSweepPortion = 4096;
constexpr size_t kSweepPortionsMin = 16, kSweepPortionsMax = 128;

}  // namespace

Result<uint64_t> TrackingMap::in_use() const {
  TRY_ASSIGN(values, read_per_cpu<tracker_cpu>(cpus_map_, 0, "a CPU's counters"));
  uint64_t put_in = 0;
  for (const tracker_cpu& value : values) put_in += value.tracks;
  return put_in - swept_;
}

// One portion of the map; false: that was the last.
Result<bool> TrackingMap::sweep_some(uint64_t before_ns, size_t& forgotten) {
  std::vector<uint64_t> keys(kSweepPortion);
  std::vector<tracker_track> values(kSweepPortion);
  auto count = static_cast<uint32_t>(keys.size());
  uint32_t next = 0;
  auto batch = libbpf_options<bpf_map_batch_opts>();
  const bool is_last = bpf_map_lookup_batch(tracks_map_, position_ ? &*position_ : nullptr, &next,
                                            keys.data(), values.data(), &count, &batch) != 0;
  if (is_last && errno != ENOENT) return system_error("read the tracking map", errno);
  for (uint32_t i = 0; i < count; ++i) {
    // An entry renewed since it was read is deleted too: its packet gets a new id. Doubt splits.
    const bool is_over = values[i].signature == 0 || values[i].seen_ns < before_ns;
    if (!is_over || bpf_map_delete_elem(tracks_map_, &keys[i]) != 0) continue;
    ++forgotten;
    ++swept_;
  }
  if (is_last)
    position_.reset();
  else
    position_ = next;
  return !is_last;
}

Result<size_t> TrackingMap::sweep(uint64_t before_ns) {
  size_t forgotten = 0;
  if (entries_ == 0) return forgotten;
  TRY_ASSIGN(used, in_use());
  if (used <= entries_ / 2) return forgotten;
  const size_t portions =
      std::clamp(entries_ / kSweepPortion / 16, kSweepPortionsMin, kSweepPortionsMax);
  for (size_t portion = 0; portion < portions; ++portion) {
    TRY_ASSIGN(has_more, sweep_some(before_ns, forgotten));
    if (!has_more) break;
  }
  return forgotten;
}

}  // namespace tracker
