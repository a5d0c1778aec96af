// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include "probes/kernel_symbols.h"

namespace tracker {
namespace {

TEST(ParseSymbol, ReadsNameOffsetAndModule) {
  SymbolName symbol;
  ASSERT_TRUE(parse_symbol("tcp_v4_rcv+0x77/0xd40", symbol));
  EXPECT_EQ(symbol, (SymbolName{"tcp_v4_rcv", 0x77, ""}));
  ASSERT_TRUE(parse_symbol("nft_do_chain+0x3de/0x5a0 [nf_tables]", symbol));
  EXPECT_EQ(symbol, (SymbolName{"nft_do_chain", 0x3de, "nf_tables"}));
  ASSERT_TRUE(parse_symbol("__netif_receive_skb_core.constprop.0+0x1/0x10", symbol));
  EXPECT_EQ(symbol.name, "__netif_receive_skb_core.constprop.0");
}

TEST(ParseSymbol, RefusesAddressesAndNonsense) {
  SymbolName symbol;
  for (const char* text :
       {"", "0xffffffff81000000", "+0x1/0x2", "name", "name+0x", "name+0xzz/0x1", "name+0x1"})
    EXPECT_FALSE(parse_symbol(text, symbol)) << text;
}

}  // namespace
}  // namespace tracker
