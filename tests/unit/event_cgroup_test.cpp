// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include "event/event_words.h"
#include "event/render.h"
#include "event/sections/cgroup.h"
#include "tests/unit/event_sample.h"

namespace tracker::testing {
namespace {

const std::string kId(64, 'a');
constexpr char kShown[] = "aaaaaaaaaaaa";

TEST(CgroupUnit, NamesTheContainer) {
  const std::string shown = kShown;
  EXPECT_EQ(cgroup_unit("/system.slice/docker-" + kId + ".scope"), "docker/" + shown);
  EXPECT_EQ(cgroup_unit("/docker/" + kId), "docker/" + shown);
  EXPECT_EQ(cgroup_unit("/docker/" + kId + "/inner"), "docker/" + shown);
  EXPECT_EQ(cgroup_unit("/machine.slice/libpod-" + kId + ".scope/container"), "podman/" + shown);
  EXPECT_EQ(cgroup_unit("/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1.slice/"
                        "cri-containerd-" +
                        kId + ".scope"),
            "kubepods/" + shown);
  EXPECT_EQ(cgroup_unit("/kubepods/besteffort/pod7/" + kId), "kubepods/" + shown);
  EXPECT_EQ(cgroup_unit("/system.slice/crio-" + kId + ".scope"), "crio/" + shown);
  EXPECT_EQ(cgroup_unit("/lxc.payload.web/system.slice"), "lxc/web");
}

TEST(CgroupUnit, NamesTheInnermostUnit) {
  EXPECT_EQ(cgroup_unit("/system.slice/sshd.service"), "sshd.service");
  EXPECT_EQ(cgroup_unit("/system.slice/sshd.service/worker"), "sshd.service");
  EXPECT_EQ(cgroup_unit("/user.slice/user-1000.slice/session-3.scope"), "session-3.scope");
  EXPECT_EQ(cgroup_unit("/user.slice/user-1000.slice/user@1000.service/app.slice/mail.service"),
            "mail.service");
  EXPECT_EQ(cgroup_unit("/lxc.payload.web/system.slice/nginx.service"), "nginx.service");
  EXPECT_EQ(cgroup_unit("/system.slice/docker-" + kId + ".scope/init.scope"), "init.scope");
}

// Names that only look like those of containers or units.
TEST(CgroupUnit, LeavesOtherPathsAsTheyAre) {
  for (const char* path : {"/", "/mygroup", "/a/b", "/docker/short", "/.service", "/x.slice"})
    EXPECT_EQ(cgroup_unit(path), path);
  EXPECT_EQ(cgroup_unit("/docker-" + std::string(64, 'A')), "/docker-" + std::string(64, 'A'));
}

TEST(EventCgroup, IsShownByNameAndPath) {
  Event event = sample_drop();
  add_cgroup(event);
  const std::string text = render_event_text(event, sample_names(), sample_session(), {}, 0);
  EXPECT_NE(text.find("netns host  cgroup sshd.service\n"), std::string::npos) << text;
  const std::string json = render_event_json(event, sample_names(), sample_session());
  EXPECT_NE(json.find(R"("cgroup":{"id":"0x1b3","path":"/system.slice/sshd.service",)"
                      R"("name":"sshd.service"})"),
            std::string::npos)
      << json;
}

// Gone before anybody looked: its number is all that is known.
TEST(EventCgroup, WithoutAPathIsShownByNumber) {
  Event event = sample_drop();
  event.add(Section::kCgroup);
  event.cgroup.id = 0x777;
  const std::string text = render_event_text(event, sample_names(), sample_session(), {}, 0);
  EXPECT_NE(text.find("  cgroup 0x777\n"), std::string::npos) << text;
  const std::string json = render_event_json(event, sample_names(), sample_session());
  EXPECT_NE(json.find(R"("cgroup":{"id":"0x777"})"), std::string::npos) << json;
}

TEST(EventCgroup, OfTheRootIsNotWorthTheRoomInText) {
  Event event = sample_drop();
  event.add(Section::kCgroup);
  event.cgroup.id = 1;
  Names names = sample_names();
  names.cgroups[1] = "/";
  EXPECT_EQ(cgroup_words(event, names), "/");
  const std::string text = render_event_text(event, names, sample_session(), {}, 0);
  EXPECT_EQ(text.find("cgroup"), std::string::npos) << text;
}

}  // namespace
}  // namespace tracker::testing
