/**
 * An actor as others see it: plain values, that nobody can change it through.
 *
 * @module
 */
import { type Address, decodeJson, encodeJson } from "@hub/bus";
import { Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import type { ActorKind } from "./definition.ts";
import type { Loaded } from "./persist.ts";

/** What its owner has in memory. */
export interface ActorView {
  /** The machine's state value. */
  readonly value: unknown;
  readonly context: unknown;
  /** `active`, or how it ended. */
  readonly status: "active" | "done" | "error" | "stopped";
  /** Of the machine, once it is done. */
  readonly output?: unknown;
  /** Why it ended, if that was an error. */
  readonly error?: unknown;
  /** Of the last commit that is contained. */
  readonly seq: number;
  /** Of the machine that folded it. */
  readonly version: number;
  /** Node that answered. */
  readonly owner: string;
}

/** Finds out how an actor is; `undefined` when nothing ever happened to it. */
export type Get = (address: Address) => Promise<ActorView | undefined>;

/** Checks what another node says. */
export const views = TypeCompiler.Compile(Type.Unsafe<ActorView>(Type.Object({
  status: Type.Union(["active", "done", "error", "stopped"].map((one) => Type.Literal(one))),
  seq: Type.Integer(),
  version: Type.Integer(),
  owner: Type.String(),
})));

/**
 * Shows an actor.
 *
 * @throws {BusError} `TOO_LARGE` when that is more than one message can hold.
 */
export function viewOf(
  { kind, owner }: { readonly kind: ActorKind; readonly owner: string },
  { state: { snapshot }, seq }: Loaded,
): ActorView {
  const { status, output, error } = snapshot;
  const persisted: object = kind.machine.getPersistedSnapshot(snapshot);
  const view = {
    value: snapshot.value,
    // As it is stored: other actors in it are names there.
    context: "context" in persisted ? persisted.context : undefined,
    ...{ status, output, error, seq, version: kind.version, owner },
  };
  const copy = decodeJson(encodeJson(view));
  if (views.Check(copy)) return copy;
  throw new TypeError(`Cannot show ${kind.kind}: its status is ${status}`);
}
