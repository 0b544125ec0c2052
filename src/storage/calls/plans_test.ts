/**
 * The history of calls is read from an index, whatever is asked of it.
 *
 * @module
 */
import { ok } from "node:assert/strict";
import { drizzle } from "drizzle-orm/node-postgres";
import pg from "pg";
import type { CallReader, CallRow } from "../../calls/call_store.ts";
import { testDatabase } from "../../../tests/harness/database.ts";
import { createQueryLog, manyRows, readsFromIndex } from "../_plans_testing.ts";
import { readCallsWith } from "./reader.ts";

const ROWS = manyRows(40_000);
const TRACE = "0".repeat(31) + "7";

/**
 * A hundred spokes with ten operations each, a thousand callers, each fiftieth call for somebody else,
 * each hundredth failed with one of twenty codes, traces of ten calls, and one operation that is rare.
 * Names are sorted as in a language, as databases do that others have made.
 */
const FILL = `
  alter table calls alter column operation type text collate "en-x-icu";
  insert into calls (id, trace_id, parent_id, request_id, operation, peer, status, node, identity_id,
      originator_id, error_code, requested_at, duration_ms)
    select lpad(to_hex(i), 16, '0'), lpad(to_hex(i / 10), 32, '0'),
      case when i % 10 > 0 then lpad(to_hex(i - 1), 16, '0') end, 'request ' || i,
      case when i % 10000 = 1 then 'rare/it/is'
        else 'dev' || i % 100 || '/fs/op' || i / 100 % 10 end,
      'dev' || i % 100, case when i % 100 = 1 then 'failed' else 'ok' end, 'n1', 'key' || i / 7 % 1000,
      case when i % 50 = 3 then 'user' || i / 50 % 100 end,
      case when i % 100 = 1 then 'CODE_' || i / 100 % 20 end, now() - i * interval '1 s', 1
    from generate_series(1, ${ROWS}) i;
  insert into call_edges select parent_id, id, 'triggered' from calls where parent_id is not null;
  vacuum analyze calls, call_edges`;

const before = (calls: number) => new Date(Date.now() - calls * 1_000);
const MIDDLE = before(ROWS / 2), END = before(ROWS - 50);
const limit = 100;

const READS: Record<string, (calls: CallReader) => Promise<readonly CallRow[]>> = {
  "the newest": (calls) => calls.list({ limit }),
  "the oldest": (calls) => calls.list({ limit, after: { startedAt: END, id: "f" } }),
  "those of an operation": (calls) => calls.list({ limit, operation: "dev7/fs/op3" }),
  "the oldest of an operation": (calls) =>
    calls.list({ limit, operation: "rare/it/is", until: MIDDLE }),
  "those of operations that begin so, which are many": (calls) =>
    calls.list({ limit, operation: "dev*" }),
  "those of operations that begin so, which are rare": (calls) =>
    calls.list({ limit, operation: "rare/*" }),
  "those of a spoke": (calls) => calls.list({ limit, peer: "dev7" }),
  "those by somebody": (calls) => calls.list({ limit, caller: "key7" }),
  "those for somebody": (calls) => calls.list({ limit, caller: "user7" }),
  "a later page of those for somebody": (calls) =>
    calls.list({ limit, caller: "user0", after: { startedAt: MIDDLE, id: "f" } }),
  "those that failed": (calls) => calls.list({ limit, outcome: "failed" }),
  "those that failed with a code": (calls) => calls.list({ limit, outcome: "CODE_7" }),
  "one, by its id or its request's": (calls) => calls.find("request 77", { caller: "key7" }),
  "those of a trace": (calls) => calls.trace(TRACE, { limit: 1_001 }),
  "what led to one, and what it led to": (calls) =>
    calls.family({ id: "0".repeat(14) + "4b", trace: TRACE }, { limit: 1_000 }),
};

Deno.test(`the history of ${ROWS} calls is read from an index, whatever is asked of it`, async (t) => {
  await using database = await testDatabase();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    for (const statement of FILL.split(";")) await client.query(statement);
    const { logger, take } = createQueryLog();
    const calls = readCallsWith(drizzle(client, { logger }));
    for (const [what, read] of Object.entries(READS)) {
      await t.step(what, async () => {
        ok((await read(calls)).length > 0, "there are some");
        const queries = take();
        ok(queries.length === 1);
        for (const query of queries) await readsFromIndex(client, query, { blocks: 500 });
      });
    }
  } finally {
    await client.end();
  }
});
