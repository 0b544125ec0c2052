/**
 * XState's built-in actions, as values. Their parameters are untyped there: what is read here is
 * what version 5 writes, and anything else is an error and not a guess.
 *
 * @module
 */
import type { AnyActorRef, AnyEventObject, ExecutableActionObject } from "xstate";

/** A built-in action that means something to the runtime. */
export type BuiltIn =
  | {
    readonly is: "raise";
    readonly event: AnyEventObject;
    readonly id?: string;
    readonly delayMs?: number;
  }
  | { readonly is: "cancel"; readonly id: string }
  | {
    readonly is: "sendTo";
    readonly to: AnyActorRef;
    readonly event: AnyEventObject;
    readonly id?: string;
    readonly delayMs?: number;
  }
  | {
    readonly is: "spawn";
    readonly id: string;
    readonly src: string;
    readonly ref: AnyActorRef;
    readonly input: unknown;
  }
  | { readonly is: "stop"; readonly ref: AnyActorRef | undefined }
  | { readonly is: "emit"; readonly event: AnyEventObject }
  | { readonly is: "log" };

type Params = { readonly [name: string]: unknown };

const READERS: Readonly<Record<string, (params: Params) => BuiltIn>> = {
  "xstate.raise": (p) => ({ is: "raise", event: eventIn(p), ...delayIn(p) }),
  "xstate.cancel": (p) => ({ is: "cancel", id: textIn(p, "sendId") }),
  "xstate.sendTo": (p) => ({ is: "sendTo", to: refOf(p.to), event: eventIn(p), ...delayIn(p) }),
  "xstate.spawnChild": (p) => ({
    is: "spawn",
    id: spawnedName(p),
    src: sourceIn(p),
    ref: refOf(p.actorRef),
    input: p.input,
  }),
  "xstate.stopChild": (p) => ({ is: "stop", ref: isRef(p) ? p : undefined }),
  "xstate.emit": (p) => ({ is: "emit", event: eventIn(p) }),
  "xstate.log": () => ({ is: "log" }),
};

/**
 * Reads a built-in action; `undefined` for one of the machine's own.
 *
 * @throws {TypeError} when XState wrote something else than it documents.
 */
export function readBuiltIn({ type, params }: ExecutableActionObject): BuiltIn | undefined {
  const read = READERS[type];
  if (read !== undefined) return read(isParams(params) ? params : {});
  if (type.startsWith("xstate.")) throw new TypeError(`Cannot read XState's action ${type}`);
  return undefined;
}

/**
 * Reads what `spawn()` made inside of an assignment: XState returns no action for it.
 *
 * @throws {TypeError} when it could not be found again after a restart.
 */
export function readSpawned(ref: AnyActorRef): Extract<BuiltIn, { is: "spawn" }> {
  const { id, src } = ref;
  if (id === ref.sessionId) throw new TypeError("Cannot spawn without a name: give spawn() an id");
  const options = "options" in ref && isParams(ref.options) ? ref.options : {};
  return { is: "spawn", id, src: sourceIn({ src, id }), ref, input: options.input };
}

/** The actor that an action starts, if it starts one. */
export function startedBy({ type, params }: ExecutableActionObject): unknown {
  return type === "xstate.spawnChild" && isParams(params) ? params.actorRef : undefined;
}

function isParams(value: unknown): value is Params {
  return typeof value === "object" && value !== null;
}

function isRef(value: unknown): value is AnyActorRef {
  return isParams(value) && "sessionId" in value && "getSnapshot" in value;
}

function refOf(value: unknown): AnyActorRef {
  if (isRef(value)) return value;
  throw new TypeError("Cannot read XState's action: its actor is unknown to the machine");
}

function isEvent(value: unknown): value is AnyEventObject {
  return isParams(value) && typeof value.type === "string";
}

function eventIn({ event }: Params): AnyEventObject {
  if (isEvent(event)) return event;
  throw new TypeError("Cannot read XState's action: it has no event");
}

function textIn(params: Params, name: string): string {
  const text = params[name];
  if (typeof text === "string") return text;
  throw new TypeError(`Cannot read XState's action: its ${name} is not a text`);
}

/** XState leaves a name that is a function as it is, and gives what that says to the actor alone. */
function spawnedName(params: Params): string {
  return typeof params.id === "function" ? refOf(params.actorRef).id : textIn(params, "id");
}

/** Logic written in place of a name could not be found again after a restart. */
function sourceIn({ src, id }: Params): string {
  if (typeof src === "string") return src;
  throw new TypeError(`Cannot run "${String(id)}": name its logic in setup({ actors })`);
}

function delayIn({ id, delay }: Params): { id?: string; delayMs?: number } {
  return {
    ...(typeof id === "string" ? { id } : {}),
    ...(typeof delay === "number" ? { delayMs: delay } : {}),
  };
}
