/**
 * JSON-RPC messages, one in each request.
 *
 * @module
 */
import { type Static, Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { RPC, RpcError } from "./rpc_error.ts";

/** An object of which nothing is known yet. */
export type Members = Readonly<Record<string, unknown>>;

const Params = Type.Unsafe<Members>(Type.Object({ _meta: Type.Optional(Type.Object({})) }));
const Id = Type.Union([Type.String({ maxLength: 256 }), Type.Integer()]);
const common = {
  jsonrpc: Type.Literal("2.0"),
  method: Type.String({ maxLength: 256 }),
  params: Type.Optional(Params),
};
const Request = Type.Object({ ...common, id: Id });
const Notification = Type.Object(common);

/** What a client asks. */
export type Request = Static<typeof Request>;
/** What a client tells. */
export type Notification = Static<typeof Notification> & { readonly id?: never };
/** What a client sends. */
export type Message = Request | Notification;
/** Chosen by the client. */
export type MessageId = Static<typeof Id>;

const isId = TypeCompiler.Compile(Id);
const request = TypeCompiler.Compile(Request);
const notification = TypeCompiler.Compile(Notification);

/** Keys that mean something to the language are nobody's names. */
const FORBIDDEN = ["__proto__", "constructor", "prototype"];

/**
 * Reads a message.
 *
 * @throws {RpcError} 400.
 */
export function parseMessage(value: unknown): Message {
  if (Array.isArray(value)) throw invalid("send one message at a time");
  if (request.Check(value) && isSound(value)) return value;
  if (notification.Check(value) && !Object.hasOwn(value, "id") && isSound(value)) {
    const { jsonrpc, method, params } = value;
    return { jsonrpc, method, ...(params === undefined ? {} : { params }) };
  }
  throw invalid("this is no request and no notification");
}

/** Whether a message waits for an answer. */
export function isRequest(message: Message): message is Request {
  return message.id !== undefined;
}

/** The id in something that may be no message; for the answer that says so. */
export function idIn(value: unknown): MessageId | undefined {
  const id = own(value, "id");
  return isId.Check(id) ? id : undefined;
}

/** An own member of something that may have none. */
export function own(value: unknown, name: string): unknown {
  return isMembers(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** Whether `value` is an object, and no list. */
export function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The `_meta` of a message's parameters. */
export function metaOf({ params }: Message): Members {
  const meta = own(params, "_meta");
  return isMembers(meta) ? meta : {};
}

function isSound(message: { readonly params?: Members }): boolean {
  const { params } = message;
  return [message, params, own(params, "_meta"), own(params, "arguments")].every((part) =>
    !isMembers(part) || !FORBIDDEN.some((key) => Object.hasOwn(part, key))
  );
}

function invalid(message: string): RpcError {
  return new RpcError(400, { code: RPC.INVALID_REQUEST, message });
}
