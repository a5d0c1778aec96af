// SPDX-License-Identifier: GPL-2.0-or-later
//
// The IP part of the header walk: options, fragments, extension headers.
#include "event/header_cursor.h"

namespace tracker {
namespace {

constexpr uint32_t kIpv4Size = 20;
constexpr uint32_t kFragmentSize = 8;
constexpr uint16_t kIpv4OffsetMask = 0x1fff;
constexpr uint16_t kIpv6OffsetMask = 0xfff8;

enum class Extension { kNone, kSkipped, kLaterFragment, kCutOff };

// Steps over one extension header (or AH, which IPv4 has too), if layer.protocol is one.
Extension walk_extension(HeaderCursor& cursor, LayerMap& layer) {
  const uint8_t protocol = layer.protocol;
  const bool is_options =
      layer.version == 6 &&
      (protocol == wire::kHopByHop || protocol == wire::kRouting || protocol == wire::kDestOptions);
  const bool is_fragment = layer.version == 6 && protocol == wire::kFragment;
  if (!is_options && !is_fragment && protocol != wire::kAh) return Extension::kNone;

  if (!cursor.require(kFragmentSize)) return Extension::kCutOff;
  layer.protocol = cursor.u8(0);
  if (is_fragment) {
    layer.fragment = cursor.at();
    const bool is_later = (cursor.u16(2) & kIpv6OffsetMask) != 0;
    cursor.skip(kFragmentSize);
    return is_later ? Extension::kLaterFragment : Extension::kSkipped;
  }
  const uint32_t words = cursor.u8(1);
  const uint32_t size = is_options ? (words + 1) * 8 : (words + 2) * 4;
  if (!cursor.require(size)) return Extension::kCutOff;
  cursor.skip(size);
  return Extension::kSkipped;
}

Carried walk_protocol(HeaderCursor& cursor, LayerMap& layer) {
  for (size_t count = 0; count < kMaxExtensions; ++count) {
    const Extension extension = walk_extension(cursor, layer);
    if (extension == Extension::kNone) return walk_transport(cursor, layer);
    if (extension != Extension::kSkipped) return {};
  }
  return {};
}

}  // namespace

Carried walk_ipv4(HeaderCursor& cursor, LayerMap& layer) {
  if (!cursor.require(kIpv4Size)) return {};
  const uint32_t header_size = (cursor.u8(0) & 0xfU) * 4;
  if (cursor.u8(0) >> 4 != 4 || header_size < kIpv4Size) {
    cursor.skip(kIpv4Size);  // wrong, but what a reader would want to see of it
    return {};
  }
  layer.ip = cursor.at();
  layer.version = 4;
  layer.protocol = cursor.u8(9);
  const uint32_t total = cursor.u16(2);
  const bool is_later_fragment = (cursor.u16(6) & kIpv4OffsetMask) != 0;
  if (!cursor.require(header_size)) return {};
  if (total != 0) cursor.limit(std::max(total, header_size));  // 0: larger than the field can say
  cursor.skip(header_size);
  if (is_later_fragment) return {};
  return walk_protocol(cursor, layer);
}

Carried walk_ipv6(HeaderCursor& cursor, LayerMap& layer) {
  if (!cursor.require(kIpv6Size)) return {};
  if (cursor.u8(0) >> 4 != 6) {
    cursor.skip(kIpv6Size);
    return {};
  }
  layer.ip = cursor.at();
  layer.version = 6;
  layer.protocol = cursor.u8(6);
  const uint32_t payload = cursor.u16(4);
  if (payload != 0) cursor.limit(kIpv6Size + payload);  // 0: a jumbogram, or nothing
  cursor.skip(kIpv6Size);
  return walk_protocol(cursor, layer);
}

}  // namespace tracker
