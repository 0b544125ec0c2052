/**
 * Who owns the resources that come and go while the hub runs: whoever made one, until it is gone.
 *
 * Asked for on every call, so all of it is in the memory of every node; written to the database, which
 * tells every node.
 *
 * @module
 */
import type { Identity, Ownership } from "@alkdev/operations";
import { backOff } from "@hub/bus";
import { getLogger } from "../logger/mod.ts";
import type { ListenToDatabase } from "./identity_changes.ts";
import { createOwners, type Owners } from "./owners.ts";
import type { OwnedResource } from "./records.ts";

const log = getLogger("auth");

/** Ownership in the database. Each change is told to whoever listens, in its own transaction. */
export interface OwnershipRows {
  /** All of it, in pages. */
  all(): AsyncIterable<readonly (OwnedResource & { readonly owner: string })[]>;
  find(resource: OwnedResource): Promise<string | undefined>;
  /** @throws {CallError} `CONFLICT` if it is somebody else's. */
  insert(resource: OwnedResource, owner: string): Promise<void>;
  remove(resource: OwnedResource): Promise<void>;
}

/** Ownership as handlers and the dispatcher ask for it. */
export interface OwnershipBook extends Ownership, AsyncDisposable {
  covers(type: string): boolean;
  /** Ids of what somebody owns, for lists that show nothing else. */
  ownedResources(identity: Identity, type: string): string[];
  /**
   * Notes who made a resource: the handler that has just made it does, before it answers.
   *
   * @throws {CallError} `CONFLICT` if it is somebody else's; `UNAVAILABLE`.
   */
  record(identity: Identity, resource: OwnedResource): Promise<void>;
  /** Notes that a resource is gone. @throws {CallError} `UNAVAILABLE`. */
  revoke(resource: OwnedResource): Promise<void>;
}

/** What the book is kept with. */
export interface OwnershipOptions {
  readonly rows: OwnershipRows;
  /** Types of resources that are made here. */
  readonly types: ReadonlySet<string>;
  readonly listenToDatabase: ListenToDatabase;
}

/** Reads who owns what, and follows its changes. */
export async function openOwnership(options: OwnershipOptions): Promise<OwnershipBook> {
  const { rows, types, listenToDatabase } = options;
  const closing = new AbortController();
  let owners: Owners = createOwners();
  // One after the other: what is read last is what was true last.
  let reading = Promise.resolve();
  const inTurn = (read: () => Promise<void>) => reading = reading.then(read);
  const loadAll = async () => {
    const loaded = createOwners();
    for await (const page of rows.all()) for (const row of page) loaded.set(row, row.owner);
    owners = loaded;
  };
  const reload = () =>
    inTurn(() =>
      untilDone(loadAll, closing.signal).catch((error) => {
        if (!closing.signal.aborted) throw error;
      })
    );
  const refresh = (resource: OwnedResource) =>
    inTurn(async () => {
      try {
        owners.set(resource, await rows.find(resource));
      } catch (error) {
        log.warn("an owner could not be looked up", { error });
        void reload();
      }
    });
  if (types.size > 0) await loadAll();
  // Where nothing is made, nothing can be owned: no connection is spent on it.
  const listening = types.size === 0 ? undefined : listenToDatabase({
    onMessage: (payload) => void refresh(resourceOf(payload)),
    // What was told meanwhile was missed.
    onListening: () => void reload(),
    onLost: () => log.debug("changes of ownership are not heard for now"),
  });
  return {
    covers: (type) => types.has(type),
    owns: ({ id: owner }, { type, id }) => owners.ownerOf({ type, id }) === owner,
    ownsAny: ({ id: owner }, type) => owners.idsOf(owner, type).size > 0,
    ownedResources: ({ id: owner }, type) => [...owners.idsOf(owner, type)],
    async record({ id: owner }, resource) {
      checkResource(resource, types);
      await rows.insert(resource, owner);
      await refresh(resource);
    },
    async revoke(resource) {
      checkResource(resource, types);
      await rows.remove(resource);
      await refresh(resource);
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      await listening?.[Symbol.asyncDispose]();
      await reading;
    },
  };
}

/** Until it succeeds or is no longer wanted. */
async function untilDone(work: () => Promise<void>, signal: AbortSignal): Promise<void> {
  for (let tries = 1;; tries++) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      log.warn("ownership could not be read again", { error, tries });
    }
    await backOff(tries, signal);
  }
}

/** A notification holds no more than 8,000 bytes. */
const MOST_CHARACTERS = 256;

function checkResource({ type, id }: OwnedResource, types: ReadonlySet<string>): void {
  if (!types.has(type)) throw new RangeError(`Cannot own a ${type}: nothing here makes one`);
  if (id === "" || id.length > MOST_CHARACTERS) {
    throw new RangeError(`Cannot own a ${type}: its id has no or too many characters`);
  }
}

/** What only this program writes. */
function resourceOf(payload: string): OwnedResource {
  const { type, id }: OwnedResource = JSON.parse(payload);
  return { type, id };
}
