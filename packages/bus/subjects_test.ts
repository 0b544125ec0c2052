import { deepStrictEqual, notStrictEqual, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import * as keys from "./keys.ts";
import * as subjects from "./subjects.ts";
import { BUCKETS, DURABLES, INVALIDATIONS, NODE_CHANNELS, STREAMS } from "./purposes.ts";

const realm = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,31}$/);
// Everything that may be a token: the characters are broad on purpose, the filter is the rule.
const word = fc.string({ unit: "binary", minLength: 1, maxLength: 24 })
  .filter((text) => text.isWellFormed() && text.length <= 128 && !/[.*>\s\p{Cc}]/u.test(text));
const anyText = fc.string({ unit: "binary", minLength: 1, maxLength: 24 })
  .filter((text) => text.isWellFormed());
const segment = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,20}$/);

/** A builder that takes one record, and its parser. */
interface Family {
  readonly build: (parts: Record<string, string>) => string;
  readonly parse: (subject: string) => object;
  readonly parts: Record<string, fc.Arbitrary<string>>;
}

const address = { realm, kind: word, id: word };
const timer = { ...address, timer: anyText };

// deno-lint-ignore no-explicit-any -- one table for builders of different shapes; tests only.
const at = (p: any) => p;

const families: Record<string, Family> = {
  actorSubject: {
    parts: address,
    build: (p) => subjects.actorSubject(at(p).realm, at(p)),
    parse: subjects.parseActorSubject,
  },
  snapshotSubject: {
    parts: address,
    build: (p) => subjects.snapshotSubject(at(p).realm, at(p)),
    parse: subjects.parseSnapshotSubject,
  },
  liveSubject: {
    parts: address,
    build: (p) => subjects.liveSubject(at(p).realm, at(p)),
    parse: subjects.parseLiveSubject,
  },
  timerSubject: {
    parts: timer,
    build: (p) => subjects.timerSubject(at(p).realm, at(p)),
    parse: subjects.parseTimerSubject,
  },
  dueSubject: {
    parts: timer,
    build: (p) => subjects.dueSubject(at(p).realm, at(p)),
    parse: subjects.parseDueSubject,
  },
  chunkSubject: {
    parts: { realm, session: word },
    build: (p) => subjects.chunkSubject(at(p).realm, at(p).session),
    parse: subjects.parseChunkSubject,
  },
  callEventSubject: {
    parts: { realm, node: word },
    build: (p) => subjects.callEventSubject(at(p).realm, at(p).node),
    parse: subjects.parseCallEventSubject,
  },
  nodeSubject: {
    parts: { realm, node: word, channel: fc.constantFrom(...NODE_CHANNELS) },
    build: (p) => subjects.nodeSubject(at(p).realm, at(p).node, at(p).channel),
    parse: subjects.parseNodeSubject,
  },
  anySubject: {
    parts: {
      realm,
      operation: fc.array(segment, { minLength: 1, maxLength: 6 }).map((all) => all.join("/")),
    },
    build: (p) => subjects.anySubject(at(p).realm, at(p).operation),
    parse: subjects.parseAnySubject,
  },
  hubCallsSubject: {
    parts: { realm },
    build: (p) => subjects.hubCallsSubject(at(p).realm),
    parse: subjects.parseHubCallsSubject,
  },
  replySubject: {
    parts: { realm, inbox: word, id: word },
    build: (p) => subjects.replySubject(at(p).realm, at(p).inbox, at(p).id),
    parse: subjects.parseReplySubject,
  },
  invalidationSubject: {
    parts: { realm, topic: fc.constantFrom(...INVALIDATIONS) },
    build: (p) => subjects.invalidationSubject(at(p).realm, at(p).topic),
    parse: subjects.parseInvalidationSubject,
  },
  streamName: {
    parts: { realm, stream: fc.constantFrom(...STREAMS) },
    build: (p) => subjects.streamName(at(p).realm, at(p).stream),
    parse: subjects.parseStreamName,
  },
  bucketName: {
    parts: { realm, bucket: fc.constantFrom(...BUCKETS) },
    build: (p) => subjects.bucketName(at(p).realm, at(p).bucket),
    parse: subjects.parseBucketName,
  },
  activeKey: {
    parts: { kind: word, id: word },
    build: (p) => keys.activeKey(at(p)),
    parse: keys.parseActiveKey,
  },
  nodeKey: {
    parts: { node: word },
    build: (p) => keys.nodeKey(at(p).node),
    parse: (key) => ({ node: keys.parseNodeKey(key) }),
  },
  spokeKey: {
    parts: { spoke: anyText },
    build: (p) => keys.spokeKey(at(p).spoke),
    parse: (key) => ({ spoke: keys.parseSpokeKey(key) }),
  },
  specKey: {
    parts: { hash: anyText },
    build: (p) => keys.specKey(at(p).hash),
    parse: (key) => ({ hash: keys.parseSpecKey(key) }),
  },
};

