/**
 * The live nodes as one node sees them.
 *
 * Whether a node lives is the server's word alone: its key is there, or the server has put a marker
 * in its place. No clock is compared with another machine's. As markers are short-lived themselves,
 * one may be missed while the connection is lost; so whoever has been silent for longer than it
 * promised is looked up. And as the consumer of the watch lives on one server, it may die without a
 * word; so a watch that does not tell of this node's own renewals is begun again.
 *
 * @module
 */
import { JetStreamApiError, type JetStreamManager, jetstreamManager } from "@nats-io/jetstream";
import { TimeoutError } from "@nats-io/nats-core";
import type { KvWatchEntry } from "@nats-io/kv";
import { backOff } from "./back_off.ts";
import type { Bus } from "./connect.ts";
import { BusError } from "./errors.ts";
import { parseNodeKey } from "./keys.ts";
import { createListeners } from "./listeners.ts";
import { decodeNodeEntry, type LiveNode, type NodeEntry } from "./node_entry.ts";
import { openBucket } from "./streams.ts";
import { bucketStreamName, keySubject } from "./subjects.ts";

/** What the stream holds at a key. */
export interface StoredEntry {
  readonly revision: number;
  /** Nothing if the key was deleted or has expired. */
  readonly entry: NodeEntry | undefined;
}

/** A view that follows the bucket until it is closed. */
export interface NodesView {
  /** Sorted by id. */
  nodes(): readonly LiveNode[];
  onChange(listener: (nodes: readonly LiveNode[]) => void): () => void;
  /** Settles once everything up to a revision has been seen. */
  caughtUp(revision: number): Promise<void>;
  /** Looks up nodes that were silent for too long. */
  checkSilent(): Promise<void>;
  /** Begins the watch again if it has been silent for so long, although `revision` was written. */
  checkWatch(revision: number, silentMs: number): void;
  /** Asks the stream's leader. */
  read(key: string): Promise<StoredEntry | undefined>;
  close(): Promise<void>;
}

interface Seen {
  readonly node: LiveNode;
  readonly revision: number;
  readonly ttlMs: number;
  /** On our own clock of `performance.now()`. */
  readonly heardAt: number;
}

const READ_TIMEOUT_MS = 2_000;

/** Opens a view of the nodes of the bus's realm. */
export async function openNodesView(bus: Bus): Promise<NodesView> {
  const manager = await jetstreamManager(bus.connection, {
    checkAPI: false,
    timeout: READ_TIMEOUT_MS,
  });
  const table = createTable();
  const closing = new AbortController();
  const watch = createWatch(bus, table);
  const following = watch.follow(closing.signal);
  const read = (key: string) => {
    // The client would wait for an answer to what it never sent.
    if (bus.status === "connected") return readKey(manager, { realm: bus.realm, key });
    const message = "Cannot read who is there: the connection to NATS is lost";
    return Promise.reject(new BusError("DISCONNECTED", message));
  };
  return {
    nodes: table.nodes,
    onChange: table.listeners.add,
    caughtUp: table.caughtUp,
    read,
    async checkSilent() {
      await Promise.all(
        table.silent().map(async ([key, { revision }]) => {
          const stored = await read(key);
          if (stored === undefined) table.remove(key, revision);
          else table.apply(key, stored);
        }),
      );
    },
    checkWatch: watch.check,
    async close() {
      closing.abort();
      await following;
    },
  };
}

