import { strictEqual } from "node:assert/strict";
import { addressKind } from "./address_kind.ts";

const KINDS = {
  public: ["1.1.1.1", "8.8.8.8", "172.15.0.1", "172.32.0.1", "192.169.0.1", "100.128.0.1"],
  private: [
    ...["10.1.2.3", "127.0.0.1", "127.255.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"],
    ...["100.64.0.1", "198.18.0.1", "::1", "[::1]", "fd12:3456::1", "fc00::1"],
    ...["::ffff:10.0.0.1", "::ffff:7f00:1", "64:ff9b::a00:1", "2002:a00:1::"],
  ],
  never: [
    ...["0.0.0.0", "169.254.169.254", "192.0.2.1", "203.0.113.7", "224.0.0.1", "255.255.255.255"],
    ...["::", "fe80::1", "fe80::1%eth0", "ff02::1", "::ffff:169.254.169.254", "fd00:ec2::254"],
    ...["100.100.100.200", "168.63.129.16", "::ffff:168.63.129.16"],
    ...["fd00:ec2::23", "fd20:ce::254", "fd00:c1::a9fe:a9fe"],
    ...["64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::", "2001:db8::1", "localhost", "", "1.2.3"],
  ],
} as const;

for (const [kind, addresses] of Object.entries(KINDS)) {
  for (const address of addresses) {
    Deno.test(`addressKind() takes "${address}" for ${kind}`, () => {
      strictEqual(addressKind(address), kind);
    });
  }
}

for (const address of ["2606:4700:4700::1111", "2a00:1450:4001:81b::200e", "::ffff:1.1.1.1"]) {
  Deno.test(`addressKind() takes "${address}" for public`, () => {
    strictEqual(addressKind(address), "public");
  });
}
