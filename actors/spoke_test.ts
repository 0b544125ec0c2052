import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Value } from "@sinclair/typebox/value";
import { Life, type Rule, type Step, testRules, testWildly } from "./_life_testing.ts";
import { longestMs } from "./back_off.ts";
import type { SpokeContext } from "./spoke_context.ts";
import { PeerId, SpokeEvent } from "./spoke_events.ts";
import { spoke } from "./spoke.ts";

const enrol = (dials = "spoke") => ({ type: "ENROL", peerId: "dev1", dials, at: 0 });
const connect = (connection: string, credential = `key-${connection}`) => ({
  type: "CONNECT",
  connection,
  node: "n1",
  credential,
  at: 1,
});
const attached = (connection: string, at = 2) => ({
  type: "ATTACHED",
  connection,
  specSet: "h1",
  at,
});
const failed = (connection: string) => ({
  type: "FAILED",
  connection,
  code: "SchemaParse",
  message: "no",
  at: 2,
});
const closed = (connection: string, code = 1006) => ({ type: "CLOSED", connection, code, at: 3 });
const drain = { type: "DRAIN", reason: "deploy", at: 4 };
const revoke = { type: "REVOKE", reason: "stolen", at: 5 };
const remove = { type: "REMOVE", at: 6 }, enable = { type: "ENABLE", at: 7 };
const gone = (credential: string) => ({ type: "CREDENTIAL_REMOVED", credential, at: 8 });

const CONNECTING: Step[] = [enrol(), connect("a")];
const ONLINE: Step[] = [...CONNECTING, attached("a")];
const CHALLENGED: Step[] = [...ONLINE, connect("b")];
const REVOKED: Step[] = [...ONLINE, revoke];

// Sections of call-protocol ("cp") and peers-and-auth ("pa").
const RULES: readonly Rule[] = [
  ["a name that nobody has enrolled may not connect (pa §3)", [], connect("a"), "refused"],
  ["an enrolment makes a spoke (pa §10.1)", [], enrol(), ["enabled.enrolled"]],
  ["a spoke that the hub dials is dialled at once (pa §11)", [], enrol("hub"), [
    "enabled.connecting.dialling",
  ]],
  ["a connection is asked what it offers before it serves (cp §14.1)", [enrol()], connect("a"), [
    "enabled.connecting.discovering",
  ]],
  ["it is attached once discovery has succeeded (cp §17)", CONNECTING, attached("a"), [
    "enabled.online.service.settling",
    "enabled.online.rivalry.alone",
    "enabled.online.cloning.calm",
  ]],
  [
    "an answer for another connection attaches nothing (cp §2.1)",
    CONNECTING,
    attached("x"),
    "refused",
  ],
  ["a failed discovery is never attached (pa §11)", CONNECTING, failed("a"), ["enabled.offline"]],
  ["a connection lost in discovery is an attempt that failed (pa §11)", CONNECTING, closed("a"), [
    "enabled.offline.waiting",
  ]],
  ["discovery has a deadline (cp §12)", CONNECTING, { due: "discoveryDeadline" }, [
    "enabled.closing",
  ]],
  ["a second connection during discovery waits (cp §17)", CONNECTING, connect("b"), [
    "enabled.connecting.discovering",
  ]],
  [
    "a third connection is refused (pa §12)",
    [...CONNECTING, connect("b")],
    connect("c"),
    "refused",
  ],
  ["the newer of two in discovery wins (cp §17)", [...CONNECTING, connect("b")], attached("b"), [
    "enabled.online.rivalry.ousting",
  ]],
  ["the second goes on if the first fails (cp §17)", [...CONNECTING, connect("b")], failed("a"), [
    "enabled.connecting.discovering",
  ]],
  ["half a minute of service is stable (pa §11)", ONLINE, { due: "stableService" }, [
    "enabled.online.service.stable",
  ]],
  ["a newer connection does not disturb the older one (cp §17)", ONLINE, connect("b"), [
    "enabled.online.rivalry.challenged",
    "enabled.online.service.settling",
  ]],
  ["it replaces it once its discovery succeeded (cp §17)", CHALLENGED, attached("b"), [
    "enabled.online.rivalry.ousting",
  ]],
  ["its failure changes nothing (cp §17)", CHALLENGED, failed("b"), [
    "enabled.online.rivalry.alone",
  ]],
  ["it stands in when the older one is lost (cp §17)", CHALLENGED, closed("a"), [
    "enabled.connecting.discovering",
  ]],
  ["a candidate that never answers is closed (cp §12)", CHALLENGED, { due: "discoveryDeadline" }, [
    "enabled.online.rivalry.ousting",
  ]],
  ["a third connection beside two is refused (pa §12)", CHALLENGED, connect("c"), "refused"],
  ["the older one is closed, then there is one (cp §17)", [...CHALLENGED, attached("b")], {
    done: "oust",
  }, ["enabled.online.rivalry.alone"]],
  [
    "what the replaced one says counts no more (cp §17)",
    [...CHALLENGED, attached("b")],
    closed(
      "a",
    ),
    "refused",
  ],
  ["a connection that closes takes its operations along (cp §17)", ONLINE, closed("a"), [
    "enabled.offline.waiting",
  ]],
  ["it drains on request (cp §17)", ONLINE, drain, ["enabled.draining"]],
  ["a drained connection is closed (cp §17)", [...ONLINE, drain], { done: "drain" }, [
    "enabled.closing",
  ]],
  ["draining has a deadline (cp §17)", [...ONLINE, drain], { due: "drainDeadline" }, [
    "enabled.closing",
  ]],
  [
    "it may be back before the old connection has drained (cp §17)",
    [...ONLINE, drain],
    connect(
      "b",
    ),
    ["enabled.connecting.discovering"],
  ],
  ["closed at last, it is offline", [...ONLINE, drain, { done: "drain" }], { done: "close" }, [
    "enabled.offline",
  ]],
  ["who cannot be reached to be closed is offline", [...ONLINE, drain, { done: "drain" }], {
    error: "close",
  }, ["enabled.offline"]],
  ["it comes back from offline (pa §11)", [...ONLINE, closed("a")], connect("b"), [
    "enabled.connecting.discovering",
  ]],
  ["a spoke that the hub dials is dialled again (pa §11)", [enrol("hub"), { error: "dial" }], {
    due: "backOff",
  }, ["enabled.connecting.dialling"]],
  ["a dial that succeeds leads to discovery (pa §11)", [enrol("hub")], {
    done: "dial",
    output: { connection: "a", node: "n1", credential: "k" },
  }, ["enabled.connecting.discovering"]],
  ["a credential that goes closes what it opened (pa §3)", ONLINE, gone("key-a"), [
    "enabled.closing",
  ]],
  ["others stay (pa §3)", ONLINE, gone("key-x"), "refused"],
  [
    "a candidate's credential that goes closes the candidate alone (pa §3)",
    CHALLENGED,
    gone(
      "key-b",
    ),
    ["enabled.online.rivalry.ousting", "enabled.online.service.settling"],
  ],
  ["a new enrolment closes live connections (pa §10.3)", ONLINE, enrol(), ["enabled.closing"]],
  ["a new enrolment of one that is offline changes no state", [enrol()], enrol(), [
    "enabled.enrolled",
  ]],
  ["revoked while it serves, it is cut off (pa §13)", ONLINE, revoke, ["revoked.severing"]],
  ["revoked while it connects, it is cut off (pa §13)", CONNECTING, revoke, ["revoked.severing"]],
  ["a revoked spoke may not connect (pa §3)", REVOKED, connect("b"), "refused"],
  ["nor is it attached (pa §13)", [...CONNECTING, revoke], attached("a"), "refused"],
  ["it is enabled again only once it is cut off", REVOKED, enable, "refused"],
  ["enabled again, it is offline (pa §3)", [...REVOKED, { done: "sever" }], enable, [
    "enabled.offline",
  ]],
  ["a removed spoke is cut off first (pa §3)", ONLINE, remove, ["revoked.severing"]],
  ["then it is gone for good (pa §3)", [...ONLINE, remove], { done: "sever" }, ["removed"]],
  ["a revoked spoke can be removed (pa §3)", [...REVOKED, { done: "sever" }], remove, ["removed"]],
  [
    "its name is never used again (pa §3)",
    [enrol(), remove, { done: "sever" }],
    enrol(),
    "refused",
  ],
];

