// SPDX-License-Identifier: GPL-2.0-or-later
#include "postprocess/time_bound.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <ctime>
#include <optional>
#include <string_view>
#include <vector>

#include "event/render.h"

namespace tracker {
namespace {

constexpr int64_t kNsPerSecond = 1'000'000'000;
constexpr int64_t kSecondsPerDay = 86'400;

// Reads from the front of a text; every step says whether it was there.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  bool literal(char character) {
    if (rest_.empty() || rest_.front() != character) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // Exactly `digits` of them, at most `largest`.
  bool number(size_t digits, int64_t largest, int64_t& value) {
    if (rest_.size() < digits) return false;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + digits, value);
    if (error != std::errc{} || end != rest_.data() + digits || rest_.front() == '-') return false;
    rest_.remove_prefix(digits);
    return value <= largest;
  }
  // Digits after a decimal point, as ns; more than nine are cut off.
  bool fraction(int64_t& nanoseconds) {
    int64_t scale = kNsPerSecond;
    nanoseconds = 0;
    const size_t size = rest_.size();
    while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
      scale /= 10;
      nanoseconds += (rest_.front() - '0') * scale;
      rest_.remove_prefix(1);
    }
    return rest_.size() != size;
  }
  // All digits there are.
  bool digits(int64_t& value) {
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc{} || rest_.front() == '-') return false;
    rest_.remove_prefix(static_cast<size_t>(end - rest_.data()));
    return true;
  }

 private:
  std::string_view rest_;
};

// "09:13", "09:13:55" or "09:13:55.5" as ns since midnight.
bool scan_clock(Scanner& scanner, int64_t& nanoseconds) {
  int64_t hours = 0;
  int64_t minutes = 0;
  int64_t seconds = 0;
  int64_t fraction = 0;
  if (!scanner.number(2, 23, hours) || !scanner.literal(':') || !scanner.number(2, 59, minutes)) {
    return false;
  }
  if (scanner.literal(':')) {
    if (!scanner.number(2, 60, seconds)) return false;
    if (scanner.literal('.') && !scanner.fraction(fraction)) return false;
  }
  nanoseconds = ((hours * 60 + minutes) * 60 + seconds) * kNsPerSecond + fraction;
  return true;
}

// "2026-11-21" as seconds since the epoch.
bool scan_date(Scanner& scanner, int64_t& seconds) {
  int64_t year = 0;
  int64_t month = 0;
  int64_t day = 0;
  if (!scanner.number(4, 2200, year) || !scanner.literal('-') || !scanner.number(2, 12, month) ||
      !scanner.literal('-') || !scanner.number(2, 31, day)) {
    return false;
  }
  std::tm parts{};
  parts.tm_year = static_cast<int>(year - 1900);
  parts.tm_mon = static_cast<int>(month - 1);
  parts.tm_mday = static_cast<int>(day);
  seconds = ::timegm(&parts);
  // timegm makes 31 February a day in March.
  return parts.tm_mday == day && parts.tm_mon == month - 1;
}

// "Z", "+01:00", or nothing: the zone of the host.
bool scan_zone(Scanner& scanner, int64_t host_offset, int64_t& offset_seconds) {
  offset_seconds = host_offset;
  if (scanner.at_end()) return true;
  offset_seconds = 0;
  if (scanner.literal('Z') || scanner.literal('z')) return scanner.at_end();
  const bool is_east = scanner.literal('+');
  if (!is_east && !scanner.literal('-')) return false;
  int64_t hours = 0;
  int64_t minutes = 0;
  if (!scanner.number(2, 23, hours) || !scanner.literal(':') || !scanner.number(2, 59, minutes)) {
    return false;
  }
  offset_seconds = (hours * 60 + minutes) * (is_east ? 60 : -60);
  return scanner.at_end();
}

// Wall time in ns since the epoch.
std::optional<int64_t> parse_date_time(std::string_view text, const Session& session) {
  Scanner scanner(text);
  int64_t date_seconds = 0;
  int64_t clock_ns = 0;
  int64_t offset_seconds = 0;
  if (!scan_date(scanner, date_seconds)) return std::nullopt;
  if (!scanner.literal('T') && !scanner.literal('t') && !scanner.literal(' ')) return std::nullopt;
  if (!scan_clock(scanner, clock_ns)) return std::nullopt;
  if (!scan_zone(scanner, session.utc_offset_seconds, offset_seconds)) return std::nullopt;
  // In the range of ns since the epoch, 1684 to 2255: no recording is of another time, but its zone
  // may be anything.
  constexpr int64_t kFarSeconds = 9'000'000'000;
  const int64_t seconds = std::clamp(date_seconds - offset_seconds, -kFarSeconds, kFarSeconds);
  return seconds * kNsPerSecond + clock_ns;
}

