/**
 * Commands between nodes: from the node that was asked to the one that owns the actor.
 *
 * @module
 */
import { type Address, type Bus, BusError, decodeJson, encodeJson, nodeSubject } from "@hub/bus";
import { Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { type Answer, type Command, CommandError, type CommandErrorCode } from "./command.ts";
import { MAX_COMMIT_BYTES } from "./log.ts";

/** What travels to the owner. */
interface Request {
  readonly address: Address;
  readonly command: Command;
}

/** What comes back. */
type Reply =
  | { readonly answer: Answer }
  | { readonly error: { readonly code: CommandErrorCode; readonly message: string } };

const Requests = TypeCompiler.Compile(Type.Unsafe<Request>(Type.Object({
  address: Type.Object({ kind: Type.String(), id: Type.String() }),
  command: Type.Object({
    id: Type.String(),
    event: Type.Object({ type: Type.String() }),
    cause: Type.Object({ from: Type.String() }),
    by: Type.Optional(Type.String()),
  }),
})));

const Replies = TypeCompiler.Compile(Type.Unsafe<Reply>(Type.Union([
  Type.Object({ answer: Type.Object({ seq: Type.Integer(), index: Type.Integer() }) }),
  Type.Object({ error: Type.Object({ code: Type.String(), message: Type.String() }) }),
])));

/** Takes a command for an actor and resolves with its answer. */
export type Send = (address: Address, command: Command) => Promise<Answer>;

/** Serves what other nodes forward to this one, until it is disposed of. */
export async function serveForwarded(
  { connection, realm }: Bus,
  { node, send }: { readonly node: string; readonly send: Send },
): Promise<AsyncDisposable> {
  const underWay = new Set<Promise<void>>();
  const subscription = connection.subscribe(nodeSubject(realm, node, "commands"), {
    callback(error, message) {
      if (error !== null) return;
      const serving = reply(send, message.data)
        .then((body) => void message.respond(encodeJson(body)))
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

async function reply(send: Send, data: Uint8Array): Promise<Reply> {
  try {
    const request = decodeJson(data, { maxBytes: MAX_COMMIT_BYTES });
    if (!Requests.Check(request)) throw new CommandError("VALIDATION_ERROR", "Not a command");
    return { answer: await send(request.address, request.command) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const code = error instanceof CommandError ? error.code : "UNAVAILABLE";
    return { error: { code, message } };
  }
}

/**
 * Forwards a command to `node`; `undefined` when nobody is there any more and nothing happened.
 *
 * @throws {CommandError} what the owner answered; `UNAVAILABLE` when it did not answer.
 */
export async function forward(
  { requests, realm }: Bus,
  { node, address, command }: { readonly node: string } & Request,
): Promise<Answer | undefined> {
  const body = encodeJson({ address, command }, { maxBytes: MAX_COMMIT_BYTES });
  const replied = await requests.request(nodeSubject(realm, node, "commands"), body)
    .then(({ data }) => decodeJson(data), (cause) => {
      if (!(cause instanceof BusError) || !cause.retryable) throw cause;
      if (cause.code === "NO_RESPONDERS") return undefined;
      throw new CommandError("UNAVAILABLE", `Node ${node} does not answer`, { cause });
    });
  if (replied === undefined) return undefined;
  if (!Replies.Check(replied)) throw new CommandError("UNAVAILABLE", `Node ${node} answers oddly`);
  if ("answer" in replied) return replied.answer;
  throw new CommandError(replied.error.code, replied.error.message);
}
