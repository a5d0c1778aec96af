// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/flood/soak.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <thread>
#include <vector>

#include "bench/flood/process_usage.h"

namespace tracker::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kMiB = 1U << 20;
constexpr double kBytesOfOneEvent = 4;  // of one flow; 12 of many
constexpr double kBytesOfMixedEvent = 12;
constexpr double kFlat = 1.05;  // what the allocator may hold back

struct Sample {
  double seconds = 0;
  uint64_t memory_bytes = 0;  // resident besides the rings
  uint64_t file_bytes = 0;    // with what still is in the log
};

uint64_t size_of(const std::string& file) {
  std::error_code absent;
  const auto size = std::filesystem::file_size(file, absent);
  return absent ? 0 : size;
}

// While the sender sends, once a second.
class Sampler {
 public:
  Sampler(pid_t pid, std::string file) : pid_(pid), file_(std::move(file)) {}

  void run_until(const std::atomic<bool>& is_done) {
    const auto start = Clock::now();
    for (int number = 1; !is_done; ++number) {
      const auto next = start + std::chrono::seconds(number);
      while (!is_done && Clock::now() < next)
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
      if (is_done) return;
      const std::chrono::duration<double> passed = Clock::now() - start;
      samples_.push_back({passed.count(), memory_of(pid_).now_besides_rings(),
                          size_of(file_) + size_of(file_ + "-wal")});
      if (number % 60 == 0) print(samples_.back());
    }
  }
  const std::vector<Sample>& samples() const { return samples_; }

 private:
  static void print(const Sample& sample) {
    fmt::print("{:5.0f} s  {:7.1f} MiB besides the rings  {:9.1f} MiB on disk\n", sample.seconds,
               static_cast<double>(sample.memory_bytes) / kMiB,
               static_cast<double>(sample.file_bytes) / kMiB);
    std::fflush(stdout);
  }

  pid_t pid_;
  std::string file_;
  std::vector<Sample> samples_;
};

// The most memory in the quarter `number` (0 to 3) of the time.
uint64_t most_memory(const std::vector<Sample>& samples, size_t number) {
  uint64_t most = 0;
  for (size_t i = samples.size() * number / 4; i < samples.size() * (number + 1) / 4; ++i)
    most = std::max(most, samples[i].memory_bytes);
  return most;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

class Claims {
 public:
  void claim(bool holds, const std::string& what) {
    fmt::print("{:<4} {}\n", holds ? "yes" : "NO", what);
    if (!holds) failed_ += (failed_.empty() ? "" : "; ") + what;
  }
  Result<void> result() const {
    if (failed_.empty()) return {};
    return Error{"does not hold: " + failed_};
  }

 private:
  std::string failed_;
};

void claim_sums(Claims& claims, const Sent& sent, const Tally& tally) {
  claims.claim(tally.recorded + tally.lost == sent.drops,
               fmt::format("{} recorded and {} lost are the {} drops", tally.recorded, tally.lost,
                           sent.drops));
  claims.claim(tally.lost == 0, "nothing was lost");
}

void claim_memory(Claims& claims, const std::vector<Sample>& samples) {
  const auto second = static_cast<double>(most_memory(samples, 1));
  const auto last = static_cast<double>(most_memory(samples, 3));
  claims.claim(samples.size() >= 8 && last <= second * kFlat,
               fmt::format("memory is flat: most in the second quarter {:.1f} MiB, in the last "
                           "{:.1f} MiB, {} samples",
                           second / kMiB, last / kMiB, samples.size()));
}

void claim_size(Claims& claims, const Tally& tally, double aim) {
  const double bytes = static_cast<double>(tally.file_bytes) /
                       static_cast<double>(std::max<uint64_t>(tally.recorded, 1));
  claims.claim(bytes <= aim,
               fmt::format("the file has {:.1f} MiB: {:.2f} bytes an event, at most {:.0f}",
                           static_cast<double>(tally.file_bytes) / kMiB, bytes, aim));
}

Result<void> claim_sound(Claims& claims, const WaySettings& settings, const std::string& file) {
  TRY_ASSIGN(verify, Command::start({settings.tracker, "db", "verify", file}, settings.folder));
  const Result<void> verified = verify.wait_for_end(kReadingPatience);
  claims.claim(verified.has_value(), "db verify says " + first_line(verify.out()));
  return {};
}

}  // namespace

Result<void> soak(const WaySettings& settings, Sender& sender, double minutes) {
  const Way way = tracker_way(settings, "soak", {"-p", "dropmon", "--netns", settings.netns});
  TRY_ASSIGN(command, Command::start(way.words, settings.folder));
  TRY(way.wait_until_ready(command));

  const std::string file = settings.folder + "/flood.db";
  Sampler sampler(command.pid(), file);
  std::atomic<bool> is_done = false;
  Sent sent;
  std::thread sending([&] {
    sent = sender.flood(minutes * 60);
    is_done = true;
  });
  sampler.run_until(is_done);
  sending.join();
  const MemoryUsage memory = memory_of(command.pid());
  const double cpu = cpu_seconds_of(command.pid());
  TRY(command.stop());
  TRY_ASSIGN(tally, way.count(command));
  fmt::print(
      "{:.0f} s, {} datagrams, {:.0f}/s; {:.1f} MiB at most besides the rings, {:.0f} % CPU\n",
      sent.seconds, sent.datagrams, sent.rate(),
      static_cast<double>(memory.highest_besides_rings()) / kMiB, cpu / sent.seconds * 100);

  Claims claims;
  claim_sums(claims, sent, tally);
  claim_memory(claims, sampler.samples());
  claim_size(claims, tally, sender.flow_count() == 1 ? kBytesOfOneEvent : kBytesOfMixedEvent);
  TRY(claim_sound(claims, settings, file));
  return claims.result();
}

}  // namespace tracker::bench
