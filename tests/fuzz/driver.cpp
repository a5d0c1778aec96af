// SPDX-License-Identifier: GPL-2.0-or-later
//
// Runs a fuzz target without a fuzzer: its seeds, the files and folders named, then mutations of
// all these from a fixed start, so that a failure comes again.
//
//   fuzz_NAME [--mutations N] [FILE|FOLDER]...     folders that are missing are taken as empty
//
// An input that ends the program is left in ./fuzz-finding. An input that takes a minute of CPU, or
// with which the program has grown to 2 GiB, is a finding too.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "tests/fuzz/target.h"

namespace tracker::fuzz {
namespace {

// Of CPU: a busy machine is no finding. Nor is a virtual one that was stopped for ten seconds,
// which its kernel takes for time used.
constexpr time_t kMaxSeconds = 60;
constexpr long kMaxKibibytes = 2L << 20;
constexpr size_t kMaxInput = 1U << 20;

std::span<const uint8_t> g_current;

void save_current() {
  const int fd = ::open("fuzz-finding", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const bool is_written =
      ::write(fd, g_current.data(), g_current.size()) == static_cast<ssize_t>(g_current.size());
  static constexpr char kSaved[] = "the input is in ./fuzz-finding\n";
  if (is_written) (void)!::write(STDERR_FILENO, kSaved, sizeof(kSaved) - 1);
  ::close(fd);
}

extern "C" void on_end(int number) {
  static constexpr char kTooLong[] = "it takes too long\n";
  if (number == SIGPROF) (void)!::write(STDERR_FILENO, kTooLong, sizeof(kTooLong) - 1);
  save_current();
  std::signal(number, SIG_DFL);
  ::raise(number);
}

void run(const Bytes& input) {
  g_current = input;
  const itimerval end{{0, 0}, {kMaxSeconds, 0}};
  ::setitimer(ITIMER_PROF, &end, nullptr);
  LLVMFuzzerTestOneInput(input.data(), input.size());
  const itimerval none{};
  ::setitimer(ITIMER_PROF, &none, nullptr);
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  FUZZ_EXPECT(usage.ru_maxrss < kMaxKibibytes);
}

// What goes wrong in files: bytes that changed, are missing, came twice or from elsewhere.
class Mutator {
 public:
  explicit Mutator(const std::vector<Bytes>& inputs) : inputs_(inputs) {}

  Bytes next() {
    Bytes input = any_input();
    for (size_t i = 0, count = 1 + below(4); i < count; ++i) change(input);
    input.resize(std::min(input.size(), kMaxInput));
    return input;
  }

 private:
  size_t below(size_t limit) { return limit == 0 ? 0 : random_() % limit; }
  const Bytes& any_input() { return inputs_[below(inputs_.size())]; }
  uint8_t any_byte() {
    static constexpr uint8_t kOdd[] = {0, 1, 0x7f, 0x80, 0xfe, 0xff};
    return below(2) == 0 ? kOdd[below(std::size(kOdd))] : static_cast<uint8_t>(random_());
  }
  void change(Bytes& input) {
    const size_t at = below(input.size() + 1);
    const auto place = input.begin() + static_cast<ptrdiff_t>(at);
    const size_t length = below(std::min<size_t>(input.size() - at, 1 + below(64)) + 1);
    switch (below(6)) {
      case 0:
        input.insert(place, any_byte());
        break;
      case 1:
        input.erase(place, place + static_cast<ptrdiff_t>(length));
        break;
      case 2:
        input.resize(at);
        break;
      case 3: {
        const Bytes piece(place, place + static_cast<ptrdiff_t>(length));
        const size_t to = below(input.size() + 1);
        input.insert(input.begin() + static_cast<ptrdiff_t>(to), piece.begin(), piece.end());
        break;
      }
      case 4: {
        const Bytes& other = any_input();
        const size_t from = below(other.size() + 1);
        const size_t count = std::min(other.size() - from, below(256) + 1);
        for (size_t i = 0; i < count && at + i < input.size(); ++i) input[at + i] = other[from + i];
        break;
      }
      default:
        for (size_t i = 0; i < length; ++i) input[at + i] = any_byte();
        if (length == 0 && at < input.size()) input[at] ^= static_cast<uint8_t>(1U << below(8));
    }
  }

  const std::vector<Bytes>& inputs_;
  std::mt19937_64 random_{1};
};

Bytes read_input(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// In the order of their names: the mutations are then the same everywhere.
void add_files(const std::filesystem::path& path, std::vector<Bytes>& inputs) {
  if (!std::filesystem::is_directory(path)) {
    if (std::filesystem::exists(path)) inputs.push_back(read_input(path));
    return;
  }
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(path)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const std::filesystem::path& file : files) inputs.push_back(read_input(file));
}

int main(const std::vector<std::string>& arguments) {
  size_t mutations = 0;
  std::vector<Bytes> inputs = make_seeds();
  for (size_t i = 0; i < arguments.size(); ++i) {
    const bool has_value = i + 1 < arguments.size();
    if (arguments[i] == "--mutations" && has_value) {
      mutations = std::stoul(arguments[++i]);
    } else {
      add_files(arguments[i], inputs);
    }
  }
  FUZZ_EXPECT(!inputs.empty());
  for (const int number : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGPROF}) std::signal(number, on_end);
  run({});
  for (const Bytes& input : inputs) run(input);
  Mutator mutator(inputs);
  for (size_t i = 0; i < mutations; ++i) run(mutator.next());
  std::printf("%zu inputs and %zu mutations\n", inputs.size(), mutations);
  return 0;
}

}  // namespace
}  // namespace tracker::fuzz

int main(int argc, char** argv) { return tracker::fuzz::main({argv + 1, argv + argc}); }
