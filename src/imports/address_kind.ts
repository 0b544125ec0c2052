/**
 * What kind of network an address belongs to.
 *
 * @module
 */
import { isIPv4, isIPv6 } from "node:net";

/**
 * `public` is the internet. `private` are networks of one's own and this machine. `never` is where no
 * service is asked whatever the configuration says: link-local addresses, at which clouds tell
 * machines their secrets, and addresses that stand for nobody or for many.
 */
export type AddressKind = "public" | "private" | "never";

type Range = readonly [base: string, bits: number, kind: AddressKind];

const V4: readonly Range[] = [
  ["0.0.0.0", 8, "never"],
  ["10.0.0.0", 8, "private"],
  // The metadata service of a cloud, within the private range below.
  ["100.100.100.200", 32, "never"],
  // What a cloud tells its machines, at an address that looks like anybody's.
  ["168.63.129.16", 32, "never"],
  ["100.64.0.0", 10, "private"],
  ["127.0.0.0", 8, "private"],
  ["169.254.0.0", 16, "never"],
  ["172.16.0.0", 12, "private"],
  ["192.0.0.0", 24, "never"],
  ["192.0.2.0", 24, "never"],
  ["192.88.99.0", 24, "never"],
  ["192.168.0.0", 16, "private"],
  ["198.18.0.0", 15, "private"],
  ["198.51.100.0", 24, "never"],
  ["203.0.113.0", 24, "never"],
  ["224.0.0.0", 3, "never"],
];

const V6: readonly Range[] = [
  // Metadata and other services of clouds for their machines, within the private range below.
  ["fd00:ec2::254", 128, "never"],
  ["fd00:ec2::23", 128, "never"],
  ["fd20:ce::254", 128, "never"],
  ["fd00:c1::a9fe:a9fe", 128, "never"],
  ["::1", 128, "private"],
  ["fc00::", 7, "private"],
  // Everything else that is not handed out for the internet.
  ["2001::", 23, "never"],
  ["2001:db8::", 32, "never"],
  ["3fff::", 20, "never"],
  ["2000::", 3, "public"],
];

/** Ranges whose addresses hold one of version 4, and at which bit it begins. */
const HOLDING_V4: readonly (readonly [base: string, bits: number, at: number])[] = [
  ["::ffff:0:0", 96, 96],
  ["64:ff9b::", 96, 96],
  ["2002::", 16, 16],
];

/** The kind of an address, in any spelling that URLs and resolvers use. */
export function addressKind(address: string): AddressKind {
  const bare = address.replace(/^\[|\]$/g, "").replace(/%.*$/, "");
  if (isIPv4(bare)) return kindOfV4(numberOfV4(bare));
  if (!isIPv6(bare)) return "never";
  const number = numberOfV6(bare);
  const holding = HOLDING_V4.find(([base, bits]) => isIn(number, numberOfV6(base), 128 - bits));
  if (holding !== undefined) return kindOfV4((number >> BigInt(96 - holding[2])) & 0xffffffffn);
  return V6.find(([base, bits]) => isIn(number, numberOfV6(base), 128 - bits))?.[2] ?? "never";
}

function kindOfV4(number: bigint): AddressKind {
  return V4.find(([base, bits]) => isIn(number, numberOfV4(base), 32 - bits))?.[2] ?? "public";
}

function isIn(number: bigint, base: bigint, free: number): boolean {
  return number >> BigInt(free) === base >> BigInt(free);
}

function numberOfV4(text: string): bigint {
  return text.split(".").reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

function numberOfV6(text: string): bigint {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const v4 = dotted?.[2] === undefined ? undefined : numberOfV4(dotted[2]);
  const plain = v4 === undefined
    ? text
    : `${dotted?.[1]}${(v4 >> 16n).toString(16)}:${(v4 & 0xffffn).toString(16)}`;
  const [head = "", tail] = plain.split("::");
  const words = (part: string) => part === "" ? [] : part.split(":");
  const before = words(head), after = words(tail ?? "");
  const zeros = new Array<string>(tail === undefined ? 0 : 8 - before.length - after.length);
  return [...before, ...zeros.fill("0"), ...after]
    .reduce((sum, word) => (sum << 16n) + BigInt(`0x${word}`), 0n);
}
