/**
 * What an actor does, told as it happens to those who listen at the time. What was missed is in the
 * log: each message says where it belongs.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import { type Address, type Bus, decodeJson, encodeJson, liveSubject } from "@hub/bus";
import { type Static, Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import type { AnyEventObject } from "xstate";
import type { Committed } from "./actor.ts";

const LiveState = Type.Object({
  state: Type.Object({
    /** The machine's state value after the commit. */
    value: Type.Unknown(),
    status: Type.String(),
    /** Whether state value or context changed. */
    changed: Type.Boolean(),
  }),
  /** Of the commit. */
  seq: Type.Integer(),
  /** Of the last event in it. */
  index: Type.Integer(),
});

const LiveEvent = Type.Object({
  event: Type.Unsafe<AnyEventObject>(Type.Object({ type: Type.String() })),
  /** Of the event that emitted it; what a running effect emits has no place in the log. */
  seq: Type.Optional(Type.Integer()),
  index: Type.Optional(Type.Integer()),
  nth: Type.Optional(Type.Integer()),
});

/** What is told on `liveSubject`: one for each commit, and one for each emitted event before it. */
export type LiveMessage = Static<typeof LiveState> | Static<typeof LiveEvent>;

const messages = TypeCompiler.Compile(Type.Array(Type.Union([LiveState, LiveEvent])));

/** Reads what came on a live subject: some of them, in order; none where no host wrote it. */
export function parseLiveMessages(data: Uint8Array): readonly LiveMessage[] {
  try {
    const told = decodeJson(data);
    return messages.Check(told) ? told : [];
  } catch {
    return [];
  }
}

/** Tells what happens. */
export interface Live {
  readonly publish: (address: Address, message: LiveMessage) => void;
  readonly committed: (address: Address, committed: Committed) => void;
  /** Sends what waits, before what is sent next: both travel as one write. */
  readonly flush: () => void;
}

/** Opens the way to the listeners; whether there are any is not known. */
export function openLive(
  { connection, realm }: Bus,
  { onError }: { readonly onError?: (error: unknown, about: { address: Address }) => void },
): Live {
  let waiting = new Map<Address, LiveMessage[]>();
  let isPlanned = false;

  /** After this turn of the event loop: no answer waits for what others are told. */
  function publish(address: Address, message: LiveMessage): void {
    const before = waiting.get(address);
    if (before === undefined) waiting.set(address, [message]);
    else before.push(message);
    if (isPlanned) return;
    isPlanned = true;
    setImmediate(() => {
      isPlanned = false;
      flush();
    });
  }

  function flush(): void {
    if (waiting.size === 0) return;
    const all = waiting;
    waiting = new Map();
    for (const [address, messages] of all) tell(address, messages);
  }

  /** As one, for each costs as much as many; what cannot be told must not take others with it. */
  function tell(address: Address, messages: readonly LiveMessage[]): void {
    if (connection.isClosed()) return;
    try {
      connection.publish(liveSubject(realm, address), encodeJson(messages));
    } catch (error) {
      if (messages.length === 1) onError?.(error, { address });
      else for (const message of messages) tell(address, [message]);
    }
  }

  return {
    publish,
    flush,
    committed(address, { state: { snapshot }, seq, index, changed }) {
      const { value, status } = snapshot;
      publish(address, { state: { value, status, changed }, seq, index });
    },
  };
}
