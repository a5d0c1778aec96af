// SPDX-License-Identifier: GPL-2.0-or-later
//
// Frames as they are on a wire, one for each protocol and form that event/ decodes, for its tests.
// All checksums are right; tcpdump 4.99 reads each of them as its name says.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "event/event.h"

namespace tracker::testing {

struct Frame {
  std::string_view name;
  LinkLayer link;
  uint16_t ethertype;  // of bytes without a link header
  std::string_view hex;
};

inline std::vector<uint8_t> bytes_of(std::string_view hex) {
  std::vector<uint8_t> bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<uint8_t>(std::stoul(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

inline PacketSection section_of(const Frame& frame) {
  PacketSection section;
  section.link = frame.link;
  section.ethertype = frame.ethertype;
  section.bytes = bytes_of(frame.hex);
  section.len = static_cast<uint32_t>(section.bytes.size());
  return section;
}

// As if only `size` bytes had been kept, in memory of exactly that size: a sanitizer sees every
// read beyond them.
inline PacketSection cut_to(const PacketSection& section, size_t size) {
  PacketSection cut = section;
  cut.bytes = std::vector<uint8_t>(section.bytes.data(), section.bytes.data() + size);
  return cut;
}

inline constexpr Frame kTcp4Syn{
    "Tcp4Syn", LinkLayer::kEthernet, 0x0000,
    "52540000000252540000000108004500003c12344000400614840a0100010a0100029c40005000001000"
    "00000000a002faf08c700000020405b40402080a0000000a0000000001030307"};
inline constexpr Frame kTcp6Syn{
    "Tcp6Syn", LinkLayer::kEthernet, 0x0000,
    "52540000000252540000000186dd60000000002806400000000000000000000000000000000100000000"
    "000000000000000000000001ccbe00500000100000000000a002faf06ff50000020405b40402080a0000"
    "000a0000000001030307"};
inline constexpr Frame kTcpData{
    "TcpData", LinkLayer::kEthernet, 0x0000,
    "52540000000252540000000108004500003a12340000400654860a0100010a0100029c40005000001000"
    "000000005018faf015950000474554202f20485454502f312e300d0a0d0a"};
inline constexpr Frame kUdp4{
    "Udp4", LinkLayer::kEthernet, 0x0000,
    "52540000000252540000000108004500002012340000401154950a0100010a0100029c400009000c5e97"
    "78787878"};
inline constexpr Frame kUdp6{
    "Udp6", LinkLayer::kEthernet, 0x0000,
    "52540000000252540000000186dd60012345000b1140fd000000000000000000000000000001fd000000"
    "0000000000000000000000029c400009000b771078797a"};
inline constexpr Frame kIpv4Options{
    "Ipv4Options", LinkLayer::kEthernet, 0x0000,
    "525400000002525400000001080046000024123400004011bf8c0a0100010a010002940400009c400009"
    "000c5e9778787878"};
inline constexpr Frame kEthernetPadding{
    "EthernetPadding", LinkLayer::kEthernet, 0x0000,
    "5254000000025254000000010800450000161234000040fd53b30a0100010a0100020102000000000000"
    "000000000000000000000000000000000000"};
inline constexpr Frame kFirstFragment{
    "FirstFragment", LinkLayer::kEthernet, 0x0000,
    "52540000000252540000000108004500002c12672000401134560a0100010a0100029c400009001883a4"
    "79797979797979797979797979797979"};
inline constexpr Frame kLaterFragment{
    "LaterFragment", LinkLayer::kEthernet, 0x0000,
    "52540000000252540000000108004500002c126720b94011339d0a0100010a0100027979797979797979"
    "79797979797979797979797979797979"};
inline constexpr Frame kLastFragment{
    "LastFragment", LinkLayer::kEthernet, 0x0000,
    "52540000000252540000000108004500001c12670172401152f40a0100010a0100027979797979797979"};
inline constexpr Frame kIpv6HopByHopRoutingDestOptions{
    "Ipv6HopByHopRoutingDestOptions", LinkLayer::kEthernet, 0x0000,
    "52540000000252540000000186dd6000000000200040fd000000000000000000000000000001fd000000"
    "0000000000000000000000022b000104000000003c000000000000001100010400000000000500060008"
    "05cf"};
inline constexpr Frame kIpv6FirstFragment{
    "Ipv6FirstFragment", LinkLayer::kEthernet, 0x0000,
    "52540000000252540000000186dd6000000000182c40fd000000000000000000000000000001fd000000"
    "00000000000000000000000211000001deadbeef0005000600101bd57a7a7a7a7a7a7a7a"};
inline constexpr Frame kIpv6LaterFragment{
    "Ipv6LaterFragment", LinkLayer::kEthernet, 0x0000,
    "52540000000252540000000186dd6000000000182c40fd000000000000000000000000000001fd000000"
    "000000000000000000000002110005a8deadbeef7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a"};
inline constexpr Frame kIpv6Ah{
    "Ipv6Ah", LinkLayer::kEthernet, 0x0000,
    "52540000000252540000000186dd60000000002c3340fd000000000000000000000000000001fd000000"
    "000000000000000000000002060400000000010000000001aaaaaaaaaaaaaaaaaaaaaaaa000500060000"
    "1000000000005004faf0aae00000"};
inline constexpr Frame kIpv4Ah{
    "Ipv4Ah", LinkLayer::kEthernet, 0x0000,
    "525400000002525400000001080045000038123400004033545b0a0100010a0100021104000000000100"
    "00000001aaaaaaaaaaaaaaaaaaaaaaaa9c400009000c5e9778787878"};
inline constexpr Frame kPingRequest{
    "PingRequest", LinkLayer::kEthernet, 0x0000,
    "52540000000252540000000108004500002412340000400154a10a0100010a0100020800661a004d0003"
    "6162636465666768"};
inline constexpr Frame kPingReply{
    "PingReply", LinkLayer::kEthernet, 0x0000,
    "52540000000252540000000108004500002412340000400154a10a0100020a01000100006e1a004d0003"
    "6162636465666768"};
inline constexpr Frame kPortUnreachable{
    "PortUnreachable", LinkLayer::kEthernet, 0x0000,
    "525400000002525400000001080045c0003c12340000400153c90a0100020a0100010303111f00000000"
    "4500002012340000401154950a0100010a0100029c400009000c5e9778787878"};
inline constexpr Frame kPing6{
    "Ping6", LinkLayer::kEthernet, 0x0000,
    "52540000000252540000000186dd60000000000c3a40fd000000000000000000000000000001fd000000"
    "0000000000000000000000028000c09b004e000461626364"};
inline constexpr Frame kNeighbourSolicitation{
    "NeighbourSolicitation", LinkLayer::kEthernet, 0x0000,
    "52540000000252540000000186dd6000000000183afffe800000000000000000000000000001ff020000"
    "0000000000000001ff00000287007f2100000000fd000000000000000000000000000002"};
inline constexpr Frame kSctp{
    "Sctp", LinkLayer::kEthernet, 0x0000,
    "525400000002525400000001080045000028123400004084541a0a0100010a01000203e807d000000001"
    "000000000700000800000001"};
inline constexpr Frame kUdpLite{
    "UdpLite", LinkLayer::kEthernet, 0x0000,
    "52540000000252540000000108004500001c12340000408854220a0100010a01000203e807d000080000"};
inline constexpr Frame kEsp{
    "Esp", LinkLayer::kEthernet, 0x0000,
    "52540000000252540000000108004500003412340000403254600a0100010a0100020000010000000001"
    "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"};
inline constexpr Frame kProto253{
    "Proto253", LinkLayer::kEthernet, 0x0000,
    "5254000000025254000000010800450000181234000040fd53b10a0100010a01000261626364"};
inline constexpr Frame kArpRequest{
    "ArpRequest", LinkLayer::kEthernet, 0x0000,
    "ffffffffffff525400000001080600010800060400015254000000010a0000010000000000000a000002"};
inline constexpr Frame kArpReply{
    "ArpReply", LinkLayer::kEthernet, 0x0000,
    "525400000001525400000002080600010800060400025254000000020a0000025254000000010a000001"};
inline constexpr Frame kVlan{
    "Vlan", LinkLayer::kEthernet, 0x0000,
    "5254000000025254000000018100600508004500002012340000401154950a0100010a0100029c400009"
    "000c5e9778787878"};
inline constexpr Frame kQinQ{
    "QinQ", LinkLayer::kEthernet, 0x0000,
    "52540000000252540000000188a800648100000786dd6000000000140640fd0000000000000000000000"
    "00000001fd0000000000000000000000000000020005000600001000000000005012faf0aad20000"};
inline constexpr Frame kLlcStp{
    "LlcStp", LinkLayer::kEthernet, 0x0000,
    "0180c2000000525400000001002642420300000000000000000000000000000000000000000000000000"
    "00000000000000000000"};
inline constexpr Frame kSnapIpv4{
    "SnapIpv4", LinkLayer::kEthernet, 0x0000,
    "5254000000025254000000010028aaaa0300000008004500002012340000401154950a0100010a010002"
    "9c400009000c5e9778787878"};
inline constexpr Frame kUnknownEthertype{"UnknownEthertype", LinkLayer::kEthernet, 0x0000,
                                         "52540000000252540000000188b568656c6c6f"};
inline constexpr Frame kTunIpv4{"TunIpv4", LinkLayer::kNone, 0x0800,
                                "4500002012340000401154950a0100010a0100029c400009000c5e9778787878"};
inline constexpr Frame kTunIpv6{
    "TunIpv6", LinkLayer::kNone, 0x86dd,
    "6000000000081140fd000000000000000000000000000001fd0000000000000000000000000000020005"
    "0006000805cf"};
inline constexpr Frame kIpip{
    "Ipip", LinkLayer::kEthernet, 0x0000,
    "52540000000252540000000108004500003c1234000040041067ac100001ac1000024500002800070000"
    "4006eb75c0a80701c0a8070203e8001600000005000000095010faf021840000"};
inline constexpr Frame kSixInFour{
    "SixInFour", LinkLayer::kEthernet, 0x0000,
    "525400000002525400000001080045000044123400004029103aac100001ac1000026000000000083a40"
    "fd000000000000000000000000000001fd00000000000000000000000000000281008466004e0004"};
inline constexpr Frame kGre{
    "Gre", LinkLayer::kEthernet, 0x0000,
    "52540000000252540000000108004500004012340000402f1038ac100001ac1000020000080045000028"
    "000700004006eb75c0a80701c0a8070203e8001600000005000000095010faf021840000"};
inline constexpr Frame kGreKeyChecksumSequence{
    "GreKeyChecksumSequence", LinkLayer::kEthernet, 0x0000,
    "52540000000252540000000108004500004c12340000402f102cac100001ac100002b000080000000000"
    "0000002a0000000145000028000700004006eb75c0a80701c0a8070203e8001600000005000000095010"
    "faf021840000"};
inline constexpr Frame kGreTap{
    "GreTap", LinkLayer::kEthernet, 0x0000,
    "52540000000252540000000186dd60000000003e2f40fd000000000000000000000000000001fd000000"
    "000000000000000000000002200065580000002a0a00000000020a000000000108004500002800070000"
    "4006eb75c0a80701c0a8070203e8001600000005000000095010faf021840000"};
inline constexpr Frame kVxlan{
    "Vxlan", LinkLayer::kEthernet, 0x0000,
    "52540000000252540000000108004500005a123400004011103cac100001ac100002d90312b5004621f1"
    "08000000000005000a00000000020a0000000001080045000028000700004006eb75c0a80701c0a80702"
    "03e8001600000005000000095010faf021840000"};
inline constexpr Frame kVxlanCarriesArp{
    "VxlanCarriesArp", LinkLayer::kEthernet, 0x0000,
    "52540000000252540000000108004500004e1234000040111048ac100001ac100002d90312b5003adfe3"
    "0800000000000500ffffffffffff525400000001080600010800060400015254000000010a0000010000"
    "000000000a000002"};
inline constexpr Frame kGeneve{
    "Geneve", LinkLayer::kEthernet, 0x0000,
    "5254000000025254000000010800450000621234000040111034ac100001ac100002d90317c1004e3878"
    "020065580000090001028001000000010a00000000020a0000000001080045000028000700004006eb75"
    "c0a80701c0a8070203e8001600000005000000095010faf021840000"};
inline constexpr Frame kNestedSix{
    "NestedSix", LinkLayer::kNone, 0x0800,
    "45000094123400004004541c0a00000b0a00000c4500008012340000400454340a0000090a00000a4500"
    "006c123400004004544c0a0000070a0000084500005812340000400454640a0000050a00000645000044"
    "123400004004547c0a0000030a0000044500003012340000400454940a0000010a0000024500001c1234"
    "00004011548b0a0000090a00000a000100020008ebc8"};
inline constexpr Frame kWrongVersion{
    "WrongVersion", LinkLayer::kEthernet, 0x0000,
    "52540000000252540000000108006500002012340000401154950a0100010a0100029c400009000c5e97"
    "78787878"};
inline constexpr Frame kWrongHeaderLength{
    "WrongHeaderLength", LinkLayer::kEthernet, 0x0000,
    "52540000000252540000000108004400002012340000401154950a0100010a0100029c400009000c5e97"
    "78787878"};

inline const std::vector<Frame> kFrames{kTcp4Syn,
                                        kTcp6Syn,
                                        kTcpData,
                                        kUdp4,
                                        kUdp6,
                                        kIpv4Options,
                                        kEthernetPadding,
                                        kFirstFragment,
                                        kLaterFragment,
                                        kLastFragment,
                                        kIpv6HopByHopRoutingDestOptions,
                                        kIpv6FirstFragment,
                                        kIpv6LaterFragment,
                                        kIpv6Ah,
                                        kIpv4Ah,
                                        kPingRequest,
                                        kPingReply,
                                        kPortUnreachable,
                                        kPing6,
                                        kNeighbourSolicitation,
                                        kSctp,
                                        kUdpLite,
                                        kEsp,
                                        kProto253,
                                        kArpRequest,
                                        kArpReply,
                                        kVlan,
                                        kQinQ,
                                        kLlcStp,
                                        kSnapIpv4,
                                        kUnknownEthertype,
                                        kTunIpv4,
                                        kTunIpv6,
                                        kIpip,
                                        kSixInFour,
                                        kGre,
                                        kGreKeyChecksumSequence,
                                        kGreTap,
                                        kVxlan,
                                        kVxlanCarriesArp,
                                        kGeneve,
                                        kNestedSix,
                                        kWrongVersion,
                                        kWrongHeaderLength};

}  // namespace tracker::testing
