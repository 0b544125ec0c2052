import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { MsgHdrsImpl } from "@nats-io/nats-core";
import {
  createHeaders,
  fixedHeaders,
  type PublishConditions,
  publishHeaders,
} from "./publish_headers.ts";

const target = "r.timer.due.k.i.t";
const rows: [PublishConditions, Record<string, string[]> | undefined][] = [
  [{}, undefined],
  [{ expectedLastSubjectSequence: 0 }, { "Nats-Expected-Last-Subject-Sequence": ["0"] }],
  [{ expectedLastSubjectSequence: 7, expectedLastSubjectSequenceSubject: "r.evt.k.*" }, {
    "Nats-Expected-Last-Subject-Sequence": ["7"],
    "Nats-Expected-Last-Subject-Sequence-Subject": ["r.evt.k.*"],
  }],
  [{ expectedLastSequence: 7 }, { "Nats-Expected-Last-Sequence": ["7"] }],
  [{ msgId: "m" }, { "Nats-Msg-Id": ["m"] }],
  [{ ttlMs: 3_000 }, { "Nats-TTL": ["3s"] }],
  [{ rollup: "subject" }, { "Nats-Rollup": ["sub"] }],
  [{ headers: { kind: "k", "trace-id": "t" } }, { kind: ["k"], "trace-id": ["t"] }],
  [{ schedule: { at: new Date(0), target, ttlMs: 1_000 } }, {
    "Nats-Schedule": ["@at 1970-01-01T00:00:00.000Z"],
    "Nats-Schedule-Target": [target],
    "Nats-Schedule-TTL": ["1s"],
  }],
];
for (const [conditions, expected] of rows) {
  Deno.test(`publishHeaders() spells ${JSON.stringify(conditions)}`, () => {
    deepStrictEqual(publishHeaders(conditions)?.toRecord(), expected);
  });
}

const refused: PublishConditions[] = [
  { expectedLastSubjectSequence: -1 },
  { expectedLastSubjectSequence: 1.5 },
  { expectedLastSequence: NaN },
  { ttlMs: 999 },
  { ttlMs: 1_500 },
  { ttlMs: Infinity },
  { msgId: "a\r\nNats-TTL: 1s" },
  { msgId: " a" },
  { headers: { "a b": "x" } },
  { headers: { "": "x" } },
  { headers: { "a:b": "x" } },
  { headers: { a: "x\n" } },
  { headers: { a: "x\0" } },
  { schedule: { at: new Date(NaN), target } },
  { schedule: { at: new Date(0), target: "a\nb" } },
  { expectedLastSubjectSequenceSubject: "a\nb" },
];
for (const conditions of refused) {
  Deno.test(`publishHeaders() refuses ${Deno.inspect(conditions)}`, () => {
    throws(() => publishHeaders(conditions), RangeError);
  });
}

Deno.test("a condition stands above a header of the same name", () => {
  const headers = publishHeaders({ msgId: "ours", headers: { "Nats-Msg-Id": "theirs" } });
  deepStrictEqual(headers?.toRecord(), { "Nats-Msg-Id": ["ours"] });
});

Deno.test("createHeaders() makes headers that the client encodes as its own", () => {
  const text = new TextDecoder().decode(publishHeaders({ headers: { a: "1", b: "€" } })?.encode());
  strictEqual(text, "NATS/1.0\r\na: 1\r\nb: €\r\n\r\n");
  strictEqual(createHeaders({ a: "1" }).get("a"), "1");
});

Deno.test("fixed headers are spelled as others are, once for all messages", () => {
  const record = { kind: "k", "trace-id": "t" };
  const fixed = fixedHeaders(record), other = createHeaders(record);
  if (!(fixed instanceof MsgHdrsImpl && other instanceof MsgHdrsImpl)) throw new TypeError();
  deepStrictEqual(fixed.encode(), other.encode());
  strictEqual(fixed.encode(), fixed.encode());
  throws(() => fixedHeaders({ kind: "k\r\nother: 1" }), RangeError);
});
