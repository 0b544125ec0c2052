import { strictEqual, throws } from "node:assert/strict";
import { isClear, parseHubUrl } from "./hub_url.ts";

const SPELLED = [
  ["https://hub.example", "https://hub.example"],
  ["https://hub.example/", "https://hub.example"],
  ["HTTPS://Hub.Example:443/", "https://hub.example"],
  ["https://example.com/hub/", "https://example.com/hub"],
  ["wss://hub.example/ws", "https://hub.example"],
  ["ws://127.0.0.1:4200/alknet/call", "http://127.0.0.1:4200"],
  ["hub.example", "https://hub.example"],
  ["hub.example:8443/hub", "https://hub.example:8443/hub"],
  ["localhost:4200", "http://localhost:4200"],
  ["127.0.0.1:4200/ws", "http://127.0.0.1:4200"],
  ["[::1]:4200", "http://[::1]:4200"],
] as const;
for (const [text, url] of SPELLED) {
  Deno.test(`parseHubUrl() spells ${text} as ${url}`, () => strictEqual(parseHubUrl(text), url));
}

for (const text of ["", "nats://hub.example", "ftp://a", "https://", "a b", "file:///etc"]) {
  Deno.test(`parseHubUrl() refuses "${text}"`, () => {
    throws(() => parseHubUrl(text), /expected an address like https:\/\/hub\.example/);
  });
}

for (const text of ["https://ann:hunter2@hub.example", "https://hub.example?key=hunter2"]) {
  Deno.test(`parseHubUrl() refuses ${text}, and does not repeat it`, () => {
    throws(() => parseHubUrl(text), (error: Error) => !error.message.includes("hunter2"));
  });
}

for (
  const [url, clear] of [
    ["http://hub.example", true],
    ["http://10.0.0.7:4200", true],
    ["http://localhost.example", true],
    ["https://hub.example", false],
    ["http://127.0.0.1:4200", false],
    ["http://127.0.0.2:4200", false],
    ["http://localhost:4200", false],
    ["http://[::1]:4200", false],
  ] as const
) {
  Deno.test(`what is sent to ${url} ${clear ? "can" : "cannot"} be read on its way`, () => {
    strictEqual(isClear(url), clear);
  });
}
