/**
 * Commands and questions between nodes: from the node that was asked to the one that owns the actor.
 *
 * @module
 */
import { type Address, type Bus, BusError, decodeJson, encodeJson, nodeSubject } from "@hub/bus";
import { Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { type Answer, type Command, CommandError, type CommandErrorCode } from "./command.ts";
import { MAX_COMMIT_BYTES } from "./log.ts";
import { type ActorView, type Get, views } from "./view.ts";

/** Where it goes; the signal ends the wait. */
interface To {
  readonly node: string;
  readonly signal?: AbortSignal | undefined;
}

/** What travels to the owner: a command, or without one the question how the actor is. */
interface Request {
  readonly address: Address;
  readonly command?: Command;
}

/** What comes back. */
type Reply =
  | { readonly answer: Answer }
  | { readonly view: ActorView | null }
  | { readonly error: Told };

/** An error on its way. */
interface Told {
  readonly code: CommandErrorCode;
  readonly message: string;
  readonly isLasting?: boolean;
}

const Requests = TypeCompiler.Compile(Type.Unsafe<Request>(Type.Object({
  address: Type.Object({ kind: Type.String(), id: Type.String() }),
  command: Type.Optional(Type.Object({
    id: Type.String(),
    event: Type.Object({ type: Type.String() }),
    cause: Type.Object({ from: Type.String() }),
    by: Type.Optional(Type.String()),
    trace: Type.Optional(Type.String()),
    asks: Type.Optional(Type.Boolean()),
    replyType: Type.Optional(Type.String()),
  })),
})));

const Replies = TypeCompiler.Compile(Type.Unsafe<Reply>(Type.Union([
  Type.Object({
    answer: Type.Object({
      ...{ seq: Type.Integer(), index: Type.Integer() },
      reply: Type.Optional(Type.Object({
        status: Type.String(),
        event: Type.Optional(Type.Object({ type: Type.String() })),
      })),
    }),
  }),
  Type.Object({ view: Type.Union([Type.Null(), Type.Object({ status: Type.String() })]) }),
  Type.Object({
    error: Type.Object({
      ...{ code: Type.String(), message: Type.String() },
      isLasting: Type.Optional(Type.Boolean()),
    }),
  }),
])));

/** Largest reply that travels with an answer. */
const MAX_REPLY_BYTES = 16 * 1024;

/** Takes a command for an actor and resolves with its answer. */
export type Send = (address: Address, command: Command) => Promise<Answer>;

/** What a node does with the actors that others take for its own. */
export interface Owned {
  readonly send: Send;
  readonly get: Get;
}

/** Serves what other nodes forward to this one, until it is disposed of. */
export async function serveForwarded(
  { connection, realm }: Bus,
  { node, owned }: { readonly node: string; readonly owned: Owned },
): Promise<AsyncDisposable> {
  const underWay = new Set<Promise<void>>();
  const subscription = connection.subscribe(nodeSubject(realm, node, "commands"), {
    callback(error, message) {
      if (error !== null) return;
      const serving = reply(owned, message.data)
        .then((body) => void message.respond(body))
        // The connection went away with the caller waiting: it learns of it from its own side.
        .catch(() => undefined)
        .finally(() => underWay.delete(serving));
      underWay.add(serving);
    },
  });
  // The server knows of the subscription before anybody is told that this node is open.
  await connection.flush();
  return {
    async [Symbol.asyncDispose]() {
      // What the server has sent already is still answered.
      if (!connection.isClosed()) await subscription.drain();
      await Promise.all(underWay);
    },
  };
}

async function reply(owned: Owned, data: Uint8Array): Promise<Uint8Array> {
  try {
    const request = decodeJson(data, { maxBytes: MAX_COMMIT_BYTES });
    if (!Requests.Check(request)) throw new CommandError("VALIDATION_ERROR", "Not a command");
    return encodeJson(await replyTo(owned, request));
  } catch (error) {
    return encodeJson({ error: toldOf(error) } satisfies Reply);
  }
}

function toldOf(error: unknown): Told {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof CommandError)) return { code: "UNAVAILABLE", message };
  const { code, isLasting } = error;
  return { code, message, ...(isLasting && { isLasting }) };
}

async function replyTo({ send, get }: Owned, { address, command }: Request): Promise<Reply> {
  if (command === undefined) return { view: await get(address) ?? null };
  const { reply, ...answer } = await send(address, command);
  // Whoever is not told finds it in the log.
  const isSmall = reply !== undefined && encodeJson(reply).byteLength <= MAX_REPLY_BYTES;
  return { answer: isSmall ? { ...answer, reply } : answer };
}

/**
 * Forwards a command to `node`; `undefined` when nobody is there any more and nothing happened.
 *
 * @throws {CommandError} what the owner answered; `UNAVAILABLE` when it did not answer.
 */
export async function forward(
  bus: Bus,
  { node, signal, ...request }: To & Required<Request>,
): Promise<Answer | undefined> {
  const replied = await ask(bus, { node, signal }, request);
  if (replied === undefined) return undefined;
  if ("answer" in replied) return replied.answer;
  throw odd(node);
}

/**
 * Asks `node` how an actor is; `undefined` when nobody is there any more.
 *
 * @throws {CommandError} as {@linkcode forward} does.
 */
export async function forwardGet(
  bus: Bus,
  { node, signal, address }: To & { readonly address: Address },
): Promise<{ readonly view: ActorView | undefined } | undefined> {
  const replied = await ask(bus, { node, signal }, { address });
  if (replied === undefined) return undefined;
  if (!("view" in replied)) throw odd(node);
  if (replied.view === null) return { view: undefined };
  if (views.Check(replied.view)) return { view: replied.view };
  throw odd(node);
}

async function ask(
  { requests, realm }: Bus,
  { node, signal }: To,
  request: Request,
): Promise<Exclude<Reply, { error: unknown }> | undefined> {
  const body = encodeJson(request, { maxBytes: MAX_COMMIT_BYTES });
  const replied = await requests.request(nodeSubject(realm, node, "commands"), body, { signal })
    .then(({ data }) => decodeJson(data), (cause) => {
      if (!(cause instanceof BusError) || !cause.retryable) throw cause;
      if (cause.code === "NO_RESPONDERS") return undefined;
      throw new CommandError("UNAVAILABLE", `Node ${node} does not answer`, { cause });
    });
  if (replied === undefined) return undefined;
  if (!Replies.Check(replied)) throw odd(node);
  if (!("error" in replied)) return replied;
  const { code, message, isLasting = false } = replied.error;
  throw new CommandError(code, message, { isLasting });
}

function odd(node: string): CommandError {
  return new CommandError("UNAVAILABLE", `Node ${node} answers oddly`);
}