const built = Object.values(families).map(({ parts, build }) => fc.record(parts).map(build));
const isName = (name: string) => name.endsWith("Name") || name.endsWith("Key");

for (const [name, { parts, build, parse }] of Object.entries(families)) {
  Deno.test(`${name}() is read back by its parser`, () => {
    fc.assert(fc.property(fc.record(parts), (values) => {
      deepStrictEqual(parse(build(values)), { ...values });
    }));
  });

  Deno.test(`the parser of ${name}() accepts only what ${name}() writes`, () => {
    const noise = fc.array(fc.constantFrom(...parserNoise()), { maxLength: 7 });
    fc.assert(fc.property(
      fc.oneof(...built, fc.string(), noise.map((all) => all.join("."))),
      (subject) => {
        let found: object;
        try {
          found = parse(subject);
        } catch (error) {
          strictEqual(error instanceof RangeError, true, String(error));
          return;
        }
        strictEqual(build(at(found)), subject);
      },
    ));
  });

  const tokens = Object.keys(parts).filter((part) => parts[part] === word);
  for (const part of tokens) {
    Deno.test(`${name}() refuses a ${part} that is no token`, () => {
      const good: Record<string, string> = { realm: "r", kind: "k", id: "i", timer: "t" };
      const rest = { ...good, session: "s", node: "n", inbox: "x", channel: "calls" };
      for (const bad of ["", "a.b", "*", ">", "a b", "a\n", "\ud800", "x".repeat(129)]) {
        throws(() => build({ ...rest, [part]: bad }), RangeError, JSON.stringify(bad));
      }
    });
  }

  if (!("realm" in parts)) continue;
  Deno.test(`${name}() refuses a realm with a dot or a capital in it`, () => {
    fc.assert(
      fc.property(fc.record(parts), (values) => {
        for (const bad of ["", "a.b", "Prod", ">"]) {
          throws(() => build({ ...values, realm: bad }), RangeError);
        }
      }),
      { numRuns: 5 },
    );
  });

  if (isName(name)) continue;
  Deno.test(`${name}() begins with its realm and stays below the server's line limit`, () => {
    fc.assert(fc.property(fc.record(parts), (values) => {
      const subject = build(values);
      strictEqual(subject.startsWith(`${at(values).realm}.`), true);
      strictEqual(new TextEncoder().encode(subject).length < 3_800, true);
    }));
  });
}

function parserNoise(): string[] {
  const literals = "evt snap live timer at due chunk calls node any hub reply invalidate".split(
    " ",
  );
  return [...literals, "r", "a=2Eb", "a=2Fb", "=", "*", ">", "", ...NODE_CHANNELS];
}

Deno.test("the longest timer subject stays below the server's line limit of 4096 bytes", () => {
  const wide = "\u20ac".repeat(128);
  const subject = subjects.timerSubject("r".repeat(32), {
    kind: wide,
    id: wide,
    timer: "\u20ac".repeat(256),
  });
  strictEqual(new TextEncoder().encode(subject).length < 4_096 - 512, true);
});

