// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/recorded_events.h"

#include <vector>

#include "harness/require.h"
#include "storage/reader.h"

namespace tracker::kernel_test {

uint64_t for_each_ip_packet(
    const std::string& file,
    const std::function<void(const Event& event, const Packet& packet)>& visit) {
  const auto reader = RecordingReader::open(file);
  require(reader.has_value(), reader ? "" : reader.error().message);
  uint64_t count = 0;
  std::vector<Event> events;
  for (size_t block = 0; block < (*reader)->blocks().size(); ++block) {
    const Result<void> read = (*reader)->read_block(block, events);
    require(read.has_value(), read ? "" : read.error().message);
    count += events.size();
    for (const Event& event : events) {
      if (!event.has(Section::kPacket)) continue;
      const Packet packet = decode_packet(event.packet);
      if (packet.ip) visit(event, packet);
    }
  }
  return count;
}

}  // namespace tracker::kernel_test