int64_t midnight_before(int64_t local_ns) {
  const int64_t day_ns = kSecondsPerDay * kNsPerSecond;
  const int64_t rest = local_ns % day_ns;
  return local_ns - (rest < 0 ? rest + day_ns : rest);
}

std::optional<int64_t> parse_clock_time(std::string_view text, const Session& session,
                                        uint64_t end_ns) {
  Scanner scanner(text);
  int64_t clock_ns = 0;
  if (!scan_clock(scanner, clock_ns) || !scanner.at_end()) return std::nullopt;
  const int64_t offset_ns = session.utc_offset_seconds * kNsPerSecond;
  const auto local = [&](uint64_t boottime_ns) {
    // Far from the limits, so that hostile clocks cannot overflow what follows.
    constexpr int64_t kFar = INT64_MAX / 4;
    return std::clamp(session.realtime_ns(boottime_ns), -kFar, kFar) + offset_ns;
  };
  const int64_t start = local(session.start_ns);
  int64_t wall = midnight_before(start) + clock_ns;
  const int64_t next_day = wall + kSecondsPerDay * kNsPerSecond;
  if (wall < start && next_day <= local(end_ns)) wall = next_day;
  return wall - offset_ns;
}

// "-5m" as ns.
std::optional<uint64_t> parse_before_end(std::string_view text) {
  Scanner scanner(text);
  int64_t whole = 0;
  int64_t fraction = 0;
  if (!scanner.literal('-') || !scanner.digits(whole)) return std::nullopt;
  if (scanner.literal('.') && !scanner.fraction(fraction)) return std::nullopt;
  int64_t seconds_per_unit = 0;
  if (scanner.literal('s')) {
    seconds_per_unit = 1;
  } else if (scanner.literal('m')) {
    seconds_per_unit = 60;
  } else if (scanner.literal('h')) {
    seconds_per_unit = 3600;
  }
  constexpr int64_t kMostUnits = 1'000'000;  // 114 years of hours
  if (seconds_per_unit == 0 || !scanner.at_end() || whole > kMostUnits) return std::nullopt;
  return static_cast<uint64_t>((whole * kNsPerSecond + fraction) * seconds_per_unit);
}

// The boot-clock time at which the clock of `reading` showed `wall_ns`, as far as it has a number:
// the readings of a recording may be anything.
uint64_t boottime_by(const ClockReading& reading, int64_t wall_ns) {
  uint64_t boottime = 0;
  if (wall_ns >= reading.realtime_ns) {
    const uint64_t after =
        static_cast<uint64_t>(wall_ns) - static_cast<uint64_t>(reading.realtime_ns);
    return __builtin_add_overflow(reading.boottime_ns, after, &boottime) ? UINT64_MAX : boottime;
  }
  const uint64_t before =
      static_cast<uint64_t>(reading.realtime_ns) - static_cast<uint64_t>(wall_ns);
  return before > reading.boottime_ns ? 0 : reading.boottime_ns - before;
}

// The first boot-clock time at which the host's wall clock showed at least `wall_ns`.
uint64_t boottime_of(int64_t wall_ns, const Session& session) {
  std::vector<ClockReading> clocks = session.clocks;
  if (clocks.empty()) clocks.push_back({});
  std::sort(clocks.begin(), clocks.end(), [](const ClockReading& a, const ClockReading& b) {
    return a.boottime_ns < b.boottime_ns;
  });
  for (size_t i = 0; i + 1 < clocks.size(); ++i) {
    // Each reading holds from its own time to the next one's; the first also before its own.
    const uint64_t from = i == 0 ? 0 : clocks[i].boottime_ns;
    const uint64_t boottime = boottime_by(clocks[i], wall_ns);
    if (boottime < clocks[i + 1].boottime_ns) return std::max(boottime, from);
  }
  const uint64_t from = clocks.size() == 1 ? 0 : clocks.back().boottime_ns;
  return std::max(boottime_by(clocks.back(), wall_ns), from);
}

}  // namespace

Result<uint64_t> parse_time_bound(const std::string& option, const std::string& text,
                                  const Session& session, uint64_t end_ns) {
  if (const auto before_end = parse_before_end(text)) {
    return *before_end > end_ns ? 0 : end_ns - *before_end;
  }
  if (const auto wall_ns = parse_date_time(text, session)) return boottime_of(*wall_ns, session);
  if (const auto wall_ns = parse_clock_time(text, session, end_ns)) {
    return boottime_of(*wall_ns, session);
  }
  return wrong_usage(fmt::format(
      "{} '{}' is not a time; give 2026-11-21T09:13:55Z (RFC 3339), 09:13 or 09:13:55.5 (the "
      "recording's day and zone) or -5m, -30s, -2h (before its end)",
      option, escape_text(text)));
}

}  // namespace tracker
