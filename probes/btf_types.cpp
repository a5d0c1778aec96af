// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/btf_types.h"

#include <bpf/btf.h>

namespace tracker {

std::string_view btf_name(const btf* object, uint32_t offset) {
  const char* name = btf__name_by_offset(object, offset);
  return name ? name : "";
}

const btf_type* skip_modifiers(const btf* object, uint32_t id) {
  const btf_type* type = btf__type_by_id(object, id);
  while (type && (btf_is_mod(type) || btf_is_typedef(type)))
    type = btf__type_by_id(object, type->type);
  return type;
}

std::string_view pointee(const btf* object, uint32_t id) {
  const btf_type* type = skip_modifiers(object, id);
  if (!type || !btf_is_ptr(type)) return {};
  const btf_type* target = skip_modifiers(object, type->type);
  if (!target || btf_is_void(target)) return "void";
  return btf_is_struct(target) ? btf_name(object, target->name_off) : std::string_view{};
}

std::optional<uint32_t> pointer_member(const btf* object, uint32_t pointer, std::string_view name,
                                       std::string_view target) {
  constexpr uint32_t kBitsInByte = 8;
  const btf_type* type = skip_modifiers(object, pointer);
  if (!type || !btf_is_ptr(type)) return std::nullopt;
  const btf_type* holder = skip_modifiers(object, type->type);
  if (!holder || !btf_is_struct(holder)) return std::nullopt;
  for (int i = 0; i < btf_vlen(holder); ++i) {
    const btf_member& member = btf_members(holder)[i];
    if (btf_name(object, member.name_off) == name && pointee(object, member.type) == target)
      return btf_member_bit_offset(holder, static_cast<uint32_t>(i)) / kBitsInByte;
  }
  return std::nullopt;
}

bool is_enum(const btf* object, uint32_t id, std::string_view name) {
  const btf_type* type = skip_modifiers(object, id);
  return type && btf_is_any_enum(type) && btf_name(object, type->name_off) == name;
}

}  // namespace tracker
