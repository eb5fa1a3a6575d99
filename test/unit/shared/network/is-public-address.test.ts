import { expect, test } from "vitest";
import { isPublicAddress } from "../../../../shared/network/is-public-address.ts";

test.each([
  "8.8.8.8",
  "1.1.1.1",
  "100.63.255.255",
  "100.128.0.0",
  "172.15.255.255",
  "172.32.0.0",
  "223.255.255.255",
  "2606:4700::1111",
  "2001:4860:4860::8888",
])("%s is public", (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

test.each([
  ["0.0.0.0", "this host"],
  ["10.0.0.1", "private"],
  ["100.64.0.1", "shared by customers of a provider"],
  ["127.0.0.1", "loopback"],
  ["169.254.169.254", "metadata server"],
  ["172.16.0.1", "private"],
  ["172.31.255.255", "private"],
  ["192.0.0.170", "protocol assignments"],
  ["192.168.1.1", "private"],
  ["198.18.0.1", "benchmarks"],
  ["203.0.113.9", "documentation"],
  ["224.0.0.1", "multicast"],
  ["255.255.255.255", "broadcast"],
  ["::", "this host"],
  ["::1", "loopback"],
  ["::ffff:127.0.0.1", "mapped loopback"],
  ["::ffff:8.8.8.8", "mapped"],
  ["::7f00:1", "compatible loopback"],
  ["64:ff9b::a00:1", "translated to 10.0.0.1"],
  ["2001::1", "Teredo"],
  ["2001:db8::1", "documentation"],
  ["2002:7f00:1::", "6to4 of loopback"],
  ["fc00::1", "private"],
  ["fd00:ec2::254", "metadata server"],
  ["fe80::1", "of the link"],
  ["ff02::1", "multicast"],
])("%s is not: %s", (address) => {
  expect(isPublicAddress(address)).toBe(false);
});