testRules(spoke, RULES);

function contextOf({ snapshot }: Life): SpokeContext {
  return snapshot.context;
}

Deno.test("spoke: input enrols it", () => {
  ok(new Life(spoke, { peerId: "dev1", dials: "spoke" }).is("enabled.enrolled"));
});

Deno.test("spoke: what is replaced is closed with 4409, what is revoked with 4403, what drained with 1001", () => {
  const link = { connection: "a", node: "n1", credential: "key-a" };
  const replaced = new Life(spoke).takeAll([...CHALLENGED, attached("b")]);
  deepStrictEqual(replaced.effects.get("oust"), { links: [link], code: 4409 });
  const revoked = new Life(spoke).takeAll(REVOKED);
  deepStrictEqual(revoked.effects.get("sever"), { links: [link], code: 4403 });
  const drained = new Life(spoke).takeAll([...ONLINE, drain, { done: "drain" }]);
  deepStrictEqual(drained.effects.get("close"), { links: [link], code: 1001 });
  const unkeyed = new Life(spoke).takeAll([...ONLINE, gone("key-a")]);
  deepStrictEqual(unkeyed.effects.get("close"), { links: [link], code: 4401 });
});

Deno.test("spoke: revoking closes a candidate as well", () => {
  const { effects } = new Life(spoke).takeAll([...CHALLENGED, revoke]);
  const { links }: { links: { connection: string }[] } = Object(effects.get("sever"));
  deepStrictEqual(links.map(({ connection }) => connection), ["a", "b"]);
});

Deno.test("spoke: each attachment raises its epoch", () => {
  const life = new Life(spoke).takeAll([...CHALLENGED, attached("b")]);
  strictEqual(contextOf(life).epoch, 2);
  strictEqual(contextOf(life).link?.connection, "b");
});

