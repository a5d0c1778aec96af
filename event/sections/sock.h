// SPDX-License-Identifier: GPL-2.0-or-later
//
// Section sock: the socket of the skb or of the event.
#pragma once

#include <cstdint>

namespace tracker {

struct SockSection {
  uint64_t cookie = 0;       // sk->__sk_common.skc_cookie; 0: not assigned yet
  uint16_t family = 0;       // AF_
  uint16_t type = 0;         // SOCK_; 0 where the socket is a mini socket (TIME_WAIT, NEW_SYN_RECV)
  uint16_t protocol = 0;     // IPPROTO_; 0 for mini sockets
  uint8_t state = 0;         // TCP_ESTABLISHED 1 ... as in include/net/tcp_states.h
  bool has_buffers = false;  // rcvbuf and rmem_alloc are known (full sockets only)
  uint32_t rcvbuf = 0;
  uint32_t rmem_alloc = 0;

  bool operator==(const SockSection&) const = default;
};

}  // namespace tracker
