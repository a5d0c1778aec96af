// SPDX-License-Identifier: GPL-2.0-or-later
#include "storage/names_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "storage/schema.h"

namespace tracker {
namespace {

// A stack as a JSON array of signed numbers, for json_each() and a join with symbol.address.
std::string frames_text(const std::vector<uint64_t>& frames) {
  std::string text = "[";
  for (size_t i = 0; i < std::min(frames.size(), kMaxFrames); ++i) {
    if (i > 0) text += ',';
    text += fmt::format("{}", static_cast<int64_t>(frames[i]));
  }
  return text + "]";
}

// False where the text is not what frames_text() makes.
bool parse_frames(std::string_view text, std::vector<uint64_t>& frames) {
  if (text.size() < 2 || text.front() != '[' || text.back() != ']') return false;
  const char* position = text.data() + 1;
  const char* end = text.data() + text.size() - 1;
  while (position != end) {
    int64_t frame = 0;
    const auto parsed = std::from_chars(position, end, frame);
    if (parsed.ec != std::errc() || frames.size() == kMaxFrames) return false;
    frames.push_back(static_cast<uint64_t>(frame));
    position = parsed.ptr;
    if (position == end) break;
    if (*position != ',' || ++position == end) return false;
  }
  return true;
}

Result<void> load_probes(const Database& database, ReadBudget& budget, Names& names) {
  TRY_ASSIGN(rows, TableReader::open(database, "probe",
                                     "SELECT id, type, symbol, \"offset\", role FROM probe "
                                     "ORDER BY id",
                                     Keys::kNumbered, budget));
  while (true) {
    TRY_ASSIGN(has_row, rows.next());
    if (!has_row) return {};
    ProbeName probe{rows.text(1), rows.text(2), std::nullopt, ProbeRole::kOther};
    if (!rows.is_null(3)) probe.offset = rows.number<uint32_t>(3);
    const auto role = rows.number<uint8_t>(4);
    if (role > static_cast<uint8_t>(ProbeRole::kInferred)) rows.reject(4);
    probe.role = static_cast<ProbeRole>(role);
    // Event::probe has 16 bits.
    if (names.probes.size() > UINT16_MAX) return Error{"table probe has too many rows"};
    TRY(rows.check_row());
    names.probes.push_back(std::move(probe));
  }
}

Result<void> load_netns(const Database& database, ReadBudget& budget, Names& names) {
  TRY_ASSIGN(rows, TableReader::open(database, "netns",
                                     "SELECT id, cookie, inum, name FROM netns ORDER BY id",
                                     Keys::kNumbered, budget));
  while (true) {
    TRY_ASSIGN(has_row, rows.next());
    if (!has_row) return {};
    NetnsName netns{rows.number<uint64_t>(1), rows.number<uint32_t>(2), rows.text(3)};
    TRY(rows.check_row());
    names.netns.push_back(std::move(netns));
  }
}

Result<void> load_interfaces(const Database& database, ReadBudget& budget, Names& names) {
  TRY_ASSIGN(rows, TableReader::open(database, "interface",
                                     "SELECT id, netns_cookie, ifindex, name FROM interface "
                                     "ORDER BY id",
                                     Keys::kNumbered, budget));
  while (true) {
    TRY_ASSIGN(has_row, rows.next());
    if (!has_row) return {};
    InterfaceName interface { rows.number<uint64_t>(1), rows.number<uint32_t>(2), rows.text(3) };
    TRY(rows.check_row());
    names.interfaces.push_back(std::move(interface));
  }
}

Result<void> load_symbols(const Database& database, ReadBudget& budget, Names& names) {
  TRY_ASSIGN(rows, TableReader::open(database, "symbol",
                                     "SELECT address, name, \"offset\", module FROM symbol "
                                     "ORDER BY address",
                                     Keys::kAscending, budget));
  while (true) {
    TRY_ASSIGN(has_row, rows.next());
    if (!has_row) return {};
    const auto address = rows.number<uint64_t>(0);
    SymbolName symbol{rows.text(1), rows.number<uint32_t>(2), rows.text(3)};
    TRY(rows.check_row());
    names.symbols[address] = std::move(symbol);
  }
}

Result<void> load_stacks(const Database& database, ReadBudget& budget, Names& names) {
  TRY_ASSIGN(rows, TableReader::open(database, "stack", "SELECT id, frames FROM stack ORDER BY id",
                                     Keys::kNumbered, budget));
  while (true) {
    TRY_ASSIGN(has_row, rows.next());
    if (!has_row) return {};
    std::vector<uint64_t> frames;
    if (!parse_frames(rows.text(1), frames)) rows.reject(1);
    TRY(rows.check_row());
    names.stacks.push_back(std::move(frames));
  }
}

Result<void> load_reasons(const Database& database, ReadBudget& budget, Names& names) {
  TRY_ASSIGN(rows, TableReader::open(database, "reason",
                                     "SELECT code, name, subsystem FROM reason ORDER BY code",
                                     Keys::kAscending, budget));
  while (true) {
    TRY_ASSIGN(has_row, rows.next());
    if (!has_row) return {};
    const auto code = rows.number<uint32_t>(0);
    ReasonName reason{rows.text(1), rows.text(2)};
    TRY(rows.check_row());
    names.reasons[code] = std::move(reason);
  }
}

Result<void> load_subsystems(const Database& database, ReadBudget& budget, Names& names) {
  TRY_ASSIGN(rows, TableReader::open(database, "subsystem",
                                     "SELECT number, name FROM subsystem ORDER BY number",
                                     Keys::kAscending, budget));
  while (true) {
    TRY_ASSIGN(has_row, rows.next());
    if (!has_row) return {};
    const auto number = rows.number<uint16_t>(0);
    std::string name = rows.text(1);
    TRY(rows.check_row());
    names.subsystems[number] = std::move(name);
  }
}

// Recordings before format version 2 have no such table.
Result<void> load_cgroups(const Database& database, ReadBudget& budget, Names& names) {
  TRY_ASSIGN(is_there, has_table(database, "cgroup"));
  if (!is_there) return {};
  TRY_ASSIGN(rows, TableReader::open(database, "cgroup", "SELECT id, path FROM cgroup ORDER BY id",
                                     Keys::kAscending, budget));
  while (true) {
    TRY_ASSIGN(has_row, rows.next());
    if (!has_row) return {};
    const auto id = rows.number<uint64_t>(0);
    std::string path = rows.text(1);
    TRY(rows.check_row());
    names.cgroups[id] = std::move(path);
  }
}

}  // namespace

Result<NamesTables> NamesTables::prepare(const Database& database) {
  NamesTables tables;
  const std::pair<Statement*, std::string_view> statements[] = {
      {&tables.probe_, "INSERT OR REPLACE INTO probe VALUES (?,?,?,?,?)"},
      {&tables.netns_, "INSERT OR REPLACE INTO netns VALUES (?,?,?,?)"},
      {&tables.interface_, "INSERT OR REPLACE INTO interface VALUES (?,?,?,?)"},
      {&tables.stack_, "INSERT OR REPLACE INTO stack VALUES (?,?)"},
      {&tables.symbol_, "INSERT OR REPLACE INTO symbol VALUES (?,?,?,?)"},
      {&tables.reason_, "INSERT OR REPLACE INTO reason VALUES (?,?,?)"},
      {&tables.subsystem_, "INSERT OR REPLACE INTO subsystem VALUES (?,?)"},
      {&tables.cgroup_, "INSERT OR REPLACE INTO cgroup VALUES (?,?)"},
  };
  for (const auto& [statement, sql] : statements) {
    TRY_ASSIGN(prepared, database.prepare(sql));
    *statement = std::move(prepared);
  }
  return tables;
}

Result<void> NamesTables::store(const Names& names) {
  TRY(store_probes(names));
  TRY(store_netns(names));
  TRY(store_interfaces(names));
  TRY(store_stacks(names));
  TRY(store_symbols(names));
  TRY(store_reasons(names));
  TRY(store_subsystems(names));
  return store_cgroups(names);
}

Result<void> NamesTables::store_probes(const Names& names) {
  for (; stored_.probes < names.probes.size(); ++stored_.probes) {
    const ProbeName& probe = names.probes[stored_.probes];
    probe_.bind_unsigned(1, stored_.probes).bind_text(2, probe.type).bind_text(3, probe.symbol);
    probe_.bind(5, static_cast<int64_t>(probe.role));
    if (probe.offset) {
      probe_.bind(4, *probe.offset);
    } else {
      probe_.bind_null(4);
    }
    TRY(probe_.run());
  }
  return {};
}

Result<void> NamesTables::store_netns(const Names& names) {
  for (size_t i = 0; i < names.netns.size(); ++i) {
    const NetnsName& netns = names.netns[i];
    if (i < stored_.netns.size() && stored_.netns[i] == netns) continue;
    netns_.bind_unsigned(1, i).bind_unsigned(2, netns.cookie).bind(3, netns.inum);
    TRY(netns_.bind_text(4, netns.name).run());
    if (i == stored_.netns.size()) stored_.netns.emplace_back();
    stored_.netns[i] = netns;
  }
  return {};
}

Result<void> NamesTables::store_interfaces(const Names& names) {
  for (; stored_.interfaces < names.interfaces.size(); ++stored_.interfaces) {
    const InterfaceName& interface = names.interfaces[stored_.interfaces];
    interface_.bind_unsigned(1, stored_.interfaces).bind_unsigned(2, interface.netns_cookie);
    TRY(interface_.bind(3, interface.ifindex).bind_text(4, interface.name).run());
  }
  return {};
}

Result<void> NamesTables::store_stacks(const Names& names) {
  for (; stored_.stacks < names.stacks.size(); ++stored_.stacks) {
    const std::string frames = frames_text(names.stacks[stored_.stacks]);
    TRY(stack_.bind_unsigned(1, stored_.stacks).bind_text(2, frames).run());
  }
  return {};
}

Result<void> NamesTables::store_symbols(const Names& names) {
  if (stored_.symbols.size() == names.symbols.size()) return {};
  for (const auto& [address, symbol] : names.symbols) {
    if (!stored_.symbols.insert(address).second) continue;
    symbol_.bind_unsigned(1, address).bind_text(2, symbol.name).bind(3, symbol.offset);
    TRY(symbol_.bind_text(4, symbol.module).run());
  }
  return {};
}

Result<void> NamesTables::store_reasons(const Names& names) {
  if (stored_.reasons.size() == names.reasons.size()) return {};
  for (const auto& [code, reason] : names.reasons) {
    if (!stored_.reasons.insert(code).second) continue;
    TRY(reason_.bind(1, code).bind_text(2, reason.name).bind_text(3, reason.subsystem).run());
  }
  return {};
}

Result<void> NamesTables::store_subsystems(const Names& names) {
  if (stored_.subsystems.size() == names.subsystems.size()) return {};
  for (const auto& [number, name] : names.subsystems) {
    if (!stored_.subsystems.insert(number).second) continue;
    TRY(subsystem_.bind(1, number).bind_text(2, name).run());
  }
  return {};
}

Result<void> NamesTables::store_cgroups(const Names& names) {
  if (stored_.cgroups.size() == names.cgroups.size()) return {};
  for (const auto& [id, path] : names.cgroups) {
    if (!stored_.cgroups.insert(id).second) continue;
    TRY(cgroup_.bind_unsigned(1, id).bind_text(2, path).run());
  }
  return {};
}

Result<void> load_names(const Database& database, ReadBudget& budget, Names& names) {
  Result<void> first;
  for (const auto load : {load_probes, load_netns, load_interfaces, load_symbols, load_stacks,
                          load_reasons, load_subsystems, load_cgroups}) {
    Result<void> loaded = load(database, budget, names);
    if (!loaded && first) first = std::move(loaded);
  }
  return first;
}

}  // namespace tracker
