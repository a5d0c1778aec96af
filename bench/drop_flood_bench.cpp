// SPDX-License-Identifier: GPL-2.0-or-later
//
// A flood of a closed UDP port from one core, in a network namespace of its own, untraced and while
// tracker records it, in one run: absolute rates on a shared machine mean little, ratios do.
//
//   bench_drop_flood TRACKER [SECONDS [ROUNDS]]
//
// Each round sends untraced for SECONDS, then while `TRACKER -p dropmon collect` records; printed
// are the medians. Every datagram is one drop: what tracker saw is checked against what was sent.
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include "base/unique_fd.h"

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(const std::string& what) {
  fmt::print(stderr, "bench_drop_flood: {}: {}\n", what, std::strerror(errno));
  std::exit(1);
}

// This process moves into a new namespace and brings its loopback up; tracker, started before by
// path, is told to watch /proc/PID/ns/net of it.
void enter_namespace() {
  if (::unshare(CLONE_NEWNET) != 0) fail("cannot make a network namespace");
  tracker::UniqueFd socket(::socket(AF_INET, SOCK_DGRAM, 0));
  ifreq request{};
  std::snprintf(request.ifr_name, sizeof(request.ifr_name), "lo");
  request.ifr_flags = IFF_UP;
  if (::ioctl(socket.get(), SIOCSIFFLAGS, &request) != 0) fail("cannot bring lo up");
}

struct Sent {
  uint64_t datagrams = 0;
  double seconds = 0;
  double rate() const { return static_cast<double>(datagrams) / seconds; }
};

Sent flood(double seconds) {
  tracker::UniqueFd socket(::socket(AF_INET, SOCK_DGRAM, 0));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(9);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const char payload[18] = {};
  Sent sent;
  auto start = Clock::now();
  do {
    for (int i = 0; i < 512; ++i) {
      if (::sendto(socket.get(), payload, sizeof(payload), 0, reinterpret_cast<sockaddr*>(&to),
                   sizeof(to)) == sizeof(payload))
        ++sent.datagrams;
    }
    sent.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  } while (sent.seconds < seconds);
  return sent;
}

// run_time_ns and run_cnt of tracker's program, while it is loaded.
struct RunTime {
  uint64_t nanoseconds = 0;
  uint64_t runs = 0;
};

RunTime program_run_time(const std::string& name) {
  RunTime total;
  for (uint32_t id = 0; bpf_prog_get_next_id(id, &id) == 0;) {
    tracker::UniqueFd program(bpf_prog_get_fd_by_id(id));
    bpf_prog_info info{};
    uint32_t size = sizeof(info);
    if (!program || bpf_obj_get_info_by_fd(program.get(), &info, &size) != 0 || name != info.name)
      continue;
    total.nanoseconds += info.run_time_ns;
    total.runs += info.run_cnt;
  }
  return total;
}

