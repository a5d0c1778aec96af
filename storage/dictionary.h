// SPDX-License-Identifier: GPL-2.0-or-later
//
// DictionaryWriter: numbers the different values of one kind in a block, in the order of their
// first use.
//
// It remembers at most 4,096 values, each in the one place its hash names: a value that was
// displaced gets a second number, which costs bytes and no correctness. Bounded memory and no
// allocation per value are worth more than the few bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace tracker {

inline constexpr uint32_t kNoIndex = UINT32_MAX;

constexpr uint64_t mix_hash(uint64_t hash, uint64_t value) {
  hash = (hash ^ value) * 0x9e3779b97f4a7c15ULL;
  return hash ^ (hash >> 29);
}

template <size_t kWords>
class DictionaryWriter {
 public:
  using Key = std::array<uint64_t, kWords>;

  struct Found {
    uint32_t index;
    bool is_new;  // the caller writes the value to the entry column
  };

  DictionaryWriter() : places_(kPlaces) {}

  Found find_or_add(const Key& key) {
    if (last_index_ != kNoIndex && key == last_key_) return {last_index_, false};
    uint64_t hash = 0;
    for (const uint64_t word : key) hash = mix_hash(hash, word);
    Place& place = places_[hash >> (64 - kPlaceBits)];
    const bool is_new = place.generation != generation_ || place.key != key;
    if (is_new) place = {key, size_++, generation_};
    last_key_ = key;
    last_index_ = place.index;
    return {place.index, is_new};
  }

  void clear() {
    size_ = 0;
    last_index_ = kNoIndex;
    ++generation_;
  }

 private:
  static constexpr unsigned kPlaceBits = 12;
  static constexpr size_t kPlaces = size_t{1} << kPlaceBits;
  struct Place {
    Key key{};
    uint32_t index = 0;
    uint32_t generation = 0;  // of another block: the place is free
  };

  std::vector<Place> places_;
  Key last_key_{};
  uint32_t last_index_ = kNoIndex;
  uint32_t size_ = 0;
  uint32_t generation_ = 1;
};

}  // namespace tracker
