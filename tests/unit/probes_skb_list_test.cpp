// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/function/skb_list.h"

#include <gtest/gtest.h>

#include "bpf_instructions.h"
#include "probes/prune.h"

namespace tracker {
namespace {

TEST(SkbList, IsAQueueOnlyOfFunctionsThatHandleAllOfIt) {
  const SkbList queue = skb_list_of("__ip_make_skb", -1, {.queue = 1, .list_head = -1});
  EXPECT_EQ(queue.kind, LIST_QUEUE);
  EXPECT_EQ(queue.position, 1);
  EXPECT_EQ(skb_list_of("skb_dequeue", -1, {.queue = 0, .list_head = -1}).kind, LIST_NONE);
  EXPECT_EQ(skb_list_of("skb_queue_tail", 1, {.queue = 0, .list_head = -1}).kind, LIST_NONE);
}

TEST(SkbList, IsAListHeadOnlyOfFunctionsThatAreKnown) {
  const SkbList list = skb_list_of("ip_sublist_rcv_finish", -1, {.queue = -1, .list_head = 0});
  EXPECT_EQ(list.kind, LIST_OF_HEADS);
  EXPECT_EQ(list.position, 0);
  EXPECT_EQ(skb_list_of("list_sort", -1, {.queue = -1, .list_head = 1}).kind, LIST_NONE);
}

TEST(SkbList, IsAChainOfWhatFreesAllBehindTheFirst) {
  EXPECT_EQ(skb_list_of("kfree_skb_list_reason", 0, {}).kind, LIST_CHAIN);
  EXPECT_EQ(skb_list_of("ip_rcv", 0, {}).kind, LIST_NONE);
}

// if (1 == 1) goto +1; r0 = 7; r0 = 0; r2 = &second; exit; first: never called; second.
TEST(Prune, MovesWhatTheKernelIsToldOfFunctions) {
  ProgramCode code;
  code.instructions = {move(0, 1), branch(BPF_JEQ, 0, 1, 1), move(0, 7), move(0, 0)};
  add_wide(code.instructions, 2, BPF_PSEUDO_FUNC, 4);
  code.instructions.insert(code.instructions.end(),
                           {leave(), move(0, 5), leave(), move(0, 6), leave()});
  code.functions = {{0, 10}, {7, 11}, {9, 12}};
  prune_unreachable(code);
  ASSERT_EQ(code.functions.size(), 2U);
  EXPECT_EQ(code.functions[0].insn_off, 0U);
  EXPECT_EQ(code.functions[1].type_id, 12U);
  EXPECT_EQ(code.instructions.at(code.functions[1].insn_off).imm, 6);
}

}  // namespace
}  // namespace tracker
