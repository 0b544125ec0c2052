/**
 * The actors in the memory of one node.
 *
 * @module
 */
import type { Address } from "@hub/bus";
import type { ActorDuties } from "./actor_duties.ts";
import { type ActiveActor, type ActorPorts, createActiveActor } from "./actor.ts";
import { type Answer, type Command, CommandError } from "./command.ts";
import type { ActorKind } from "./definition.ts";
import { createLazyDuties } from "./lazy_duties.ts";
import { createExpiries } from "./expiries.ts";
import { addressText } from "./family.ts";
import type { Send } from "./forward.ts";
import type { Kinds } from "./kinds.ts";
import { createPaced } from "./paced.ts";
import { type Get, viewOf } from "./view.ts";

/** What the residents need. */
export interface ResidentsOptions {
  readonly node: string;
  readonly kinds: Kinds;
  readonly ports: Omit<ActorPorts, "kind" | "scope" | "duties">;
  /** Whether the actor is this node's. */
  readonly isOwn: (address: Address) => boolean;
  readonly createDuties: (address: Address, kind: ActorKind) => ActorDuties;
  /** An actor has been let go with work under way. */
  readonly onLeft: (address: Address) => void;
  /** Actors in memory. Default 50,000. */
  readonly maxActors?: number;
  /** How long all are saved when this ends. Default 5,000. */
  readonly saveMs?: number;
}

/** The actors in memory; disposing saves them and hands their work over. */
export interface Residents extends AsyncDisposable {
  readonly size: number;
  /** @throws {CommandError} */
  readonly send: Send;
  /** @throws {CommandError} */
  readonly get: Get;
  has(address: Address): boolean;
  /**
   * Those that are not in memory, or not with all that is in their logs. @throws {BusError}
   */
  behind(addresses: readonly Address[]): Promise<readonly Address[]>;
  /** Brings an actor into memory, up to date, with what is under way for it. */
  activate(address: Address): Promise<void>;
  /** Lets go of those that are another node's by now. */
  releaseForeign(): void;
  /** Arms timers again that should have come. */
  rearmLate(): void;
}

/** By then who owns what has settled among the nodes. */
const FOREIGN_AFTER_MS = 5_000;
const DRAIN_MS = 2_000;
/** A snapshot is only a shortcut: a node that stops saves as many as it can in that time. */
const SAVE_MS = 5_000;
const MAX_ACTORS = 50_000;
/** Actors that wait for room. */
const MAX_ENTERING = 1_024;
/** How often some actors are asked to give their room to another one, and how many at a time. */
const MAX_ASKED = 16, MAX_LEAVING = 32;

interface Resident {
  readonly address: Address;
  readonly text: string;
  readonly kind: ActorKind;
  readonly actor: ActiveActor;
  readonly duties: ActorDuties;
  /** How often it was needed. */
  uses: number;
  usedAt: number;
  /** Whether it has been let go, whatever it is needed for. */
  isLeaving: boolean;
}

