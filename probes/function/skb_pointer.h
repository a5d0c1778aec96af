// SPDX-License-Identifier: GPL-2.0-or-later
//
// Which functions find an skb behind their struct sk_buff **. Most put one there.
#pragma once

#include <cstdint>
#include <string_view>

struct btf;  // libbpf's

namespace tracker {

// Whether there is a packet behind it when the function is called: handlers of rx_handler_func_t,
// by the type of their result, and functions that are known by name. When it returns, that one may
// be freed, and the pointer still there.
bool finds_skb_behind_pointer(const btf* object, std::string_view function, uint32_t result);

}  // namespace tracker
