// SPDX-License-Identifier: GPL-2.0-or-later
#include "event/not_attached.h"

#include <fmt/format.h>

#include <map>

#include "base/some_names.h"
#include "event/render.h"

namespace tracker {
namespace {

constexpr size_t kMost = 4;  // rows for one reason
constexpr size_t kNamed = 3;

}  // namespace

std::vector<NotAttached> not_attached(const std::vector<ProbeAttachment>& attachments) {
  std::map<std::string, std::vector<std::string>> by_problem;
  for (const ProbeAttachment& attachment : attachments) {
    if (!attachment.attached)
      by_problem[attachment.problem].push_back(escape_text(attachment.target));
  }
  std::vector<NotAttached> rows;
  for (const ProbeAttachment& attachment : attachments) {
    if (attachment.attached) continue;
    const std::vector<std::string>& targets = by_problem[attachment.problem];
    const std::string target = escape_text(attachment.target);
    const std::string problem = escape_text(attachment.problem);
    if (targets.size() <= kMost)
      rows.push_back({target, problem, true});
    else if (targets.front() == target)
      rows.push_back({fmt::format("{} probes ({})", targets.size(), some_names(targets, kNamed)),
                      problem, false});
  }
  return rows;
}

}  // namespace tracker