Deno.test("no two families ever write the same subject", () => {
  const names = Object.keys(families).filter((name) => !isName(name));
  for (const a of names) {
    for (const b of names.filter((other) => other !== a)) {
      const one = families[a], other = families[b];
      if (one === undefined || other === undefined) throw new Error("unreachable");
      fc.assert(
        fc.property(fc.record(one.parts), fc.record(other.parts), (x, y) => {
          notStrictEqual(one.build(x), other.build({ ...y, realm: at(x).realm }));
        }),
        { numRuns: 10 },
      );
    }
  }
});

Deno.test("stream names of a realm never meet those of another, buckets included", () => {
  fc.assert(fc.property(realm, realm, (a, b) => {
    const all = [a, b].map((one) => [
      ...STREAMS.map((stream) => subjects.streamName(one, stream)),
      ...BUCKETS.map((bucket) => subjects.bucketStreamName(one, bucket)),
    ]);
    const names = new Set(all.flat());
    strictEqual(names.size, (a === b ? 1 : 2) * (STREAMS.length + BUCKETS.length));
  }));
});

Deno.test("anySubject() refuses no segment, an empty one, and more than six", () => {
  for (const operation of ["", "/fs", "fs/", "fs//read", "a/b/c/d/e/f/g"]) {
    throws(() => subjects.anySubject("r", operation), RangeError, operation);
  }
});

Deno.test("the filters match their own subjects by NATS rules and no neighbour's", () => {
  const here = { kind: "k", id: "i", timer: "t" };
  const rows: [string, string, string][] = [
    [subjects.actorFilter("r"), subjects.actorSubject("r", here), "r.snap.k.i"],
    [subjects.actorFilter("r", "k"), subjects.actorSubject("r", here), "r.evt.other.i"],
    [subjects.snapshotFilter("r"), subjects.snapshotSubject("r", here), "r.evt.k.i"],
    [subjects.snapshotFilter("r", "k"), subjects.snapshotSubject("r", here), "r.snap.o.i"],
    [subjects.dueFilter("r"), subjects.dueSubject("r", here), subjects.timerSubject("r", here)],
    [subjects.timerFilter("r"), subjects.timerSubject("r", here), subjects.dueSubject("r", here)],
    [subjects.timerFilter("r", here), subjects.timerSubject("r", here), "r.timer.at.k.j.t"],
    [subjects.replyFilter("r", "x"), subjects.replySubject("r", "x", "1"), "r.reply.y.1"],
    [
      subjects.invalidationFilter("r"),
      subjects.invalidationSubject("r", "roles"),
      "s.invalidate.roles",
    ],
  ];
  for (const [filter, inside, outside] of rows) {
    strictEqual(matches(filter, inside), true, `${filter} should match ${inside}`);
    strictEqual(matches(filter, outside), false, `${filter} should not match ${outside}`);
  }
});

Deno.test("keySubject() spells the subject that a bucket stores its key under", () => {
  const key = keys.activeKey({ kind: "k", id: "a:b" });
  strictEqual(subjects.keySubject("r", "ACTIVE", key), "$KV.r_ACTIVE.k.a=3Ab");
  throws(() => subjects.keySubject("r", "ACTIVE", "a..b"), RangeError);
  throws(() => subjects.keySubject("r", "ACTIVE", "a.>"), RangeError);
});

Deno.test("durableName() tells purposes and revisions apart", () => {
  const names = DURABLES.flatMap((one) => [
    subjects.durableName(one),
    subjects.durableName(one, "2"),
  ]);
  strictEqual(new Set(names).size, 2 * DURABLES.length);
  for (const name of names) strictEqual(/^[\w-]+$/.test(name), true);
  throws(() => subjects.durableName("timers", "a.b"), RangeError);
});

/** The matching rule of NATS, for filters without a queue. */
function matches(filter: string, subject: string): boolean {
  const wanted = filter.split("."), found = subject.split(".");
  for (const [i, one] of wanted.entries()) {
    if (one === ">") return found.length > i;
    if (found[i] === undefined || (one !== "*" && one !== found[i])) return false;
  }
  return wanted.length === found.length;
}
