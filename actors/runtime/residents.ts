/**
 * The actors in the memory of one node.
 *
 * @module
 */
import type { Address } from "@hub/bus";
import type { ActorDuties } from "./actor_duties.ts";
import { type ActiveActor, type ActorPorts, createActiveActor } from "./actor.ts";
import { CommandError } from "./command.ts";
import type { ActorKind } from "./definition.ts";
import { addressText } from "./family.ts";
import type { Send } from "./forward.ts";
import type { Kinds } from "./kinds.ts";

/** What the residents need. */
export interface ResidentsOptions {
  readonly kinds: Kinds;
  readonly ports: Omit<ActorPorts, "kind" | "scope" | "duties">;
  /** Whether the actor is this node's. */
  readonly isOwn: (address: Address) => boolean;
  readonly createDuties: (address: Address, kind: ActorKind) => ActorDuties;
  /** An actor has been let go with work under way. */
  readonly onLeft: (address: Address) => void;
}

/** The actors in memory; disposing saves them and hands their work over. */
export interface Residents extends AsyncDisposable {
  readonly size: number;
  /** @throws {CommandError} */
  readonly send: Send;
  has(address: Address): boolean;
  /** Brings an actor into memory, up to date, with what is under way for it. */
  activate(address: Address): Promise<void>;
  /** Lets go of those that are another node's by now. */
  releaseForeign(): void;
}

/** By then who owns what has settled among the nodes. */
const FOREIGN_AFTER_MS = 5_000;
const DRAIN_MS = 2_000;

interface Resident {
  readonly address: Address;
  readonly kind: ActorKind;
  readonly actor: ActiveActor;
  readonly duties: ActorDuties;
  timer: ReturnType<typeof setTimeout> | undefined;
  leaving: Promise<void> | undefined;
}

/** Creates an empty memory. */
export function createResidents(options: ResidentsOptions): Residents {
  const { kinds, ports, isOwn, createDuties, onLeft } = options;
  const residents = new Map<string, Resident>();
  let closed = false;

  function residentFor(address: Address): Resident {
    const text = addressText(address);
    const resident = residents.get(text) ?? create(address);
    residents.set(text, resident);
    clearTimeout(resident.timer);
    const { passivateAfterMs } = resident.kind;
    const stay = isOwn(address) ? passivateAfterMs : Math.min(passivateAfterMs, FOREIGN_AFTER_MS);
    resident.timer = setTimeout(() => void expire(text, resident), stay);
    return resident;
  }

  function create(address: Address): Resident {
    const known = kinds.find(address.kind);
    if (known === undefined) {
      throw new CommandError("VALIDATION_ERROR", `There is no kind of actor "${address.kind}"`);
    }
    if (closed) throw new CommandError("UNAVAILABLE", "This node hosts no actors any more");
    const { kind, scope } = known;
    const duties = createDuties(address, kind);
    const actor = createActiveActor({ ...ports, kind, scope, duties }, address);
    return { address, kind, actor, duties, timer: undefined, leaving: undefined };
  }

  /** Nobody has needed it for a while; effects, and what it still has to deliver, do. */
  async function expire(text: string, resident: Resident): Promise<void> {
    const { timer, address, duties } = resident;
    if (!isOwn(address)) return await release(text, resident);
    if (duties.isBusy) return void residentFor(address);
    await resident.actor.passivate().catch(() => undefined);
    // A command that came while the snapshot was saved finds the actor still in its place.
    if (resident.timer !== timer || resident.actor.waiting > 0 || duties.isBusy) {
      return void residentFor(address);
    }
    residents.delete(text);
    await duties.close();
  }

  function release(text: string, resident: Resident): Promise<void> {
    resident.leaving ??= letGo(text, resident);
    return resident.leaving;
  }

  async function letGo(text: string, resident: Resident): Promise<void> {
    const { actor, duties, address } = resident;
    clearTimeout(resident.timer);
    duties.stop();
    do await actor.passivate().catch(() => undefined); while (actor.waiting > 0);
    clearTimeout(resident.timer);
    residents.delete(text);
    // Only now: whoever has it next is told of all that was committed here.
    if (await duties.close() && !closed) onLeft(address);
  }

  return {
    get size() {
      return residents.size;
    },
    has: (address) => residents.has(addressText(address)),
    async send(address, command) {
      try {
        return await residentFor(address).actor.send(command);
      } catch (cause) {
        if (cause instanceof CommandError) throw cause;
        // As the caller at another node is told: it was not the command's fault.
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new CommandError("UNAVAILABLE", reason, { cause });
      }
    },
    activate: (address) => residentFor(address).actor.activate(),
    releaseForeign() {
      for (const [text, resident] of residents) {
        if (!isOwn(resident.address)) void release(text, resident);
      }
    },
    async [Symbol.asyncDispose]() {
      // What is to be delivered may be for actors of this very node: all of it before any leaves.
      const all = [...residents];
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<void>((resolve) => timer = setTimeout(resolve, DRAIN_MS));
      const delivered = Promise.all(all.map(([, { duties }]) => duties.delivered()));
      await Promise.race([delivered, late]);
      clearTimeout(timer);
      closed = true;
      await Promise.all(Array.from(residents, ([text, resident]) => release(text, resident)));
    },
  };
}
