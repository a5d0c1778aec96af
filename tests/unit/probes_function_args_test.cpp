// SPDX-License-Identifier: GPL-2.0-or-later
//
// Where a function's arguments lead to a packet, on BTF made by hand.
#include <bpf/btf.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

#include "probes/btf_types.h"
#include "probes/function/function.h"

namespace tracker {
namespace {

constexpr uint32_t kPointerBytes = 8;

// The types of the kernel that these functions take, with made-up layouts.
class MadeBtf {
 public:
  MadeBtf()
      : object_(btf__new_empty()),
        number_(btf__add_int(object_.get(), "int", 4, BTF_INT_SIGNED)),
        skb_(pointer_to("sk_buff")) {
    btf* object = object_.get();
    hook_ = pointer_to("nf_hook_state");
    const int holder = btf__add_struct(object, "nft_pktinfo", 4 * kPointerBytes);
    btf__add_field(object, "flags", number_, 0, 0);
    btf__add_field(object, "state", hook_, 8 * kPointerBytes, 0);
    btf__add_field(object, "skb", skb_, 16 * kPointerBytes, 0);
    pktinfo_ = btf__add_ptr(object, btf__add_const(object, holder));
  }

  const btf* get() const { return object_.get(); }
  int number() const { return number_; }
  int skb() const { return skb_; }
  int hook() const { return hook_; }
  int pktinfo() const { return pktinfo_; }

  int enumeration(const char* name) { return btf__add_enum(object_.get(), name, 4); }
  int pointer(int to) { return btf__add_ptr(object_.get(), to); }
  int pointer_to(const char* name) {
    return pointer(btf__add_struct(object_.get(), name, kPointerBytes));
  }

  FunctionArgs args(const std::string& name, int result, std::initializer_list<int> types) {
    const int prototype = btf__add_func_proto(object_.get(), result);
    for (const int type : types) btf__add_func_param(object_.get(), "", type);
    return read_function_args(object_.get(), btf__type_by_id(object_.get(), prototype), name);
  }

