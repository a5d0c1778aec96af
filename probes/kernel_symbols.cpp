// SPDX-License-Identifier: GPL-2.0-or-later
#include "probes/kernel_symbols.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <vector>

#include "base/system_error.h"
#include "probes/libbpf_log.h"
#include "probes/libbpf_options.h"
#include "probes/resolve.skel.h"
#include "probes/resolve_request.h"

namespace tracker {

namespace {

struct ObjectDeleter {
  void operator()(resolve_bpf* object) const { resolve_bpf__destroy(object); }
};

struct KallsymsEntry {
  uint64_t address = 0;
  std::string name;
  std::string module;
};

// "ffffffff81000000 T name\t[module]"; addresses are 0 where kptr_restrict hides them.
std::vector<KallsymsEntry> read_kallsyms() {
  std::vector<KallsymsEntry> entries;
  std::ifstream file("/proc/kallsyms");
  std::string line;
  while (std::getline(file, line)) {
    KallsymsEntry entry;
    const char* end = line.data() + line.size();
    auto [rest, failed] = std::from_chars(line.data(), end, entry.address, 16);
    if (failed != std::errc() || entry.address == 0 || end - rest < 4) continue;
    char type = rest[1];
    if (type != 'T' && type != 't' && type != 'W' && type != 'w') continue;
    std::string_view name(rest + 3, static_cast<size_t>(end - rest - 3));
    size_t tab = name.find('\t');
    if (tab != std::string_view::npos) {
      std::string_view module = name.substr(tab + 1);
      if (module.size() > 2) entry.module = module.substr(1, module.size() - 2);
      name = name.substr(0, tab);
    }
    entry.name = name;
    entries.push_back(std::move(entry));
  }
  std::stable_sort(entries.begin(), entries.end(),
                   [](const auto& a, const auto& b) { return a.address < b.address; });
  return entries;
}

// Farther from the nearest symbol than any function is long: the symbol is not this address's.
constexpr uint64_t kFunctionMax = 1U << 20;

// Of a symbol of any type; 0 where there is none or kptr_restrict hides it.
uint64_t address_in_kallsyms(std::string_view name) {
  std::ifstream file("/proc/kallsyms");
  std::string line;
  while (std::getline(file, line)) {
    // "ffffffff81000000 T name", with a tab and the module behind names of modules
    size_t at = line.find(' ');
    if (at == std::string::npos || at + 3 > line.size()) continue;
    if (std::string_view(line).substr(at + 3) != name) continue;
    uint64_t address = 0;
    auto parsed = std::from_chars(line.data(), line.data() + at, address, 16);
    if (parsed.ec == std::errc()) return address;
  }
  return 0;
}

// Null where BPF_PROG_TYPE_SYSCALL is refused.
std::unique_ptr<resolve_bpf, ObjectDeleter> load_programs(bool with_find_address) {
  std::unique_ptr<resolve_bpf, ObjectDeleter> object(resolve_bpf__open());
  if (!object) return {};
  bpf_program__set_autoload(object->progs.find_address, with_find_address);
  if (resolve_bpf__load(object.get()) != 0) return {};
  return object;
}

}  // namespace

bool parse_symbol(std::string_view text, SymbolName& symbol) {
  size_t plus = text.find("+0x"), slash = text.find('/', plus == std::string_view::npos ? 0 : plus);
  if (plus == std::string_view::npos || plus == 0 || slash == std::string_view::npos) return false;
  std::string_view offset = text.substr(plus + 3, slash - plus - 3);
  auto [end, failed] =
      std::from_chars(offset.data(), offset.data() + offset.size(), symbol.offset, 16);
  if (failed != std::errc() || end != offset.data() + offset.size()) return false;
  symbol.name = text.substr(0, plus);
  symbol.module.clear();
  size_t open = text.find(" [", slash), close = text.find_first_of(" ]", open + 2);
  if (open != std::string_view::npos && close != std::string_view::npos)
    symbol.module = text.substr(open + 2, close - open - 2);
  return true;
}

struct KernelSymbols::State {
  std::unique_ptr<resolve_bpf, ObjectDeleter> object;  // null: kallsyms
  bool can_find_address = false;                       // false: kallsyms for these
  std::vector<KallsymsEntry> kallsyms;
  mutable resolve_request request{};

