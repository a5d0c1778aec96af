// SPDX-License-Identifier: GPL-2.0-or-later
//
// What libbpf relocates our programs by: of vmlinux' types those that the programs name.
//
// For each struct that a program reads libbpf walks over all types of the kernel, more than a
// hundred thousand, which takes longer than everything else that it does.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

struct btf;  // libbpf's

namespace tracker {

struct BtfDeleter {
  void operator()(btf* object) const;
};
using BtfPointer = std::unique_ptr<btf, BtfDeleter>;

// Copies of those `candidates` (ids of `whole`) that have a name of a struct, union, enum or
// typedef of `wanted`, without a flavour (struct sock___old wants struct sock); of one that is
// there twice, both. Types that lie inside come along. Pointers point to void: CO-RE follows none.
Result<BtfPointer> reduce_btf(const btf& whole, std::span<const uint32_t> candidates,
                              const btf& wanted);

// A file in memory, for libbpf, which takes BTF by a path only.
class BtfFile {
 public:
  // Empty where there is no such file to be had (no memfd, or no /proc to name it by).
  static BtfFile make();
  explicit operator bool() const { return static_cast<bool>(file_); }
  const std::string& path() const { return path_; }
  Result<void> write(const btf& object);

 private:
  UniqueFd file_;
  std::string path_;
};

}  // namespace tracker
