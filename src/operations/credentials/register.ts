/**
 * The operations on credentials. They are set, deleted and named; none of them reads one.
 *
 * @module
 */
import {
  CallError,
  type ErrorDefinition,
  type Identity,
  type OperationContext,
  type OperationRegistry,
  OperationType,
} from "@alkdev/operations";
import { type Static, Type } from "@sinclair/typebox";
import { CryptoError } from "../../crypto/mod.ts";
import { getLogger } from "../../logger/mod.ts";
import { CredentialSet } from "../../secrets/credential_set.ts";
import { type CredentialBook, PROVIDER_PATTERN } from "../../secrets/credentials.ts";
import type { Author, CredentialKey } from "../../secrets/ports.ts";
import { AnyMoment } from "../../storage/cursor.ts";

/** What the operations on credentials need. */
export interface CredentialOperationPorts {
  /** Undefined where the hub has no master key to encrypt with. */
  readonly book: CredentialBook | undefined;
  /** Who it is that calls, for the audit trail. */
  readonly authorOf: (identity: Identity) => Author;
}

const log = getLogger("secrets");

const Name = Type.String({ pattern: PROVIDER_PATTERN });
const Account = Type.Optional(Type.String({
  pattern: PROVIDER_PATTERN,
  description: "Whose it is; absent: shared by all.",
}));
const CLOSED = { additionalProperties: false };

/** Input of `credentials/set`. */
export const SetInput = Type.Object({
  provider: Name,
  account: Account,
  credential: CredentialSet,
  expiresAt: Type.Optional(
    Type.Integer({ ...AnyMoment, minimum: 0, description: "Unix milliseconds" }),
  ),
}, CLOSED);
type SetInput = Static<typeof SetInput>;

/** Input of `credentials/delete`. */
export const DeleteInput = Type.Object({ provider: Name, account: Account }, CLOSED);
type DeleteInput = Static<typeof DeleteInput>;

/** Input of `credentials/list-names`. */
export const ListNamesInput = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
  after: Type.Optional(Type.Object({ provider: Name, account: Account }, CLOSED)),
}, CLOSED);
type ListNamesInput = Static<typeof ListNamesInput>;

const Moment = Type.Union([Type.Integer(), Type.Null()]);
const ListNamesOutput = Type.Object({
  credentials: Type.Array(Type.Object({
    provider: Type.String(),
    account: Type.Optional(Type.String()),
    kind: Type.String(),
    keyVersion: Type.Integer(),
    expiresAt: Moment,
    updatedAt: Type.Integer(),
  }, CLOSED)),
  next: Type.Optional(DeleteInput),
}, CLOSED);
type ListNamesOutput = Static<typeof ListNamesOutput>;

const ERRORS: ErrorDefinition[] = [
  {
    code: "NO_MASTER_KEY",
    description: "The hub was given no master key to encrypt with.",
    httpStatus: 501,
    schema: {},
  },
  {
    code: "NO_USABLE_KEY",
    description: "This node's master key no longer opens the key ring: see its log.",
    httpStatus: 503,
    schema: {},
  },
  {
    code: "UNAVAILABLE",
    description: "The database cannot answer now; try again.",
    httpStatus: 503,
    schema: {},
  },
];

const COMMON = {
  namespace: "hub",
  version: "1.0.0",
  tags: ["credentials"],
  accessControl: { requiredScopes: ["credentials:write"] },
  errorSchemas: ERRORS,
};
const EXTERNAL = { visibility: "external" } as const;
const NAMES = 100;

/** Registers the operations on credentials. */
export function registerCredentialOperations(
  registry: OperationRegistry,
  ports: CredentialOperationPorts,
): void {
  registry.register({
    ...COMMON,
    name: "credentials/set",
    type: OperationType.MUTATION,
    description: "Store the secret of a service, encrypted. It cannot be read again.",
    inputSchema: SetInput,
    outputSchema: Type.Object({}, CLOSED),
    handler: (input: SetInput, context: OperationContext) => set(ports, input, context),
  }, EXTERNAL);
  registry.register({
    ...COMMON,
    name: "credentials/delete",
    type: OperationType.MUTATION,
    description: "Delete the secret of a service.",
    inputSchema: DeleteInput,
    outputSchema: Type.Object({ deleted: Type.Boolean() }, CLOSED),
    handler: async (input: DeleteInput, context: OperationContext) => ({
      deleted: await bookOf(ports).delete(keyOf(input), authorOf(ports, context)),
    }),
  }, EXTERNAL);
  registry.register({
    ...COMMON,
    name: "credentials/list-names",
    type: OperationType.QUERY,
    description: "Name the services that a secret is stored for.",
    inputSchema: ListNamesInput,
    outputSchema: ListNamesOutput,
    handler: (input: ListNamesInput) => listNames(ports, input),
  }, EXTERNAL);
}

function bookOf({ book }: CredentialOperationPorts): CredentialBook {
  if (book !== undefined) return book;
  throw new CallError("NO_MASTER_KEY", "This hub keeps no credentials: it has no master key");
}

function keyOf({ provider, account = "" }: DeleteInput): CredentialKey {
  return { provider, account };
}

function authorOf({ authorOf }: CredentialOperationPorts, { identity }: OperationContext): Author {
  // Access control has let nobody in without an identity.
  if (identity === undefined) throw new TypeError("Cannot write without an identity");
  return authorOf(identity);
}

async function set(
  ports: CredentialOperationPorts,
  { credential, expiresAt, ...key }: SetInput,
  context: OperationContext,
): Promise<Record<never, never>> {
  const book = bookOf(ports), by = authorOf(ports, context);
  const until = expiresAt === undefined ? null : new Date(expiresAt);
  try {
    await book.set({ ...keyOf(key), set: credential, expiresAt: until }, by);
  } catch (error) {
    if (!(error instanceof CryptoError)) throw error;
    // Such as a ring that was wrapped anew while this node ran: others may be able to.
    log.error("a credential cannot be encrypted", { code: error.code, error });
    const message = "This node cannot encrypt now: its master key does not open the key ring";
    throw new CallError("NO_USABLE_KEY", message, undefined, { cause: error });
  }
  return {};
}

async function listNames(
  ports: CredentialOperationPorts,
  { limit = NAMES, after }: ListNamesInput,
): Promise<ListNamesOutput> {
  const page = { limit: limit + 1, after: after === undefined ? undefined : keyOf(after) };
  const found = await bookOf(ports).list(page);
  const items = found.slice(0, limit);
  const last = found.length > limit ? items.at(-1) : undefined;
  const named = ({ provider, account }: CredentialKey) =>
    account === "" ? { provider } : { provider, account };
  return {
    credentials: items.map((it) => ({
      ...named(it),
      kind: it.kind,
      keyVersion: it.keyVersion,
      expiresAt: it.expiresAt?.getTime() ?? null,
      updatedAt: it.updatedAt.getTime(),
    })),
    ...(last === undefined ? {} : { next: named(last) }),
  };
}
