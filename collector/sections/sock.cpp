// SPDX-License-Identifier: GPL-2.0-or-later
#include "collector/sections/sock.h"

namespace tracker {

bool SockRecordDecoder::decode(const RecordView& record, DecodeContext& /*context*/,
                               Names& /*names*/, Event& event) {
  const sock_record& raw = *record.sock();
  SockSection& sock = event.sock;
  sock.cookie = raw.cookie;
  sock.family = raw.family;
  sock.type = raw.type;
  sock.protocol = raw.protocol;
  sock.state = raw.state;
  sock.has_buffers = raw.has_buffers != 0;
  if (!sock.has_buffers) return true;
  sock.rcvbuf = raw.rcvbuf;
  sock.rmem_alloc = raw.rmem_alloc;
  return true;
}

}  // namespace tracker
