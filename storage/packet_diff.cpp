// SPDX-License-Identifier: GPL-2.0-or-later
#include "storage/packet_diff.h"

#include <algorithm>
#include <cstring>

#include "storage/dictionary.h"

namespace tracker {
namespace {

constexpr size_t kEthernetHeader = 14;
constexpr size_t kVlanTag = 4;
constexpr size_t kIpv4Header = 20;
constexpr size_t kIpv6Header = 40;

uint16_t word_at(std::span<const uint8_t> bytes, size_t offset) {
  return static_cast<uint16_t>(bytes[offset] << 8 | bytes[offset + 1]);
}

uint64_t hash_bytes(uint64_t hash, std::span<const uint8_t> bytes) {
  for (; bytes.size() >= 8; bytes = bytes.subspan(8)) {
    uint64_t word = 0;
    std::memcpy(&word, bytes.data(), 8);
    hash = mix_hash(hash, word);
  }
  for (const uint8_t byte : bytes) hash = mix_hash(hash, byte);
  return hash;
}

// Where the network header begins: 0 without a link header.
size_t network_offset(const PacketSection& packet) {
  if (packet.link != LinkLayer::kEthernet) return 0;
  size_t offset = kEthernetHeader;
  const std::span<const uint8_t> bytes = packet.bytes;
  while (offset <= bytes.size() && offset < kEthernetHeader + 2 * kVlanTag) {
    const uint16_t ethertype = word_at(bytes, offset - 2);
    if (ethertype != 0x8100 && ethertype != 0x88a8) break;
    offset += kVlanTag;
  }
  return offset;
}

// Addresses, protocol and ports at their usual places; 0 where this is not IP.
uint64_t ip_flow_hash(std::span<const uint8_t> ip) {
  if (ip.empty()) return 0;
  const unsigned version = ip[0] >> 4;
  if (version == 4 && ip.size() >= kIpv4Header) {
    uint64_t hash = hash_bytes(ip[9], ip.subspan(12, 8));
    const size_t ports = size_t{ip[0] & 0xfU} * 4;
    if (ip.size() >= ports + 4) hash = hash_bytes(hash, ip.subspan(ports, 4));
    return hash;
  }
  if (version == 6 && ip.size() >= kIpv6Header) {
    uint64_t hash = hash_bytes(ip[6], ip.subspan(8, 32));
    if (ip.size() >= kIpv6Header + 4) hash = hash_bytes(hash, ip.subspan(kIpv6Header, 4));
    return hash;
  }
  return 0;
}

// First place at or after `from` where the words differ; `words` where none does.
size_t next_change(const uint8_t* before, const uint8_t* now, size_t from, size_t words) {
  size_t word = from;
  while (word + 4 <= words && std::memcmp(before + word * 2, now + word * 2, 8) == 0) word += 4;
  while (word < words && std::memcmp(before + word * 2, now + word * 2, 2) == 0) ++word;
  return word;
}

}  // namespace

uint64_t flow_hash(const PacketSection& packet) {
  const std::span<const uint8_t> bytes = packet.bytes;
  if (bytes.empty()) {
    const uint64_t ports = uint64_t{packet.socket.source_port} << 16 | packet.socket.dest_port;
    return hash_bytes(hash_bytes(ports, packet.socket.source), packet.socket.dest);
  }
  const size_t offset = network_offset(packet);
  const uint64_t hash = offset < bytes.size() ? ip_flow_hash(bytes.subspan(offset)) : uint64_t{0};
  if (hash != 0) return mix_hash(hash, offset);
  return hash_bytes(1, bytes.first(std::min(bytes.size(), kEthernetHeader)));
}

void write_patch(std::span<const uint8_t> before, std::span<const uint8_t> now,
                 PatchColumns columns) {
  const size_t words = std::min(before.size(), now.size()) / 2;
  const std::span<const uint8_t> tail = now.subspan(words * 2);
  size_t word = next_change(before.data(), now.data(), 0, words);
  if (word == words && before.size() == now.size() &&
      std::ranges::equal(tail, before.subspan(words * 2))) {
    columns.runs.put(0);
    return;
  }
  uint64_t runs = 0;
  size_t end = 0;  // of the run before
  while (word < words) {
    const size_t begin = word;
    columns.gap.put(begin - end);
    do {
      const uint16_t change =
          static_cast<uint16_t>(word_at(now, word * 2) - word_at(before, word * 2));
      columns.high.append_byte(static_cast<uint8_t>(change >> 8));
      columns.low.append_byte(static_cast<uint8_t>(change));
      ++word;
    } while (word < words && word_at(now, word * 2) != word_at(before, word * 2));
    columns.length.put(word - begin - 1);
    end = word;
    ++runs;
    word = next_change(before.data(), now.data(), word, words);
  }
  columns.runs.put(1 + runs);
  columns.kept.put(difference(now.size(), before.size()));
  columns.bytes.append_bytes(tail);
}

bool read_patch(std::span<const uint8_t> before, size_t max_bytes, PatchReaders columns,
                std::vector<uint8_t>& now) {
  const uint64_t runs = columns.runs.varint();
  const uint64_t size =
      runs == 0 ? before.size() : add_difference(before.size(), columns.kept.varint());
  if (size > max_bytes) return false;
  const size_t common = runs == 0 ? before.size() : std::min<size_t>(before.size(), size) / 2 * 2;
  now.assign(before.begin(), before.begin() + static_cast<ptrdiff_t>(common));
  if (runs == 0) return true;

  size_t word = 0;
  const size_t words = common / 2;
  for (uint64_t run = 1; run < runs; ++run) {
    const uint64_t gap = columns.gap.varint();
    const uint64_t length = columns.length.varint();
    if (gap > words - word || length >= words - word - gap) return false;
    word += gap;
    for (const size_t end = word + length + 1; word < end; ++word) {
      const unsigned high = columns.high.byte();
      const unsigned change = high << 8 | columns.low.byte();
      const unsigned value = word_at(now, word * 2) + change;
      now[word * 2] = static_cast<uint8_t>(value >> 8);
      now[word * 2 + 1] = static_cast<uint8_t>(value);
    }
  }
  const std::span<const uint8_t> tail = columns.bytes.bytes(size - common);
  now.insert(now.end(), tail.begin(), tail.end());
  return now.size() == size;
}

}  // namespace tracker
