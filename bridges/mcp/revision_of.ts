/**
 * Which revision a message is spoken in, and whether its headers say the same as its body: what is on
 * the way may have decided by the headers.
 *
 * The body decides. A message claims the stateless revision by a member of its `_meta`; one without
 * that claim is of a revision with a handshake.
 *
 * @module
 */
import { Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import type { HeaderSource } from "../gateway/mod.ts";
import { decodeHeaderText } from "./header_text.ts";
import { isRequest, type Members, type Message, metaOf, own } from "./message.ts";
import { HANDSHAKES, isStateless, META, STATELESS } from "./revisions.ts";
import { RPC, RpcError } from "./rpc_error.ts";

/** How a message is spoken. */
export type Era = "stateless" | "handshake";

const Envelope = TypeCompiler.Compile(Type.Object({
  [META.protocolVersion]: Type.String(),
  [META.clientCapabilities]: Type.Object({}),
  [META.clientInfo]: Type.Optional(
    Type.Object({ name: Type.String(), version: Type.String() }),
  ),
  [META.progressToken]: Type.Optional(Type.Union([Type.String(), Type.Integer()])),
}));

/** The parameter that the header `Mcp-Name` repeats, by method. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ["tools/call", "name"],
  ["tasks/get", "taskId"],
  ["tasks/update", "taskId"],
  ["tasks/cancel", "taskId"],
]);

/**
 * How a message is spoken.
 *
 * @throws {RpcError} 400 where its claim is incomplete, of another revision, or contradicts the headers.
 */
export function eraOf(message: Message, headers: HeaderSource): Era {
  const meta = metaOf(message);
  if (Object.hasOwn(meta, META.protocolVersion)) return claimed(message, { meta, headers });
  const named = headers.get("mcp-protocol-version");
  if (named !== null && isStateless(named)) return unclaimed(message, { named, headers });
  if (message.method !== "initialize" && named !== null && !isHandshake(named)) {
    throw unsupported(named, HANDSHAKES);
  }
  return "handshake";
}

function claimed(
  message: Message,
  { meta, headers }: { readonly meta: Members; readonly headers: HeaderSource },
): Era {
  checkEnvelope(meta);
  const revision = meta[META.protocolVersion];
  checkHeader(headers, { name: "mcp-protocol-version", body: revision });
  checkHeader(headers, { name: "mcp-method", body: message.method });
  if (revision !== STATELESS) throw unsupported(String(revision), [STATELESS]);
  if (isRequest(message)) checkRequired(message, headers);
  return "stateless";
}

/** The header alone makes nothing stateless, but what names no revision itself is no request of it. */
function unclaimed(
  message: Message,
  { named, headers }: { readonly named: string; readonly headers: HeaderSource },
): Era {
  if (message.method === "initialize") {
    throw mismatch(`mcp-protocol-version is ${STATELESS} or later, which has no initialize`);
  }
  if (isRequest(message)) {
    checkEnvelope(metaOf(message));
    throw invalidEnvelope(META.protocolVersion);
  }
  if (named !== STATELESS) throw unsupported(named, [STATELESS]);
  checkHeader(headers, { name: "mcp-method", body: message.method });
  return "stateless";
}

function checkEnvelope(meta: Members): void {
  if (Envelope.Check(meta)) return;
  // A pointer spells a slash inside of a name as ~1.
  const path = Envelope.Errors(meta).First()?.path ?? "";
  throw invalidEnvelope(path.slice(1).replaceAll("~1", "/"));
}

function checkRequired({ method, params }: Message, headers: HeaderSource): void {
  for (const name of ["mcp-protocol-version", "mcp-method"]) {
    if (headers.get(name) === null) throw mismatch(`${name} is missing`);
  }
  const named = NAMES.get(method);
  const body = named === undefined ? undefined : own(params, named);
  if (typeof body !== "string") return;
  if (headers.get("mcp-name") === null) throw mismatch("mcp-name is missing");
  checkHeader(headers, { name: "mcp-name", body });
}

/** A header that is absent contradicts nothing. */
function checkHeader(
  headers: HeaderSource,
  { name, body }: { readonly name: string; readonly body: unknown },
): void {
  const value = headers.get(name);
  if (value === null) return;
  const text = name === "mcp-name" ? decodeHeaderText(value) : value;
  if (text !== body) throw mismatch(`${name} and the body disagree`);
}

function isHandshake(revision: string): boolean {
  return HANDSHAKES.some((known) => known === revision);
}

function mismatch(message: string): RpcError {
  return new RpcError(400, { code: RPC.HEADER_MISMATCH, message });
}

function invalidEnvelope(key: string): RpcError {
  const message = `the _meta of the request is incomplete or wrong: ${key}`;
  return new RpcError(400, { code: RPC.INVALID_PARAMS, message, data: { key } });
}

function unsupported(requested: string, supported: readonly string[]): RpcError {
  return new RpcError(400, {
    code: RPC.UNSUPPORTED_VERSION,
    message: "this revision of the protocol is not spoken here",
    data: { supported, requested: requested.slice(0, 64) },
  });
}
