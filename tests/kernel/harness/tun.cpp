// SPDX-License-Identifier: GPL-2.0-or-later
#include "harness/tun.h"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "harness/require.h"

namespace tracker::kernel_test {

UniqueFd open_tun(const NetworkNamespace& netns, const std::string& name, TunMode mode, int room) {
  constexpr int kMajor = 10;
  constexpr int kMinor = 200;
  mkdir("/dev/net", 0755);
  mknod("/dev/net/tun", S_IFCHR | 0600, makedev(kMajor, kMinor));  // without udev nobody makes it
  UniqueFd fd;
  netns.run([&] {
    fd.reset(require_call(open("/dev/net/tun", O_RDWR | O_CLOEXEC), "cannot open /dev/net/tun"));
    ifreq request{};
    name.copy(request.ifr_name, IFNAMSIZ - 1);
    const int flags = (mode == TunMode::kTap ? IFF_TAP : IFF_TUN) | IFF_NO_PI;
    request.ifr_flags = static_cast<short>(flags);
    require_call(ioctl(fd.get(), TUNSETIFF, &request), "TUNSETIFF");
  });
  std::string commands = fmt::format(
      "link set {0} txqueuelen {1}\n"
      "link set {0} up\n"
      "addr add 10.2.0.1/24 dev {0}\n",
      name, room);
  if (mode == TunMode::kTap) {
    commands += fmt::format("neigh add 10.2.0.2 lladdr {} dev {}\n", kTapNeighbour, name);
  }
  netns.ip(commands);
  netns.wait_until_running(name);
  return fd;
}

}  // namespace tracker::kernel_test
