// SPDX-License-Identifier: GPL-2.0-or-later
//
// Against the running kernel's own BTF, which every user may read.
#include "probes/reduced_btf.h"

#include <bpf/btf.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace tracker {
namespace {

const btf_type* find(const btf& object, const char* name, uint32_t kind) {
  const int32_t id = btf__find_by_name_kind(&object, name, kind);
  return id > 0 ? btf__type_by_id(&object, static_cast<uint32_t>(id)) : nullptr;
}

std::string_view name_of(const btf& object, uint32_t offset) {
  return btf__name_by_offset(&object, offset);
}

class ReducedBtf : public ::testing::Test {
 protected:
  void SetUp() override {
    whole_.reset(btf__load_vmlinux_btf());
    if (!whole_) GTEST_SKIP() << "this kernel has no BTF";
    for (uint32_t id = 1; id < btf__type_cnt(whole_.get()); ++id) all_.push_back(id);
    wanted_.reset(btf__new_empty());
    btf__add_struct(wanted_.get(), "sk_buff___some_flavour", 0);
    btf__add_struct(wanted_.get(), "no_such_struct_anywhere", 0);
    auto reduced = reduce_btf(*whole_, all_, *wanted_);
    ASSERT_TRUE(reduced) << reduced.error().message;
    reduced_ = std::move(reduced).value();
  }

  BtfPointer whole_, wanted_, reduced_;
  std::vector<uint32_t> all_;
};

TEST_F(ReducedBtf, HasWhatIsNamedAndWhatLiesInIt) {
  EXPECT_EQ(find(*reduced_, "no_such_struct_anywhere", BTF_KIND_STRUCT), nullptr);
  EXPECT_EQ(find(*reduced_, "task_struct", BTF_KIND_STRUCT), nullptr);  // only pointed to
  EXPECT_GT(btf__type_cnt(reduced_.get()), 10U);
  EXPECT_LT(btf__type_cnt(reduced_.get()), 1000U);
}

TEST_F(ReducedBtf, HasEachFieldAtItsPlace) {
  const btf_type* before = find(*whole_, "sk_buff", BTF_KIND_STRUCT);
  const btf_type* after = find(*reduced_, "sk_buff", BTF_KIND_STRUCT);
  ASSERT_NE(before, nullptr);
  ASSERT_NE(after, nullptr);
  EXPECT_EQ(after->size, before->size);
  ASSERT_EQ(btf_vlen(after), btf_vlen(before));
  for (uint32_t i = 0; i < btf_vlen(before); ++i) {
    const btf_member &old = btf_members(before)[i], &copy = btf_members(after)[i];
    EXPECT_EQ(name_of(*reduced_, copy.name_off), name_of(*whole_, old.name_off));
    EXPECT_EQ(btf_member_bit_offset(after, i), btf_member_bit_offset(before, i));
    EXPECT_EQ(btf_member_bitfield_size(after, i), btf_member_bitfield_size(before, i));
    EXPECT_EQ(btf_kind(btf__type_by_id(reduced_.get(), copy.type)),
              btf_kind(btf__type_by_id(whole_.get(), old.type)));
  }
}

TEST_F(ReducedBtf, IsReadByLibbpfFromItsFile) {
  BtfFile file = BtfFile::make();
  ASSERT_TRUE(file);
  ASSERT_TRUE(file.write(*reduced_));
  const BtfPointer read(btf__parse(file.path().c_str(), nullptr));
  ASSERT_NE(read, nullptr);
  EXPECT_EQ(btf__type_cnt(read.get()), btf__type_cnt(reduced_.get()));
}

}  // namespace
}  // namespace tracker