  bool run(const bpf_program* program) const;
  uint64_t find_address(const std::string& name) const;
  bool resolve_batch(std::span<const uint64_t> addresses, std::map<uint64_t, SymbolName>& names);
  void resolve_from_kallsyms(std::span<const uint64_t> addresses,
                             std::map<uint64_t, SymbolName>& names);
  bool look_up(uint64_t address, SymbolName& symbol) const;
};

// Writes the request, runs the program, reads the answer.
bool KernelSymbols::State::run(const bpf_program* program) const {
  uint32_t zero = 0;
  int map = bpf_map__fd(object->maps.request);
  auto options = libbpf_options<bpf_test_run_opts>();
  return bpf_map_update_elem(map, &zero, &request, BPF_ANY) == 0 &&
         bpf_prog_test_run_opts(bpf_program__fd(program), &options) == 0 &&
         bpf_map_lookup_elem(map, &zero, &request) == 0;
}

bool KernelSymbols::State::resolve_batch(std::span<const uint64_t> addresses,
                                         std::map<uint64_t, SymbolName>& names) {
  request = {};
  request.count = static_cast<uint32_t>(addresses.size());
  std::copy(addresses.begin(), addresses.end(), request.addresses);
  if (!run(object->progs.resolve_symbols)) return false;
  for (size_t i = 0; i < addresses.size(); ++i) {
    std::string_view text(request.symbols[i], ::strnlen(request.symbols[i], RESOLVE_SYMBOL_SIZE));
    SymbolName symbol;
    if (parse_symbol(text, symbol)) names.insert_or_assign(addresses[i], symbol);
  }
  return true;
}

bool KernelSymbols::State::look_up(uint64_t address, SymbolName& symbol) const {
  auto after = std::lower_bound(kallsyms.begin(), kallsyms.end(), address,
                                [](const auto& entry, uint64_t at) { return entry.address < at; });
  if (after == kallsyms.begin()) return false;
  const KallsymsEntry& entry = *(after - 1);
  if (address - entry.address > kFunctionMax) return false;
  symbol = {entry.name, static_cast<uint32_t>(address - entry.address), entry.module};
  return true;
}

KernelSymbols::KernelSymbols(std::unique_ptr<State> state) : state_(std::move(state)) {}
KernelSymbols::KernelSymbols(KernelSymbols&&) noexcept = default;
KernelSymbols& KernelSymbols::operator=(KernelSymbols&&) noexcept = default;
KernelSymbols::~KernelSymbols() = default;

Result<KernelSymbols> KernelSymbols::open(Helpers helpers) {
  auto state = std::make_unique<State>();
  LibbpfLog log;
  if (helpers == Helpers::kAll) state->object = load_programs(true);
  state->can_find_address = state->object != nullptr;
  if (!state->object) state->object = load_programs(false);
  // A collection drops the capability without which the addresses in it are 0 (kptr_restrict).
  if (!state->object) state->kallsyms = read_kallsyms();
  return KernelSymbols(std::move(state));
}

void KernelSymbols::State::resolve_from_kallsyms(std::span<const uint64_t> addresses,
                                                 std::map<uint64_t, SymbolName>& names) {
  bool fresh = false;
  for (uint64_t address : addresses) {
    SymbolName symbol;
    bool found = look_up(address, symbol);
    if (!found && !fresh) {
      if (auto again = read_kallsyms(); !again.empty()) kallsyms = std::move(again);
      fresh = true;
      found = look_up(address, symbol);
    }
    if (found) names.insert_or_assign(address, symbol);
  }
}

void KernelSymbols::resolve(std::span<const uint64_t> addresses,
                            std::map<uint64_t, SymbolName>& names) {
  while (!addresses.empty()) {
    auto batch = addresses.first(std::min<size_t>(RESOLVE_BATCH, addresses.size()));
    // Before 5.19 a process that dropped its capabilities may not run programs any more.
    if (!state_->object || !state_->resolve_batch(batch, names))
      state_->resolve_from_kallsyms(batch, names);
    addresses = addresses.subspan(batch.size());
  }
}

uint64_t KernelSymbols::State::find_address(const std::string& name) const {
  if (!can_find_address || name.size() >= RESOLVE_SYMBOL_SIZE) return address_in_kallsyms(name);
  request = {};
  std::copy(name.begin(), name.end(), request.symbols[0]);
  return run(object->progs.find_address) ? request.value : 0;
}

uint64_t KernelSymbols::address(const std::string& name) const {
  return state_->find_address(name);
}

uint64_t KernelSymbols::variable(const std::string& name) const {
  if (!state_->object) return 0;
  uint64_t address = state_->find_address(name);
  state_->request = {};
  state_->request.addresses[0] = address;
  return address != 0 && state_->run(state_->object->progs.read_value) ? state_->request.value : 0;
}

}  // namespace tracker
