import { CallError, type Identity } from "@alkdev/operations";
import { Type } from "@sinclair/typebox";
import { spokenCode } from "../../calls/call_event.ts";
import { createSight, seen, type SightOf } from "../../calls/call_sight.ts";
import type { CallKey, CallRow } from "../../calls/call_store.ts";
import { AnyMoment, decodeCursor, encodeCursor } from "../../storage/cursor.ts";
import { anyMoment, pageRequest } from "../identities/schemas.ts";
import type { CallOperationPorts } from "./ports.ts";
import type { CallView, IdInput, ListInput, ListOutput, TreeOutput } from "./schemas.ts";

/** What reading needs of the world. */
type ReadPorts = Pick<CallOperationPorts, "calls" | "view">;

/** Who asks. */
export interface Asking {
  readonly identity?: Identity;
}

const ByTime = Type.Tuple([AnyMoment, Type.String()]);
/** Pages that are looked through for one that is asked for, where much of it may not be seen. */
const MAX_PAGES = 8;
const MAX_TREE = 1_000;

/** A page of calls, newest first: fewer than asked for where many are not for the caller to see. */
export async function listCalls(
  ports: ReadPorts,
  { since, until, limit: asked, after, ...filter }: ListInput,
  who: Asking,
): Promise<ListOutput> {
  const { limit } = pageRequest(asked === undefined ? {} : { limit: asked });
  const sightOf = sightFor(ports, who);
  const request = {
    ...{ ...filter, limit },
    outcome: filter.outcome === undefined ? undefined : spokenCode(filter.outcome),
    since: since === undefined ? undefined : anyMoment(since),
    until: until === undefined ? undefined : anyMoment(until),
  };
  const calls: CallView[] = [];
  let key: CallKey | undefined = after === undefined ? undefined : keyOf(after);
  for (let page = 0; page < MAX_PAGES; page++) {
    const rows = await ports.calls.list({ ...request, after: key });
    for (const row of rows) {
      if (calls.length === limit) return { calls, next: cursorOf(key) };
      key = row;
      const call = seen(row, sightOf);
      if (call !== undefined) calls.push(viewOf(call));
    }
    if (rows.length < limit) return { calls };
  }
  return { calls, next: cursorOf(key) };
}

/** One call. */
export async function getCall(
  ports: ReadPorts,
  { id }: IdInput,
  who: Asking,
): Promise<CallView> {
  const sightOf = sightFor(ports, who);
  const call = seen(await foundCall(ports, { id, who, sightOf }), sightOf);
  if (call === undefined) throw notFound();
  return viewOf(call);
}

/**
 * What belongs to the same trace as a call, each call before those that it made. Of a trace that is too
 * long, as of a client that uses one for all it does: what led to the call, and what it led to.
 */
export async function callTree(
  ports: ReadPorts,
  { id }: IdInput,
  who: Asking,
): Promise<TreeOutput> {
  const sightOf = sightFor(ports, who);
  const row = await foundCall(ports, { id, who, sightOf });
  const rows = await ports.calls.trace(row.trace, { limit: MAX_TREE + 1 });
  const isWhole = rows.length <= MAX_TREE;
  const shown = isWhole ? rows : await ports.calls.family(row, { limit: MAX_TREE });
  const views = shown.flatMap((one) => {
    const call = seen(one, sightOf);
    return call === undefined ? [] : [viewOf(call)];
  });
  const calls = [...inOrder(views)];
  return { trace: row.trace, calls, isWhole };
}

/** The call that is meant: of those that have the id, the first that is there for who asks. */
async function foundCall(
  { calls }: ReadPorts,
  { id, who, sightOf }: { readonly id: string; readonly who: Asking; readonly sightOf: SightOf },
): Promise<CallRow> {
  const found = await calls.find(id, { caller: who.identity?.id ?? "" });
  const row = found.find((one) => sightOf(one) !== "none");
  if (row === undefined) throw notFound();
  return row;
}

/** Depth first. A parent is whatever the caller said: nobody is passed over, or comes twice. */
function* inOrder(views: readonly CallView[]): Generator<CallView & { depth: number }> {
  const left = new Map(views.map((view) => [view.id, view]));
  const below = Map.groupBy(views, ({ parent }) => parent);
  const roots = views.filter(({ parent }) => parent === undefined || !left.has(parent));
  // What is left after those asks for itself, round and round.
  for (const root of [...roots, ...views]) {
    const open = [{ view: root, depth: 0 }];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { view, depth } = next;
      if (!left.delete(view.id)) continue;
      yield { ...view, depth };
      for (const child of (below.get(view.id) ?? []).toReversed()) {
        open.push({ view: child, depth: depth + 1 });
      }
    }
  }
}

function sightFor({ view }: ReadPorts, { identity }: Asking): SightOf {
  if (identity === undefined) throw new CallError("ACCESS_DENIED", "authentication required");
  return createSight(view(), identity);
}

function viewOf({ startedAt, ...row }: CallRow): CallView {
  return { ...row, startedAt: startedAt.toISOString() };
}

function keyOf(cursor: string): CallKey {
  const [at, id] = decodeCursor(ByTime, cursor);
  return { startedAt: new Date(at), id };
}

function cursorOf(key: CallKey | undefined): string {
  return encodeCursor(key === undefined ? [] : [key.startedAt.getTime(), key.id]);
}

function notFound(): CallError {
  return new CallError("CALL_NOT_FOUND", "There is no such call");
}
