import { deepStrictEqual, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { parseServers, redactUserInfo } from "./server_address.ts";

const rows: [string | string[], ReturnType<typeof parseServers>][] = [
  ["localhost", { hosts: ["localhost:4222"], tls: false }],
  ["nats://a.example:4333", { hosts: ["a.example:4333"], tls: false }],
  ["tls://a.example", { hosts: ["a.example:4222"], tls: true }],
  ["nats://[::1]:4333", { hosts: ["[::1]:4333"], tls: false }],
  ["[::1]", { hosts: ["[::1]:4222"], tls: false }],
  ["a:1, nats://b:2/", { hosts: ["a:1", "b:2"], tls: false }],
  [["a:1", "b:2,c:3"], { hosts: ["a:1", "b:2", "c:3"], tls: false }],
  ["nats://u:p@a:1", { hosts: ["a:1"], tls: false, user: "u", password: "p" }],
  ["nats://u:p%40%3A%2F@a:1", { hosts: ["a:1"], tls: false, user: "u", password: "p@:/" }],
  ["nats://u:p:q@a:1", { hosts: ["a:1"], tls: false, user: "u", password: "p:q" }],
  ["nats://secret@a:1", { hosts: ["a:1"], tls: false, token: "secret" }],
  ["nats://u:4222@a", { hosts: ["a:4222"], tls: false, user: "u", password: "4222" }],
  [["nats://u:p@a", "nats://u:p@b"], {
    hosts: ["a:4222", "b:4222"],
    tls: false,
    user: "u",
    password: "p",
  }],
];
for (const [servers, expected] of rows) {
  Deno.test(`parseServers() reads ${JSON.stringify(servers)}`, () => {
    deepStrictEqual(parseServers(servers), expected);
  });
}

const refused = ["", ",", "ws://a:1", "nats://a:b", "a:99999", "nats://a b", "nats://", "a:1/path"];
for (const servers of [...refused, ["nats://u:p@a", "nats://u:q@b"], ["nats://u:p@a", "b"]]) {
  Deno.test(`parseServers() refuses ${JSON.stringify(servers)}`, () => {
    throws(() => parseServers(servers), RangeError);
  });
}

Deno.test("parseServers() never shows a secret in an error", () => {
  const secret = "S3CRET";
  const around = fc.string({ unit: fc.constantFrom(..."ab:@/%[]?#,. 4") });
  const scheme = fc.constantFrom("nats://", "tls://", "http://", "");
  fc.assert(fc.property(scheme, around, around, around, (start, a, b, host) => {
    // User info ends at the last @; a comma begins another address.
    fc.pre(!host.includes("@") && ![a, b].some((one) => one.includes(",")));
    try {
      parseServers(`${start}u${a}:${secret}${b}@${host}`);
    } catch (error) {
      ok(!Deno.inspect(error).includes(secret), Deno.inspect(error));
    }
  }));
});

Deno.test("redactUserInfo() hides the user info of every URL and nothing else", () => {
  const text = "at nats://u:p@a:1,tls://t@b:2 and nats://c:3";
  deepStrictEqual(redactUserInfo(text), "at nats://***@a:1,tls://***@b:2 and nats://c:3");
});
