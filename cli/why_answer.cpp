// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/why_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "base/some_names.h"
#include "cli/position_words.h"
#include "event/render.h"

namespace tracker {
namespace {

constexpr size_t kNamesInSentence = 5;

// "yes  " before the verdict; what belongs to it stands below the verdict's beginning.
constexpr const char* kIndent = "     ";

std::string skb_line(const ProbeAnswer& probe) {
  const PointArgument* skb = find_skb(probe.arguments);
  return skb ? fmt::format("{}{:<6}  {}\n", kIndent, skb->name, argument_place(*skb, probe.rungs))
             : std::string();
}

std::string rung_lines(const ProbeAnswer& probe) {
  std::string text;
  for (const RungAnswer& rung : probe.tried)
    text +=
        fmt::format("{}{:<6}  {}\n", kIndent, rung_name(rung.rung),
                    rung.refused.empty() ? "attached" : "refused: " + escape_text(rung.refused));
  return text;
}

// "fn:ip_rcv can", or of alternatives "fn:nosuch|ip_rcv stands for fn:ip_rcv, which can".
std::string subject(const WhyAnswer& answer, const ProbeAnswer& probe) {
  const bool is_same = answer.target == probe.target || answer.target == probe.target + "/stack";
  return is_same ? answer.target
                 : fmt::format("{} stands for {}, which", answer.target, probe.target);
}

std::string one_probe_text(const WhyAnswer& answer) {
  const ProbeAnswer& probe = answer.probes.front();
  const auto rung = probe.rung();
  const std::string verdict = rung ? fmt::format("can be watched, by {}", rung_name(*rung))
                              : answer.refusal.empty()
                                  ? "cannot be attached"
                                  : "cannot be attached: " + escape_text(answer.refusal);
  return fmt::format("{:<3}  {} {}\n{}{}", rung ? "yes" : "no", subject(answer, probe), verdict,
                     skb_line(probe), rung_lines(probe));
}

std::string count_text(const WhyAnswer& answer) {
  if (answer.attached() == answer.probes.size()) return "all of which can be watched";
  if (answer.attached() != 0) return fmt::format("of which {} can be watched", answer.attached());
  return answer.refusal.empty() ? "none of which can be attached"
                                : "none of which can be attached: " + escape_text(answer.refusal);
}

// Those that are refused for one reason share a line.
std::string many_probes_text(const WhyAnswer& answer) {
  std::string text =
      fmt::format("{:<3}  {} stands for {} probes, {}\n", answer.attached() != 0 ? "yes" : "no",
                  answer.target, answer.probes.size(), count_text(answer));
  size_t width = 0;
  for (const ProbeAnswer& probe : answer.probes) width = target_width(width, probe.target);
  std::map<std::string, std::vector<std::string>> refused;
  for (const ProbeAnswer& probe : answer.probes) {
    if (const auto rung = probe.rung())
      text += fmt::format("{}{:<{}}  {:<6}  {}\n", kIndent, probe.target, width, rung_name(*rung),
                          arguments_text(probe.arguments));
    else if (!probe.refusal.empty())
      refused[probe.refusal].push_back(probe.target);
  }
  for (const auto& [reason, targets] : refused)
    text += fmt::format("{}not {}: {}\n", kIndent, some_names(targets, kNamesInSentence),
                        escape_text(reason));
  return text;
}

}  // namespace

std::optional<Rung> ProbeAnswer::rung() const {
  const auto works =
      std::ranges::find_if(tried, [](const RungAnswer& rung) { return rung.refused.empty(); });
  return works == tried.end() ? std::nullopt : std::optional(works->rung);
}

size_t WhyAnswer::attached() const {
  return static_cast<size_t>(std::ranges::count_if(
      probes, [](const ProbeAnswer& probe) { return probe.rung().has_value(); }));
}

int WhyAnswer::status() const { return attached() != 0 ? 0 : refusal_status; }

std::string why_text(const WhyAnswer& answer) {
  std::string text;
  if (answer.probes.empty())
    text = fmt::format("no   {}\n", escape_text(answer.refusal));
  else if (answer.probes.size() == 1)
    text = one_probe_text(answer);
  else
    text = many_probes_text(answer);
  for (const std::string& remark : answer.remarks)
    text += fmt::format("{}{}\n", kIndent, escape_text(remark));
  return text;
}

std::string why_json(const WhyAnswer& answer) {
  nlohmann::ordered_json object{{"target", escape_text(answer.target)},
                                {"can_be_watched", answer.attached() != 0}};
  if (!answer.refusal.empty()) object["refusal"] = escape_text(answer.refusal);
  object["probes"] = nlohmann::ordered_json::array();
  for (const ProbeAnswer& probe : answer.probes) {
    nlohmann::ordered_json row{{"target", escape_text(probe.target)},
                               {"arguments", argument_names(probe.arguments)}};
    if (const PointArgument* skb = find_skb(probe.arguments)) {
      row["skb_argument"] = skb->position + 1;
      if (skb->is_pointed_to) row["skb_is_pointed_to"] = true;
    }
    if (const auto rung = probe.rung()) row["rung"] = rung_name(*rung);
    row["rungs"] = nlohmann::ordered_json::array();
    for (const RungAnswer& rung : probe.tried) {
      nlohmann::ordered_json tried{{"rung", rung_name(rung.rung)},
                                   {"available", rung.refused.empty()}};
      if (!rung.refused.empty()) tried["detail"] = escape_text(rung.refused);
      row["rungs"].push_back(std::move(tried));
    }
    object["probes"].push_back(std::move(row));
  }
  object["remarks"] = nlohmann::ordered_json::array();
  for (const std::string& remark : answer.remarks) object["remarks"].push_back(escape_text(remark));
  return object.dump() + "\n";
}

}  // namespace tracker
