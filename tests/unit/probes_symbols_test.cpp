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

// Kernels before 5.16 have no bpf_kallsyms_lookup_name(): one program is left out, the others stay.
// The "variable" is the code of a function, which every kernel lists.
TEST(KernelSymbols, AreTheSameWithoutTheHelperThatFindsAddresses) {
  auto all = KernelSymbols::open();
  ASSERT_TRUE(all) << all.error().message;
  if (all->variable("ip_rcv") == 0) GTEST_SKIP() << "BPF programs cannot be run here";
  auto old = KernelSymbols::open(KernelSymbols::Helpers::kOf515);
  ASSERT_TRUE(old) << old.error().message;
  const uint64_t code = all->variable("ip_rcv");
  EXPECT_EQ(old->variable("ip_rcv"), code);
  EXPECT_EQ(old->variable("no_such_symbol_here"), 0U);
  EXPECT_EQ(all->variable("no_such_symbol_here"), 0U);
}

}  // namespace
}  // namespace tracker
