// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/function_probes.h"

namespace tracker::kernel_test {

std::vector<std::string> probes(const std::vector<std::string>& targets) {
  std::vector<std::string> arguments;
  for (const std::string& target : targets) arguments.insert(arguments.end(), {"--probe", target});
  return arguments;
}

std::string target_of(const Json& event) {
  return text_at(event, "/probe/type") + ":" + text_at(event, "/probe/symbol");
}

}  // namespace tracker::kernel_test