class Tracker {
 public:
  Tracker(const std::string& binary, const std::string& file) {
    int output[2];
    if (::pipe2(output, O_CLOEXEC) != 0) fail("cannot make a pipe");
    std::string netns = fmt::format("/proc/{}/ns/net", ::getpid());
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(output[1], STDERR_FILENO);
      ::close(STDOUT_FILENO);
      ::open("/dev/null", O_WRONLY);
      ::execl(binary.c_str(), binary.c_str(), "-p", "dropmon", "collect", "--quiet", "--netns",
              netns.c_str(), "-o", file.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(output[1]);
    output_ = tracker::UniqueFd(output[0]);
    wait_until_attached();
  }

  void stop() {
    ::kill(pid_, SIGINT);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    if (status != 0) {
      fmt::print(stderr, "bench_drop_flood: tracker failed (status {}): {}\n", status, said_);
      std::exit(1);
    }
  }

 private:
  void wait_until_attached() {
    char buffer[4096];
    while (said_.find("attached ") == std::string::npos) {
      pollfd ready{output_.get(), POLLIN, 0};
      ssize_t size =
          ::poll(&ready, 1, 30'000) == 1 ? ::read(output_.get(), buffer, sizeof(buffer)) : 0;
      if (size <= 0) {
        fmt::print(stderr, "bench_drop_flood: tracker did not attach: {}\n", said_);
        std::exit(1);
      }
      said_.append(buffer, static_cast<size_t>(size));
    }
  }

  pid_t pid_ = -1;
  tracker::UniqueFd output_;
  std::string said_;
};

struct Counted {
  uint64_t seen = 0, recorded = 0, lost = 0;
};

// The sums as `tracker stats` tells them.
Counted read_stats(const std::string& binary, const std::string& file) {
  Counted counted;
  std::string command = fmt::format("'{}' stats --format json '{}'", binary, file);
  FILE* pipe = ::popen(command.c_str(), "r");
  std::string text;
  char buffer[4096];
  while (size_t size = pipe ? std::fread(buffer, 1, sizeof(buffer), pipe) : 0)
    text.append(buffer, size);
  if (!pipe || ::pclose(pipe) != 0) fail("tracker stats failed");
  auto stats = nlohmann::json::parse(text);
  for (const auto& probe : stats.at("probes")) {
    counted.seen += probe.at("seen").get<uint64_t>();
    counted.recorded += probe.at("recorded").get<uint64_t>();
    counted.lost += probe.at("lost").at("total").get<uint64_t>();
  }
  return counted;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// A number above 0 and nothing else.
template <typename Number>
bool read_number(std::string_view text, Number& number) {
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stopped == end && number > 0;
}

// The exit status: 0 where every datagram was recorded or counted as lost.
int measure(const std::string& binary, double seconds, int rounds) {
  enter_namespace();
  char folder[] = "/tmp/tracker-bench-XXXXXX";
  if (!::mkdtemp(folder)) fail("cannot make a folder in /tmp");
  std::string file = std::string(folder) + "/flood.db";

  std::vector<double> untraced, traced, ratio, cost, size;
  uint64_t sent_in_all = 0, recorded = 0, lost = 0;
  tracker::UniqueFd statistics(bpf_enable_stats(BPF_STATS_RUN_TIME));
  for (int round = 0; round < rounds; ++round) {
    statistics.reset();  // reading the clock twice a run has a price of its own
    double before = flood(seconds).rate();
    Tracker tracker(binary, file);
    Sent sent = flood(seconds);
    statistics.reset(bpf_enable_stats(BPF_STATS_RUN_TIME));
    Sent timed = flood(std::min(seconds, 1.0));
    RunTime run_time = program_run_time("tracker_kfree_s");
    tracker.stop();
    Counted counted = read_stats(binary, file);
    untraced.push_back(before);
    traced.push_back(sent.rate());
    ratio.push_back(sent.rate() / before);
    if (run_time.runs)
      cost.push_back(static_cast<double>(run_time.nanoseconds) /
                     static_cast<double>(run_time.runs));
    size.push_back(static_cast<double>(std::filesystem::file_size(file)) /
                   static_cast<double>(std::max<uint64_t>(counted.recorded, 1)));
    sent_in_all += sent.datagrams + timed.datagrams;
    recorded += counted.recorded;
    lost += counted.lost;
  }
  std::filesystem::remove_all(folder);
  fmt::print("untraced {:.0f}/s  recording {:.0f}/s  ratio {:.2f}\n", median(untraced),
             median(traced), median(ratio));
  fmt::print("sent {}  recorded {}  lost {}\n", sent_in_all, recorded, lost);
  if (!cost.empty()) fmt::print("in the kernel {:.0f} ns an event\n", median(cost));
  fmt::print("on disk {:.2f} bytes an event\n", median(size));
  if (recorded + lost != sent_in_all) {
    fmt::print(stderr, "bench_drop_flood: recorded + lost differ from sent\n");
    return 1;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  double seconds = 3;
  int rounds = 3;
  if (argc < 2 || argc > 4 || (argc > 2 && !read_number(argv[2], seconds)) ||
      (argc > 3 && !read_number(argv[3], rounds))) {
    std::fputs("usage: bench_drop_flood TRACKER [SECONDS [ROUNDS]]\n", stderr);
    return 2;
  }
  try {
    return measure(std::filesystem::absolute(argv[1]), seconds, rounds);
  } catch (const std::exception& error) {  // of the standard library and of the JSON parser
    std::fprintf(stderr, "bench_drop_flood: %s\n", error.what());
    return 1;
  }
}
