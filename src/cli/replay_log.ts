/**
 * The log of an actor, and the machine to fold it with.
 *
 * @module
 */
import type { Address } from "@hub/bus";
import {
  createKinds,
  type KnownKind,
  type LogRecord,
  openActorLog,
} from "../../actors/runtime/mod.ts";
import { loadKinds, ownKinds } from "../kinds.ts";
import type { HubConnection } from "./connect_hub.ts";

/** An actor to be replayed. */
export interface Replayed {
  readonly address: Address;
  /** As it is shown. */
  readonly name: string;
  readonly known: KnownKind;
  /** The log from its beginning. */
  log(): AsyncIterable<LogRecord>;
}

/** Opens the log of an actor. */
export async function openReplayed(hub: HubConnection, address: Address): Promise<Replayed> {
  const known = await knownKind(hub, address.kind);
  const log = await openActorLog(hub.bus);
  const name = `${address.kind}/${address.id}`;
  return { address, name, known, log: () => log.read(address) };
}

/**
 * The kind with that name: the command folds by itself, so it needs the machine.
 *
 * @throws {Error} that says where to name its module.
 */
export async function knownKind({ kinds }: HubConnection, name: string): Promise<KnownKind> {
  const known = createKinds([...ownKinds(), ...await loadKinds(kinds)]).find(name);
  if (known !== undefined) return known;
  throw new Error(
    `Cannot replay ${name}: no module that is known here declares that kind. ` +
      "Name the module with --kinds FILE, HUB_KINDS or in hub.jsonc.",
  );
}