function createTable() {
  const seen = new Map<string, Seen>();
  const listeners = createListeners<readonly LiveNode[]>();
  let waiting: { readonly revision: number; readonly resolve: () => void }[] = [];
  let sorted: readonly LiveNode[] = [];
  let newest = 0;

  function changed(): void {
    sorted = [...seen.values()].map(({ node }) => node)
      .sort((a, b) => a.id < b.id ? -1 : 1);
    listeners.tell(sorted);
  }

  function put(key: string, revision: number, { epoch, info, ttlMs }: NodeEntry): void {
    const before = seen.get(key)?.node;
    const now = { id: parseNodeKey(key), epoch: epoch === 0 ? revision : epoch, info };
    // The same object for as long as nothing but the heartbeat moves.
    const same = before?.epoch === now.epoch &&
      JSON.stringify(before.info) === JSON.stringify(info);
    seen.set(key, { node: same ? before : now, revision, ttlMs, heardAt: performance.now() });
    if (!same) changed();
  }

  return {
    listeners,
    nodes: () => sorted,
    apply(key: string, { revision, entry }: StoredEntry): void {
      if (revision > (seen.get(key)?.revision ?? 0)) {
        if (entry !== undefined) put(key, revision, entry);
        else if (seen.delete(key)) changed();
      }
      newest = Math.max(newest, revision);
      for (const one of waiting) if (one.revision <= newest) one.resolve();
      waiting = waiting.filter((one) => one.revision > newest);
    },
    /** Removes what has not moved since it was looked up. */
    remove(key: string, revision: number): void {
      if (seen.get(key)?.revision === revision && seen.delete(key)) changed();
    },
    silent: () => [...seen].filter(([, one]) => performance.now() - one.heardAt > one.ttlMs),
    caughtUp(revision: number): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      if (revision <= newest) resolve();
      else waiting.push({ revision, resolve });
      return promise;
    },
  };
}

/** Watches until closed; a watch that ends or goes deaf begins again. */
function createWatch(bus: Bus, table: ReturnType<typeof createTable>) {
  let told = 0, heardAt = performance.now();
  let again = () => {};

  async function watch(closing: AbortSignal): Promise<void> {
    const bucket = await openBucket(bus.connection, { realm: bus.realm, bucket: "NODES" });
    const entries = await bucket.watch();
    const stop = () => entries.stop();
    closing.addEventListener("abort", stop, { once: true });
    if (closing.aborted) stop();
    again = stop;
    heardAt = performance.now();
    try {
      for await (const entry of entries) {
        heardAt = performance.now();
        told = Math.max(told, entry.revision);
        take(table, entry);
      }
    } finally {
      closing.removeEventListener("abort", stop);
    }
  }

  return {
    async follow(closing: AbortSignal): Promise<void> {
      for (let tries = 1; !closing.aborted; tries++) {
        const before = told;
        try {
          await watch(closing);
        } catch {
          // No connection or no leader: the next try will tell.
        }
        if (told > before) tries = 0;
        await backOff(tries + 1, closing).catch(() => undefined);
      }
    },
    check(revision: number, silentMs: number): void {
      if (revision <= told || performance.now() - heardAt <= silentMs) return;
      heardAt = performance.now();
      again();
    },
  };
}

function take(table: ReturnType<typeof createTable>, entry: KvWatchEntry): void {
  const isNode = entry.operation === "PUT" && isNodeKey(entry.key);
  table.apply(entry.key, {
    revision: entry.revision,
    entry: isNode ? readEntry(entry.value) : undefined,
  });
}

function isNodeKey(key: string): boolean {
  try {
    return parseNodeKey(key) !== "";
  } catch {
    return false;
  }
}

/** What no node wrote counts as nothing. */
function readEntry(bytes: Uint8Array): NodeEntry | undefined {
  try {
    return decodeNodeEntry(bytes);
  } catch {
    return undefined;
  }
}

async function readKey(
  manager: JetStreamManager,
  { realm, key }: { readonly realm: string; readonly key: string },
): Promise<StoredEntry | undefined> {
  const stream = bucketStreamName(realm, "NODES");
  const last_by_subj = keySubject(realm, "NODES", key);
  const found = await manager.streams.getMessage(stream, { last_by_subj }).catch((error) => {
    throw readProblem(error);
  });
  if (found === null) return undefined;
  // A marker of the server or the hub's own purge: neither has a value.
  const entry = found.data.length === 0 ? undefined : readEntry(found.data);
  return { revision: found.seq, entry };
}

/** No answer, or none from a leader: there is one again as soon as the servers have elected it. */
function readProblem(cause: unknown): unknown {
  const isElecting = cause instanceof JetStreamApiError && cause.status === 503;
  if (!(cause instanceof TimeoutError) && !isElecting) return cause;
  const message = "Cannot read who is there: bucket NODES does not answer";
  return new BusError("TIMEOUT", message, { cause });
}
