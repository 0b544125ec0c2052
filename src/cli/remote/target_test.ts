import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import type { Profiles } from "./profiles.ts";
import { chooseTarget, type TargetSources } from "./target.ts";

const WORK = "https://hub.example", HERE = "http://127.0.0.1:4200", ELSEWHERE = "https://b.example";
const PROFILES: Profiles = {
  current: "work",
  profiles: {
    work: { url: WORK, key: "work key" },
    local: { url: HERE, key: "local key" },
    other: { url: WORK, key: "other key" },
  },
};

const choose = (sources: Partial<TargetSources>) =>
  chooseTarget({
    ...{ env: {}, profiles: { profiles: {} }, running: () => Promise.resolve(undefined) },
    ...sources,
  });
const running = () => Promise.resolve(HERE);

const CHOSEN: readonly (readonly [string, Partial<TargetSources>, [string, string | undefined]])[] =
  [
    ["the profile in use", { profiles: PROFILES }, [WORK, "work key"]],
    ["a profile that is named", { profiles: PROFILES, profile: "local" }, [HERE, "local key"]],
    [
      "a profile that is named, whatever the environment says",
      { profiles: PROFILES, profile: "other", env: { HUB_KEY: "k", HUB_URL: ELSEWHERE } },
      [WORK, "other key"],
    ],
    ["--url, with no key that belongs elsewhere", { profiles: PROFILES, url: ELSEWHERE }, [
      ELSEWHERE,
      undefined,
    ]],
    ["--url of a profile, with its key", { profiles: PROFILES, url: `${HERE}/` }, [
      HERE,
      "local key",
    ]],
    ["--url of two profiles, with the key of that in use", { profiles: PROFILES, url: WORK }, [
      WORK,
      "work key",
    ]],
    ["--url before HUB_URL", { url: WORK, env: { HUB_URL: ELSEWHERE, HUB_KEY: "k" } }, [WORK, "k"]],
    ["HUB_URL as a spoke has it", { env: { HUB_URL: "wss://b.example/ws", HUB_KEY: "k" } }, [
      ELSEWHERE,
      "k",
    ]],
    ["HUB_URL before the profile in use", { env: { HUB_URL: ELSEWHERE }, profiles: PROFILES }, [
      ELSEWHERE,
      undefined,
    ]],
    ["HUB_KEY before that of the profile in use", {
      env: { HUB_KEY: " k\n" },
      profiles: PROFILES,
    }, [WORK, "k"]],
    ["no empty variable", { env: { HUB_KEY: "", HUB_URL: " " }, profiles: PROFILES }, [
      WORK,
      "work key",
    ]],
    ["the hub of this data directory, as nobody", { running }, [HERE, undefined]],
    ["the hub of this data directory, logged in there", {
      running,
      profiles: { profiles: PROFILES.profiles },
    }, [HERE, "local key"]],
    ["the profile in use before the hub of this data directory", { running, profiles: PROFILES }, [
      WORK,
      "work key",
    ]],
  ];
for (const [what, sources, expected] of CHOSEN) {
  Deno.test(`a command means ${what}`, async () => {
    const { url, key } = await choose(sources);
    deepStrictEqual([url, key], expected);
  });
}

const REFUSED = [
  [{}, /No hub is named and none runs here\. Log in to one with "hub login URL"/],
  [{ url: WORK, profile: "work" }, /--url and --profile together/],
  [{ profile: "play", profiles: PROFILES }, /no profile "play": there are work/],
  [{ env: { HUB_URL: "nats://a" } }, /expected an address like/],
] as const;
for (const [sources, words] of REFUSED) {
  Deno.test(`a command does not guess from ${JSON.stringify(sources).slice(0, 60)}`, async () => {
    await rejects(choose(sources), words);
  });
}

const LAN = "http://10.0.0.7:4200", K = { HUB_KEY: "k" };
const IN_LAN: Profiles = { current: "lan", profiles: { lan: { url: LAN, key: "lan key" } } };
const CLEAR: readonly (readonly [string, Partial<TargetSources>, string | undefined | RegExp])[] = [
  ["a key of the environment", { url: LAN, env: K }, /Cannot send a key to http:.*--allow-http/],
  ["one for a socket", { url: "ws://10.0.0.7:4200/ws", env: K }, /Cannot send a key/],
  ["one for the profile in use", { profiles: IN_LAN, env: K }, /Cannot send a key/],
  ["one that was let go", { url: LAN, env: K, allowHttp: true }, "k"],
  ["the key of a profile", { profiles: IN_LAN }, "lan key"],
  ["the key of a profile that is named", { profiles: IN_LAN, profile: "lan", env: K }, "lan key"],
  ["the key of a profile with that address", { profiles: IN_LAN, url: LAN }, "lan key"],
  ["no key", { url: LAN }, undefined],
];
for (const [what, sources, expected] of CLEAR) {
  const verb = expected instanceof RegExp ? "refuses to send" : "sends";
  Deno.test(`over a network that can read it, a command ${verb} ${what}`, async () => {
    if (expected instanceof RegExp) await rejects(choose(sources), expected);
    else strictEqual((await choose(sources)).key, expected);
  });
}
