// SPDX-License-Identifier: GPL-2.0-or-later
//
// Small questions to BTF.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

struct btf;
struct btf_type;

namespace tracker {

// The text at an offset of the string section; empty where there is none.
std::string_view btf_name(const btf* object, uint32_t offset);

// The type behind const, volatile, typedefs and the like; null where the chain leads nowhere.
const btf_type* skip_modifiers(const btf* object, uint32_t id);

// "sk_buff" for `const struct sk_buff *`; "void" for `void *`; empty for pointers to anything but
// structs and for what is no pointer.
std::string_view pointee(const btf* object, uint32_t id);

// In the struct that the pointer points to, the offset in bytes of its member `name`, which is a
// pointer to a struct `target`. Nothing where this BTF has the struct without such a member.
std::optional<uint32_t> pointer_member(const btf* object, uint32_t pointer, std::string_view name,
                                       std::string_view target);

// Whether it is `enum NAME`.
bool is_enum(const btf* object, uint32_t id, std::string_view name);

}  // namespace tracker