/** Creates an empty memory. */
export function createResidents(options: ResidentsOptions): Residents {
  const { node, kinds, ports, isOwn, createDuties, onLeft } = options;
  const { maxActors = MAX_ACTORS, saveMs = SAVE_MS } = options;
  /** The one that was not needed for the longest time comes first. */
  const residents = new Map<string, Resident>();
  const entering = new Map<string, Promise<Resident>>();
  let lastEntered: Promise<unknown> = Promise.resolve();
  let closed = false, isLate = false;
  const lateLeavers: Promise<void>[] = [];
  // Thousands may become idle, or another node's, in one moment: what comes for others meanwhile must
  // not wait for all of them.
  const idle = createPaced(putAway), leaving = createPaced(letGo);
  const rearming = createPaced(({ duties }: Resident) => duties.rearmLate());
  const expiries = createExpiries(expire);

  /** At once, if it is there or there is room: so commands stay in their order. */
  function residentFor(address: Address): Resident | Promise<Resident> {
    const text = addressText(address);
    const found = residents.get(text);
    if (found !== undefined) return touch(found);
    const coming = entering.get(text);
    if (coming !== undefined) return coming.then(touch);
    if (residents.size + entering.size < maxActors) return create(address, text);
    if (entering.size >= MAX_ENTERING) throw full();
    // One after the other: each of them needs a room of its own.
    const entered = lastEntered.then(async () => {
      if (residents.size >= maxActors) await makeRoom();
      return create(address, text);
    }).finally(() => entering.delete(text));
    lastEntered = entered.catch(() => undefined);
    entering.set(text, entered);
    return entered;
  }

  /** At once, too, where it does not have to wait for room. */
  async function sendToComing(address: Address, command: Command): Promise<Answer> {
    const found = residentFor(address);
    const { actor } = found instanceof Promise ? await found : found;
    return await actor.send(command).catch(fail);
  }

  function touch(resident: Resident): Resident {
    resident.uses++;
    resident.usedAt = performance.now();
    moveToEnd(resident);
    return resident;
  }

  function moveToEnd(resident: Resident): void {
    if (residents.delete(resident.text)) residents.set(resident.text, resident);
  }

  function create(address: Address, text: string): Resident {
    const known = kinds.find(address.kind);
    if (known === undefined) {
      throw new CommandError("VALIDATION_ERROR", `There is no kind of actor "${address.kind}"`);
    }
    if (closed) throw new CommandError("UNAVAILABLE", "This node hosts no actors any more");
    const { kind, scope } = known;
    const duties = createLazyDuties(() => createDuties(address, kind));
    const actor = createActiveActor({ ...ports, kind, scope, duties }, address);
    const parts = { address, text, kind, actor, duties };
    const resident: Resident = {
      ...parts,
      ...{ uses: 1, usedAt: performance.now(), isLeaving: false },
    };
    residents.set(text, resident);
    expiries.set(resident, stayOf(resident));
    return resident;
  }

  function stayOf({ address, kind: { passivateAfterMs } }: Resident): number {
    return isOwn(address) ? passivateAfterMs : Math.min(passivateAfterMs, FOREIGN_AFTER_MS);
  }

  /** Nobody has needed it for a while; effects, and what it still has to deliver, do. */
  function expire(resident: Resident): void {
    const left = timeLeftTo(resident);
    // Set again here and not with each command, which would cost more than the command.
    if (left > 0) expiries.set(resident, left);
    else if (!resident.isLeaving) idle.add(resident);
  }

  function timeLeftTo(resident: Resident): number {
    return stayOf(resident) - (performance.now() - resident.usedAt);
  }

  /** It has waited for its turn, in which it may have been needed. */
  async function putAway(resident: Resident): Promise<void> {
    if (!isHere(resident)) return;
    if (timeLeftTo(resident) > 0) return expire(resident);
    if (!isOwn(resident.address)) return release(resident);
    // It may have been let go meanwhile: what has left memory must never save itself again.
    if (!await passivate(resident) && isHere(resident)) expiries.set(resident, stayOf(resident));
  }

  /** Whether it is in memory, and to stay there. */
  function isHere(resident: Resident): boolean {
    return residents.get(resident.text) === resident && !resident.isLeaving;
  }

  /** Resolves with whether it has left memory: not if it works or was needed meanwhile. */
  async function passivate(resident: Resident): Promise<boolean> {
    const { uses, actor, duties } = resident;
    if (duties.isBusy) return false;
    await actor.passivate().catch(() => undefined);
    // A command that came while the snapshot was saved finds the actor still in its place.
    if (resident.uses !== uses || actor.isWorking || duties.isBusy) return false;
    if (!isHere(resident)) return false;
    await leave(resident);
    return true;
  }

  async function leave(resident: Resident): Promise<void> {
    const { address, text, duties } = resident;
    expiries.delete(resident);
    residents.delete(text);
    // Only now: whoever has it next is told of all that was committed here.
    if (await duties.close() && !closed) onLeft(address);
  }

  /** Several at once: whoever comes next needs room as well. */
  async function makeRoom(): Promise<void> {
    const width = Math.max(1, Math.min(MAX_LEAVING, Math.floor(maxActors / 16)));
    for (let asked = 0; asked < MAX_ASKED; asked++) {
      const oldest = [...residents.values().take(width)];
      // Whatever they answer, next time others are asked.
      for (const one of oldest) moveToEnd(one);
      await Promise.all(oldest.map(passivate));
      if (residents.size < maxActors) return;
    }
    throw full();
  }

  function full(): CommandError {
    const message = `Cannot bring another actor into memory: the ${maxActors} there are at work, ` +
      "try again later";
    return new CommandError("RATE_LIMITED", message);
  }

  function release(resident: Resident): void {
    if (resident.isLeaving) return;
    resident.isLeaving = true;
    // At once, whenever it is its turn to leave: its effects are begun elsewhere by now.
    resident.duties.stop();
    leaving.add(resident);
  }

  async function letGo(resident: Resident): Promise<void> {
    const { actor } = resident;
    if (isLate) return void lateLeavers.push(leave(resident));
    // What comes meanwhile is still committed here, and leaves with it.
    do await actor.passivate().catch(() => undefined); while (actor.isWorking);
    await leave(resident);
  }

  return {
    get size() {
      return residents.size;
    },
    has: (address) => residents.has(addressText(address)),
    send(address, command) {
      const here = residents.get(addressText(address));
      return here === undefined
        ? sendToComing(address, command)
        : touch(here).actor.send(command).catch(fail);
    },
    async get(address) {
      const resident = await residentFor(address), { kind, actor } = resident;
      const loaded = await actor.read().catch(fail);
      if (loaded !== undefined) return viewOf({ kind, owner: node }, loaded);
      // Whoever asks for actors that never began must not fill the memory with them.
      void passivate(resident);
      return undefined;
    },
    async behind(addresses) {
      const seqOf = (address: Address) => residents.get(addressText(address))?.actor.seq;
      const here = addresses.filter((address) => seqOf(address) !== undefined);
      const found = await ports.log.ends(here);
      const ends = new Map(here.map((address, at) => [address, found[at]]));
      return addresses.filter((address) => {
        // Only now: it may have gone on, or have left, since the question was asked.
        const seq = seqOf(address), end = ends.get(address);
        return seq === undefined || end === undefined || end > seq;
      });
    },
    async activate(address) {
      const { actor, duties } = await residentFor(address);
      await actor.activate();
      duties.adopt(actor.seq ?? 0);
    },
    releaseForeign() {
      const foreign = [...residents.values()].filter(({ address }) => !isOwn(address));
      // Their new owner waits for those that work.
      for (const resident of foreign) if (resident.duties.isBusy) release(resident);
      for (const resident of foreign) release(resident);
    },
    rearmLate() {
      // Many, when nobody could hear of them for a while.
      for (const resident of residents.values()) if (resident.duties.isLate) rearming.add(resident);
    },
    async [Symbol.asyncDispose]() {
      // What is to be delivered may be for actors of this very node: all of it before any leaves.
      const all = [...residents.values()];
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<void>((resolve) => timer = setTimeout(resolve, DRAIN_MS));
      const delivered = Promise.all(all.map(({ duties }) => duties.delivered()));
      await Promise.race([delivered, late]);
      clearTimeout(timer);
      closed = true;
      timer = setTimeout(() => isLate = true, saveMs);
      for (const resident of all) release(resident);
      await Promise.all([leaving.done(), idle.done(), rearming.done()]);
      clearTimeout(timer);
      await Promise.all(lateLeavers);
      expiries[Symbol.dispose]();
    },
  };
}

/** As the caller at another node is told: it was not the command's fault. */
function fail(cause: unknown): never {
  if (cause instanceof CommandError) throw cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  throw new CommandError("UNAVAILABLE", reason, { cause });
}
