import { BlockList, isIPv6 } from "node:net";

/** https://www.iana.org/assignments/iana-ipv4-special-registry and multicast */
const notPublic4 = [
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
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const;

/** Of what is global unicast, https://www.iana.org/assignments/iana-ipv6-special-registry */
const notPublic6 = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const;

const notPublic = new BlockList();
for (const [network, prefix] of notPublic4) notPublic.addSubnet(network, prefix, "ipv4");
for (const [network, prefix] of notPublic6) notPublic.addSubnet(network, prefix, "ipv6");

/** All others are loopback, private, local, mapped or translated, or not given to anybody. */
const globalUnicast = new BlockList();
globalUnicast.addSubnet("2000::", 3, "ipv6");

/** Whether an IP address is somebody's on the internet, and not one of a network that we are inside of. */
export function isPublicAddress(address: string): boolean {
  if (isIPv6(address)) {
    return globalUnicast.check(address, "ipv6") && !notPublic.check(address, "ipv6");
  }
  return !notPublic.check(address, "ipv4");
}
