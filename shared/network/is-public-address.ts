import { BlockList, isIPv4 } from "node:net";

/** https://www.iana.org/assignments/iana-ipv4-special-registry, and of IPv6: what is no public server. */
const special: readonly [subnet: string, bits: number][] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
];
/** Global unicast is all there is to reach; parts of it stand for IPv4 addresses or for nothing. */
const global = new BlockList();
global.addSubnet("2000::", 3, "ipv6");
const notGlobal = new BlockList();
notGlobal.addSubnet("2001::", 23, "ipv6");
notGlobal.addSubnet("2001:db8::", 32, "ipv6");
notGlobal.addSubnet("2002::", 16, "ipv6");
notGlobal.addSubnet("3fff::", 20, "ipv6");
for (const [subnet, bits] of special) notGlobal.addSubnet(subnet, bits, "ipv4");

/** Whether an IP address is one of the public Internet: not of this machine, a network inside, or the cloud. */
export const isPublicAddress = (address: string): boolean =>
  isIPv4(address)
    ? !notGlobal.check(address, "ipv4")
    : global.check(address, "ipv6") && !notGlobal.check(address, "ipv6");