/** Replaced `n` times, so many milliseconds apart. */
function replacedOften(n: number, apartMs: number): Life {
  const life = new Life(spoke).takeAll(ONLINE);
  for (let i = 1; i <= n; i++) {
    life.takeAll([connect(`c${i}`), attached(`c${i}`, i * apartMs), { done: "oust" }]);
  }
  return life;
}

Deno.test("spoke: the fifth replacement in a minute is flapping, the fourth is not (cp §17)", () => {
  ok(replacedOften(4, 10_000).is("enabled.online.cloning.calm"));
  const life = replacedOften(5, 10_000);
  ok(life.is("enabled.online.cloning.flapping"));
  deepStrictEqual(life.emitted.at(-1), { type: "SPOKE_FLAPPING", replacements: 5 });
  ok(life.effects.has("alarm"));
});

Deno.test("spoke: five replacements in more than a minute are none of it", () => {
  ok(replacedOften(5, 15_001).is("enabled.online.cloning.calm"));
});

Deno.test("spoke: flapping serves on, and ends after a minute without a replacement", () => {
  const life = replacedOften(5, 1_000);
  ok(life.is("enabled.online.service"));
  life.take({ error: "alarm" });
  ok(life.is("enabled.online.cloning.flapping"), "though nobody could be told");
  ok(life.take({ due: "quietMinute" }).is("enabled.online.cloning.calm"));
});

Deno.test("spoke: who is dropped right after attaching waits longer each time, up to a minute (pa §14.11)", () => {
  const life = new Life(spoke).take(enrol("hub"));
  const delays: number[] = [];
  for (let i = 0; i < 9; i++) {
    const connection = `c${i}`;
    life.takeAll([
      { done: "dial", output: { connection, node: "n1", credential: "k" } },
      attached(connection),
      closed(connection),
    ]);
    delays.push(longestMs(contextOf(life).failures));
    life.take({ due: "backOff" });
  }
  deepStrictEqual(delays.slice(0, 5), [2_000, 4_000, 8_000, 16_000, 32_000]);
  ok(delays.slice(5).every((ms) => ms === 60_000));
});

Deno.test("spoke: half a minute of service forgives earlier failures (pa §11)", () => {
  const life = new Life(spoke).takeAll([
    ...[...CONNECTING, failed("a"), connect("b"), attached("b")],
    { due: "stableService" },
  ]);
  strictEqual(contextOf(life).failures, 0);
});

for (const code of ["4403", "401", "WRONG_IDENTITY"]) {
  Deno.test(`spoke: a dial refused with ${code} is tried again only after the longest pause`, () => {
    const life = new Life(spoke).takeAll([enrol("hub"), { error: "dial", with: { code } }]);
    strictEqual(longestMs(contextOf(life).failures), 60_000);
    deepStrictEqual(life.emitted.map(({ type }) => type), ["SPOKE_REFUSED", "SPOKE_OFFLINE"]);
  });
}

for (const name of ["hub", "any", "Dev1", "-a", "a".repeat(64), "", "a.b", "head", "mcp"]) {
  Deno.test(`PeerId refuses ${JSON.stringify(name)} (pa §3, cp §4.1)`, () => {
    strictEqual(Value.Check(PeerId, name), false);
  });
}

Deno.test("PeerId takes small letters, digits and dashes, also when a reserved word begins it", () => {
  for (const name of ["dev1", "hub2", "a", "7-of-9"]) strictEqual(Value.Check(PeerId, name), true);
});

testWildly({
  machine: spoke,
  schema: SpokeEvent,
  events: [
    ...[enrol("spoke"), enrol("hub"), drain, revoke, enable, remove],
    ...["a", "b", "c"].flatMap((id) => [
      ...[connect(id), attached(id), attached(id), failed(id), closed(id), gone(`key-${id}`)],
    ]),
  ],
  starts: [
    ONLINE,
    [
      ...ONLINE,
      ...["c1", "c2", "c3", "c4"].flatMap((id) => [connect(id), attached(id), { done: "oust" }]),
    ],
  ],
  ends: {
    dial: [
      { done: "dial", output: { connection: "a", node: "n1", credential: "key-a" } },
      { error: "dial" },
      { error: "dial", with: { code: "4403" } },
    ],
  },
  check(life, before) {
    const { link, rival, ousted, epoch } = contextOf(life);
    if (before.has("revoked")) ok(!life.is("enabled.online"), "revoked, it is not online");
    if (before.has("removed")) ok(life.is("removed"), "removed is for good");
    if (life.is("enabled")) ok(life.can(revoke) && life.can(remove), "it can always be revoked");
    if (life.is("revoked.severed")) ok([link, rival, ousted].every((one) => one === null));
    if (life.is("enabled.online")) ok(link !== null && epoch > 0, "who is online has a connection");
    if (life.is("enabled.offline")) ok([link, rival, ousted].every((one) => one === null));
    const open = [link, rival, ousted].filter((one) => one !== null);
    ok(open.length <= 2, "never more than two connections");
    strictEqual(new Set(open.map(({ connection }) => connection)).size, open.length);
    if (life.is("unknown")) strictEqual(open.length, 0);
  },
});
