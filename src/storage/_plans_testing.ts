/**
 * Looks at how Postgres reads.
 *
 * @module
 */
import { ok, strictEqual } from "node:assert/strict";
import type pg from "pg";

/** A query as it was sent. */
export interface SentQuery {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** So many that a look at all of them would cost more than any index; `deno task plans`: a million. */
export function manyRows(usually: number): number {
  return Number(Deno.env.get("HUB_TEST_ROWS") ?? usually);
}

/** Notes what is sent: the logger of an ORM. */
export function createQueryLog() {
  const sent: SentQuery[] = [];
  return {
    logger: { logQuery: (text: string, values: unknown[]) => void sent.push({ text, values }) },
    /** What was sent since it was asked last. */
    take: (): SentQuery[] => sent.splice(0),
  };
}

interface Plan {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Shared Hit Blocks": number;
  readonly "Shared Read Blocks": number;
  readonly Plans?: readonly Plan[];
}

/** What a read may cost. */
export interface CostOfReading {
  /** Tables that are empty in the test, so that there is no shorter way through them. */
  readonly empty?: readonly string[];
  /** Of 8 KiB each. */
  readonly blocks?: number;
}

/** Runs a query again, and fails if it goes through a whole table, or through much of an index. */
export async function readsFromIndex(
  client: pg.Client,
  { text, values }: SentQuery,
  { empty = [], blocks: most = 1_500 }: CostOfReading = {},
): Promise<void> {
  const explain = `explain (analyze, buffers, format json) ${text}`;
  const { rows } = await client.query(explain, [...values]);
  const { Plan: plan }: { Plan: Plan } = rows[0]["QUERY PLAN"][0];
  const scanned = nodesOf(plan).filter((node) => node["Node Type"] === "Seq Scan")
    .map((node) => node["Relation Name"] ?? "").filter((name) => !empty.includes(name));
  strictEqual(scanned.join(), "", text);
  const blocks = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"];
  ok(blocks < most, `${blocks} blocks for ${text}`);
}

function nodesOf(plan: Plan): Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}