 private:
  BtfPointer object_;
  int number_;
  int skb_;
  int hook_ = 0;
  int pktinfo_ = 0;
};

TEST(PointerMember, IsFoundByNameAndType) {
  MadeBtf btf;
  EXPECT_EQ(pointer_member(btf.get(), btf.pktinfo(), "skb", "sk_buff"), 16U);
  EXPECT_FALSE(pointer_member(btf.get(), btf.pktinfo(), "skb", "sock"));
  EXPECT_FALSE(pointer_member(btf.get(), btf.pktinfo(), "packet", "sk_buff"));
  EXPECT_FALSE(pointer_member(btf.get(), btf.skb(), "skb", "sk_buff"));
  EXPECT_FALSE(pointer_member(btf.get(), btf.number(), "skb", "sk_buff"));
}

TEST(FunctionArgs, LeadThroughWhatNftablesHandsOn) {
  MadeBtf btf;
  const FunctionArgs args = btf.args("eval", 0, {btf.number(), btf.pktinfo()});
  EXPECT_EQ(args.skb, 1);
  EXPECT_EQ(args.hold, static_cast<uint64_t>(HOLD_POINTER));
  EXPECT_EQ(args.hold_offset, 16U);
  EXPECT_EQ(args.hook, 1);
  EXPECT_EQ(args.hook_hold, static_cast<uint64_t>(HOLD_POINTER));
  EXPECT_EQ(args.hook_offset, 8U);
  EXPECT_TRUE(brings_packet(args, FunctionEnd::kBeginning));
  EXPECT_TRUE(brings_packet(args, FunctionEnd::kReturn));
}

TEST(FunctionArgs, HaveTheStateOfAHookBesideTheSkb) {
  MadeBtf btf;
  const FunctionArgs args = btf.args("hook", btf.number(), {btf.skb(), btf.hook()});
  EXPECT_EQ(args.skb, 0);
  EXPECT_EQ(args.hook, 1);
  EXPECT_EQ(args.hook_hold, static_cast<uint64_t>(HOLD_NONE));
}

// Of others the device is where a packet may go, or what a netlink message is about.
TEST(FunctionArgs, HaveADeviceBesideTheSkbWhereItIsWhereThePacketIs) {
  MadeBtf btf;
  const int dev = btf.pointer_to("net_device");
  EXPECT_EQ(btf.args("eth_type_trans", btf.number(), {btf.skb(), dev}).dev, 1);
  EXPECT_EQ(btf.args("rtnl_fill_stats", btf.number(), {btf.skb(), dev}).dev, -1);
}

TEST(FunctionArgs, HaveTheReasonBesideTheSkbButNoOtherEnum) {
  MadeBtf btf;
  const int reason = btf.enumeration("skb_drop_reason");
  const int other = btf.enumeration("sk_rst_reason");
  EXPECT_EQ(btf.args("sk_skb_reason_drop", 0, {btf.number(), btf.skb(), reason}).reason, 2);
  EXPECT_EQ(btf.args("tcp_v4_send_reset", 0, {btf.number(), btf.skb(), other}).reason, -1);
  EXPECT_EQ(btf.args("kfree_skb_list_reason", 0, {btf.skb(), reason}).reason, -1);
}

TEST(FunctionArgs, PreferTheSkbItself) {
  MadeBtf btf;
  const FunctionArgs args = btf.args("both", 0, {btf.pktinfo(), btf.skb()});
  EXPECT_EQ(args.skb, 1);
  EXPECT_EQ(args.hold, static_cast<uint64_t>(HOLD_NONE));
}

TEST(FunctionArgs, OfHandlersOfReceivedFramesPointToAnSkb) {
  MadeBtf btf;
  const int pskb = btf.pointer(btf.skb());
  const FunctionArgs args =
      btf.args("any_handle_frame", btf.enumeration("rx_handler_result"), {pskb});
  EXPECT_EQ(args.skb, 0);
  EXPECT_EQ(args.hold, static_cast<uint64_t>(HOLD_POINTER));
  EXPECT_EQ(args.hold_offset, 0U);
  EXPECT_FALSE(puts_skb(args))
      << "when it returns, the skb may be freed and the pointer still there";
  EXPECT_TRUE(brings_packet(args, FunctionEnd::kReturn)) << "that of the call";
  EXPECT_EQ(btf.args("vlan_do_receive", btf.number(), {pskb}).hold,
            static_cast<uint64_t>(HOLD_POINTER));
}

TEST(FunctionArgs, OfOthersPointToWhereAnSkbIsPut) {
  MadeBtf btf;
  const int pskb = btf.pointer(btf.skb());
  const FunctionArgs args = btf.args("prepare_reply", btf.number(), {btf.number(), pskb});
  EXPECT_EQ(args.skb, -1) << "never taken for one";
  EXPECT_EQ(args.skb_place, 1);
  EXPECT_TRUE(puts_skb(args));
  EXPECT_FALSE(brings_packet(args, FunctionEnd::kBeginning));
  EXPECT_TRUE(brings_packet(args, FunctionEnd::kReturn));
  EXPECT_EQ(args.why_no_skb,
            "it puts an skb where its struct sk_buff ** points: its return can be watched");
}

// As of a qdisc's enqueue(), whose struct sk_buff ** is for what it wants freed.
TEST(FunctionArgs, AreAboutTheSkbWhereThereIsOneToo) {
  MadeBtf btf;
  const FunctionArgs args =
      btf.args("enqueue", btf.number(), {btf.skb(), btf.number(), btf.pointer(btf.skb())});
  EXPECT_EQ(args.skb, 0);
  EXPECT_EQ(args.hold, static_cast<uint64_t>(HOLD_NONE));
  EXPECT_FALSE(puts_skb(args));
  EXPECT_FALSE(puts_skb(btf.args("next", btf.skb(), {btf.pointer(btf.skb())})));
}

TEST(FunctionArgs, TellFramesOfXdpFromSkbs) {
  MadeBtf btf;
  const FunctionArgs args = btf.args("xdp_do_redirect", btf.number(), {btf.pointer_to("xdp_buff")});
  EXPECT_FALSE(brings_packet(args, FunctionEnd::kBeginning));
  EXPECT_FALSE(brings_packet(args, FunctionEnd::kReturn));
  EXPECT_EQ(args.why_no_skb, "it takes a struct xdp_buff, before there is an skb");
}

}  // namespace
}  // namespace tracker
