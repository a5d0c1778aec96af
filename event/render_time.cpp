// SPDX-License-Identifier: GPL-2.0-or-later
//
// Times and ids as text (render.h).
//
// Local time is the recording host's offset from UTC at the start: where a change to or from summer
// time falls into a recording, times stay in the zone they began in, which the date line names.
#include <fmt/format.h>

#include <cstdlib>
#include <ctime>
#include <string>

#include "event/render.h"

namespace tracker {
namespace {

constexpr int64_t kNsPerSecond = 1'000'000'000;
constexpr uint64_t kNsPerSecondUnsigned = 1'000'000'000;
constexpr int64_t kSecondsPerDay = 86'400;

struct WallTime {
  int64_t seconds;      // since the epoch, in the zone asked for
  int64_t nanoseconds;  // 0 to 999,999,999
};

// Division that rounds towards minus infinity: times before 1970 are wrong, but must not be worse.
WallTime split(int64_t realtime_ns) {
  int64_t seconds = realtime_ns / kNsPerSecond;
  int64_t rest = realtime_ns % kNsPerSecond;
  if (rest < 0) rest += kNsPerSecond, --seconds;
  return {seconds, rest};
}

WallTime wall_time(uint64_t timestamp_ns, const Session& session, TimeStyle style) {
  WallTime time = split(session.realtime_ns(timestamp_ns));
  if (style == TimeStyle::kLocal) time.seconds += session.utc_offset_seconds;
  return time;
}

std::tm calendar(int64_t seconds) {
  const time_t value = seconds;
  std::tm parts{};
  ::gmtime_r(&value, &parts);
  return parts;
}

int64_t day_of(const WallTime& time) {
  const int64_t day = time.seconds / kSecondsPerDay;
  return time.seconds % kSecondsPerDay < 0 ? day - 1 : day;
}

void put_two_digits(char* at, int64_t value) {
  at[0] = static_cast<char>('0' + value / 10);
  at[1] = static_cast<char>('0' + value % 10);
}

// "17:03:21.402117". By hand: sort shows one for every journey, of which there may be millions.
std::string clock_text(const WallTime& time) {
  const int64_t of_day = time.seconds - day_of(time) * kSecondsPerDay;
  int64_t microseconds = time.nanoseconds / 1000;
  std::string text = "hh:mm:ss.......";
  put_two_digits(&text[0], of_day / 3600);
  put_two_digits(&text[3], of_day / 60 % 60);
  put_two_digits(&text[6], of_day % 60);
  for (const size_t at : {13, 11, 9}) {
    put_two_digits(&text[at], microseconds % 100);
    microseconds /= 100;
  }
  return text;
}

std::string date_text(int64_t seconds) {
  const std::tm parts = calendar(seconds);
  return fmt::format("{:04}-{:02}-{:02}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
}

std::string zone_text(const Session& session, TimeStyle style) {
  if (style == TimeStyle::kUtc) return "UTC";
  const int64_t minutes = std::abs(static_cast<int64_t>(session.utc_offset_seconds)) / 60;
  return fmt::format("UTC{}{:02}:{:02}", session.utc_offset_seconds < 0 ? '-' : '+', minutes / 60,
                     minutes % 60);
}

// Seconds between two times, with as many digits as the clock has; the later may come first.
std::string delta_text(uint64_t timestamp_ns, uint64_t previous_ns) {
  if (previous_ns == 0) previous_ns = timestamp_ns;
  const bool is_back = timestamp_ns < previous_ns;
  const uint64_t apart = is_back ? previous_ns - timestamp_ns : timestamp_ns - previous_ns;
  return fmt::format("{}{}.{:09}", is_back ? '-' : '+', apart / kNsPerSecondUnsigned,
                     apart % kNsPerSecondUnsigned);
}

}  // namespace

std::string render_time(uint64_t timestamp_ns, const Session& session, TimeStyle style,
                        uint64_t previous_ns) {
  if (style == TimeStyle::kMono) {
    return fmt::format("{}.{:06}", timestamp_ns / kNsPerSecondUnsigned,
                       timestamp_ns % kNsPerSecondUnsigned / 1000);
  }
  if (style == TimeStyle::kDelta) return delta_text(timestamp_ns, previous_ns);
  return clock_text(wall_time(timestamp_ns, session, style));
}

std::string render_date_line(uint64_t timestamp_ns, const Session& session, TimeStyle style,
                             uint64_t previous_ns) {
  if (style != TimeStyle::kLocal && style != TimeStyle::kUtc) return {};
  const uint64_t before_ns = previous_ns != 0 ? previous_ns : session.start_ns;
  if (before_ns == 0) return {};
  const WallTime time = wall_time(timestamp_ns, session, style);
  if (day_of(time) == day_of(wall_time(before_ns, session, style))) return {};
  return fmt::format("{} {}\n", date_text(time.seconds), zone_text(session, style));
}

std::string render_rfc3339(uint64_t timestamp_ns, const Session& session) {
  const WallTime time = wall_time(timestamp_ns, session, TimeStyle::kUtc);
  // Most events are of the day of the one before.
  static thread_local int64_t day = INT64_MIN;
  static thread_local std::string date;
  if (day_of(time) != day) {
    day = day_of(time);
    date = date_text(time.seconds);
  }
  const int64_t of_day = time.seconds - day * kSecondsPerDay;
  std::string text = date + "Thh:mm:ss.nnnnnnnnnZ";
  char* clock = text.data() + date.size() + 1;
  put_two_digits(clock, of_day / 3600);
  put_two_digits(clock + 3, of_day / 60 % 60);
  put_two_digits(clock + 6, of_day % 60);
  int64_t nanoseconds = time.nanoseconds;
  for (int place = 17; place > 8; --place) {
    clock[place] = static_cast<char>('0' + nanoseconds % 10);
    nanoseconds /= 10;
  }
  return text;
}

std::string packet_id_text(uint64_t packet_id) { return fmt::format("#{:x}", packet_id); }

}  // namespace tracker
