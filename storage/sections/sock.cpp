// SPDX-License-Identifier: GPL-2.0-or-later
#include "storage/sections/sock.h"

namespace tracker {

void SockBlockEncoder::add(const Event& event, SockReference& before, EncodeStep& step) {
  const SockSection& sock = event.sock;
  const uint64_t kind = uint64_t{sock.family} << 48 | uint64_t{sock.type} << 32 |
                        uint64_t{sock.protocol} << 16 | uint64_t{sock.state} << 8 |
                        uint64_t{sock.has_buffers};
  if (step.columns.put_index<2>(SockColumns::kIndex, entries_, {sock.cookie, kind}, before.index)) {
    step.columns[SockColumns::kEntry].append(sock.cookie);
    step.columns[SockColumns::kEntry].append(kind);
  }
  if (!sock.has_buffers) return;
  step.columns[SockColumns::kRcvbuf].put(difference(sock.rcvbuf, before.rcvbuf));
  step.columns[SockColumns::kRmem].put(difference(sock.rmem_alloc, before.rmem_alloc));
  before.rcvbuf = sock.rcvbuf;
  before.rmem_alloc = sock.rmem_alloc;
}

void SockBlockEncoder::clear() { entries_.clear(); }

void SockBlockDecoder::read(Event& event, SockReference& before, DecodeStep& step) {
  SockSection& sock = event.sock;
  sock = step.entry(SockColumns::kIndex, entries_, before.index, [&step] {
    SockSection read;
    read.cookie = step.varint(SockColumns::kEntry);
    const uint64_t kind = step.varint(SockColumns::kEntry);
    if ((kind & 0xff) > 1) step.fail(SockColumns::kEntry);
    read.family = static_cast<uint16_t>(kind >> 48);
    read.type = static_cast<uint16_t>(kind >> 32);
    read.protocol = static_cast<uint16_t>(kind >> 16);
    read.state = static_cast<uint8_t>(kind >> 8);
    read.has_buffers = (kind & 0xff) != 0;
    return read;
  });
  if (!sock.has_buffers) return;
  sock.rcvbuf = step.changed(SockColumns::kRcvbuf, before.rcvbuf);
  sock.rmem_alloc = step.changed(SockColumns::kRmem, before.rmem_alloc);
}

}  // namespace tracker
