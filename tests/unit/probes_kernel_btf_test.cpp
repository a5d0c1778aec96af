// SPDX-License-Identifier: GPL-2.0-or-later
//
// Against the running kernel's own BTF, which every user may read.
#include "probes/kernel_btf.h"

#include <bpf/btf.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tracker {
namespace {

using Names = std::vector<std::string_view>;
using Ids = std::vector<uint32_t>;

class KernelBtfTest : public ::testing::Test {
 protected:
  void SetUp() override {
    object_.reset(btf__load_vmlinux_btf());
    if (!object_) GTEST_SKIP() << "this kernel has no BTF";
    Result<KernelBtf> loaded = KernelBtf::load();
    ASSERT_TRUE(loaded) << loaded.error().message;
    btf_.emplace(std::move(loaded).value());
  }

  // By libbpf; 0: there is none.
  uint32_t find(const char* name, uint32_t kind) const {
    const int id = btf__find_by_name_kind(object_.get(), name, kind);
    return id > 0 ? static_cast<uint32_t>(id) : 0;
  }

  struct Deleter {
    void operator()(btf* object) const { btf__free(object); }
  };
  std::unique_ptr<btf, Deleter> object_;
  std::optional<KernelBtf> btf_;
};

TEST_F(KernelBtfTest, FindsStructsInTheOrderOfTheirNames) {
  const uint32_t sock = find("sock", BTF_KIND_STRUCT), skb = find("sk_buff", BTF_KIND_STRUCT);
  ASSERT_NE(sock, 0U);
  ASSERT_NE(skb, 0U);
  ASSERT_NE(sock, skb);
  EXPECT_EQ(btf_->struct_ids(Names{"sock", "no_such_struct", "sk_buff"}), (Ids{sock, 0, skb}));
  EXPECT_EQ(btf_->struct_ids(Names{"sk_buff", "sock"}), (Ids{skb, sock}));
}

TEST_F(KernelBtfTest, FindsFunctionsInTheOrderOfTheirNames) {
  const uint32_t free = find("consume_skb", BTF_KIND_FUNC),
                 put = find("dst_release", BTF_KIND_FUNC);
  ASSERT_NE(free, 0U);
  ASSERT_NE(put, 0U);
  ASSERT_NE(free, put);
  EXPECT_EQ(btf_->function_ids(Names{"dst_release", "consume_skb", "no_such_function"}),
            (Ids{put, free, 0}));
  EXPECT_EQ(btf_->function_ids(Names{"consume_skb", "dst_release"}), (Ids{free, put}));
}

TEST_F(KernelBtfTest, KeepsStructsAndFunctionsApart) {
  EXPECT_EQ(btf_->struct_ids(Names{"consume_skb"}), Ids{0});
  EXPECT_EQ(btf_->function_ids(Names{"sk_buff"}), Ids{0});
}

TEST_F(KernelBtfTest, TakesNoPartOfANameForIt) {
  EXPECT_EQ(btf_->struct_ids(Names{"sk_buf", "sk_buff_"}), (Ids{0, 0}));
}

TEST_F(KernelBtfTest, GivesNothingForNoNames) {
  EXPECT_EQ(btf_->struct_ids({}), Ids{});
  EXPECT_EQ(btf_->function_ids({}), Ids{});
}

}  // namespace
}  // namespace tracker
