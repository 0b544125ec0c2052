/**
 * The latest snapshot of each actor: a shortcut past the beginning of its log, never the truth.
 *
 * @module
 */
import {
  type Address,
  type Bus,
  decodeJson,
  encodeJson,
  openStreamReader,
  snapshotSubject,
} from "@hub/bus";
import { Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { REMEMBERED } from "./command_window.ts";
import type { ActorKind } from "./definition.ts";
import { PERSISTED_FORMAT, type PersistedActor } from "./persist.ts";

const MAX_SNAPSHOT_BYTES = 1024 * 1024;

/** Checked as far as restoring relies on it; what is inside was written by `persist()`. */
const Persisted = TypeCompiler.Compile(Type.Unsafe<PersistedActor>(Type.Object({
  format: Type.Literal(PERSISTED_FORMAT),
  version: Type.Integer({ minimum: 1 }),
  remember: Type.Optional(Type.Integer({ minimum: 1 })),
  seq: Type.Integer({ minimum: 1 }),
  count: Type.Integer({ minimum: 1 }),
  snapshot: Type.Object({ status: Type.String() }),
  effects: Type.Array(Type.Object({})),
  timers: Type.Array(Type.Object({})),
  children: Type.Array(Type.Object({})),
  window: Type.Array(Type.Array(Type.Unknown(), { minItems: 4, maxItems: 5 })),
})));

/** Written by another version of the hub. */
const OtherFormats = TypeCompiler.Compile(Type.Object({ format: Type.Integer({ minimum: 1 }) }));

/** Why a snapshot is not used, or not made; the log is folded from its beginning instead. */
export type Unusable = "none" | "damaged" | "other version" | "of another log" | "too large";

/** The snapshots of a realm's actors. */
export interface Snapshots {
  save(address: Address, persisted: PersistedActor): Promise<void>;
  /** The latest snapshot, or why there is none to be used. */
  load(kind: ActorKind, address: Address): Promise<PersistedActor | Unusable>;
}

/** Opens the snapshots of the bus's realm. */
export async function openSnapshots(bus: Bus): Promise<Snapshots> {
  const reader = await openStreamReader(bus);
  return {
    async save(address, persisted) {
      const body = encodeJson(persisted, { maxBytes: MAX_SNAPSHOT_BYTES });
      await bus.requests.publish(snapshotSubject(bus.realm, address), body);
    },
    async load({ version, remember }, address) {
      const message = await reader.last("SNAPSHOTS", snapshotSubject(bus.realm, address));
      if (message === undefined) return "none";
      const value = valueOf(message.data);
      if (OtherFormats.Check(value) && value.format !== PERSISTED_FORMAT) return "other version";
      if (!Persisted.Check(value)) return "damaged";
      // An older one was folded by other rules; a newer one holds what this version cannot know.
      const isSame = value.version === version && (value.remember ?? REMEMBERED) === remember;
      return isSame ? value : "other version";
    },
  };
}

function valueOf(data: Uint8Array): unknown {
  try {
    return decodeJson(data, { maxBytes: MAX_SNAPSHOT_BYTES });
  } catch {
    // What cannot be decoded is as damaged as what does not fit: the caller says so and goes on.
    return undefined;
  }
}
