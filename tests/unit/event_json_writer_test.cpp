// SPDX-License-Identifier: GPL-2.0-or-later
//
// JsonWriter against nlohmann's documents: the same values give the same bytes.
#include "event/json_writer.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "event/render.h"

namespace tracker {
namespace {

using Json = nlohmann::ordered_json;

TEST(JsonWriter, WritesWhatADocumentOfTheSameValuesGives) {
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  json.member("unsigned", UINT64_MAX);
  json.member("signed", INT64_MIN);
  json.member("small", uint8_t{7});
  json.member("flag", true);
  json.key("list");
  json.begin_array();
  json.number(1);
  json.begin_object();
  json.end_object();
  json.id(0x5f01);
  json.begin_array();
  json.end_array();
  json.end_array();
  json.member_text("name", "a\"b\\c");
  json.end_object();
  json.flush();
  const Json expected{{"unsigned", UINT64_MAX},
                      {"signed", INT64_MIN},
                      {"small", 7},
                      {"flag", true},
                      {"list", Json::array({1, Json::object(), "0x5f01", Json::array()})},
                      {"name", "a\"b\\c"}};
  EXPECT_EQ(text, expected.dump());
}

TEST(JsonWriter, LeavesOutWhatIsUnknown) {
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  json.known_text("text", "");
  json.known_number("number", 0);
  json.known_id("id", 0);
  const auto object = json.begin_known_object("object");
  const auto within = json.begin_known_array("within");
  json.end_known(within);
  json.end_known(object);
  json.member("last", 1);
  json.end_object();
  json.flush();
  EXPECT_EQ(text, R"({"last":1})");
}

TEST(JsonWriter, WritesOneObjectAfterTheOther) {
  std::string text;
  JsonWriter json(text);
  for (int i = 0; i < 2; ++i) {
    json.begin_object();
    json.member("n", i);
    json.end_object();
    json.end_line();
  }
  json.flush();
  EXPECT_EQ(text, "{\"n\":0}\n{\"n\":1}\n");
}

// More than its buffer holds, in pieces and at once.
TEST(JsonWriter, WritesTextOfAnyLength) {
  for (const size_t size : {2'046, 2'047, 2'048, 2'049, 5'000}) {
    std::string text = "[";
    {
      JsonWriter json(text);
      json.words(std::string(size, 'a'));
      for (size_t i = 0; i < size; ++i) json.number(1);
      const auto place = json.begin_known_object("left out");
      json.end_known(place);
      json.words(std::string(size, '"'));
    }
    Json expected = Json::array({std::string(size, 'a')});
    for (size_t i = 0; i < size; ++i) expected.push_back(1);
    expected.push_back(std::string(size, '"'));
    EXPECT_EQ(text + "]", expected.dump()) << size;
  }
}

// Names from the kernel or a recording: any bytes, many of them no UTF-8.
TEST(JsonWriter, EscapesHostileTextAsADocumentDoes) {
  std::mt19937 random(3);
  for (int i = 0; i < 20'000; ++i) {
    std::string raw;
    for (size_t size = random() % 12; raw.size() < size;)
      raw +=
          static_cast<char>(random() % 3 == 0 ? random() : " ~\"\\/\x7f\n\xc3\xbc"[random() % 9]);
    std::string text;
    JsonWriter(text).text(raw);
    ASSERT_EQ(text, Json(escape_text(raw)).dump()) << Json::parse(text);
  }
}

}  // namespace
}  // namespace tracker
