/**
 * What the code that assembles a program grants to an operation. None of it is part of a
 * specification, because specifications also arrive from others.
 *
 * @module
 */
import { isReservedCode } from "./call_codes.ts";
import type { PeerRef } from "./call_scope.ts";
import type { Capabilities } from "./capabilities.ts";
import type { Identity } from "./identity.ts";
import { registryName } from "./names.ts";
import type { AccessControl, OperationSpec } from "./types.ts";

/** Whether an operation exists as far as the wire is concerned. */
export type Visibility = "external" | "internal";

/** Where an operation comes from. All but `Local` and `Session` are leaves: they forward and never compose. */
export type Provenance =
  | "Local"
  | "Session"
  | "FromOpenAPI"
  | "FromMCP"
  | "FromCall"
  | "FromJsonSchema";

/** The rights under which a handler composes other operations. */
export interface CompositionAuthority {
  readonly label: string;
  readonly scopes: readonly string[];
  readonly resources?: Readonly<Record<string, readonly string[]>>;
}

/** The operations that a handler can name at all. There is no wildcard. */
export interface ScopedEnv {
  /** Registry names, reachable by any routing. */
  readonly allowedOps: ReadonlySet<string>;
  /** `peer/name`, reachable only where the call names that very peer. */
  readonly peerPinned?: ReadonlySet<string>;
}

/** Fetches secrets; asked once per admitted call, never for a refused one. */
export type CapabilityLoader = () => Capabilities | Promise<Capabilities>;

/** What is granted to one operation as it is registered. */
export interface Grants {
  /** Default `internal`: the wire reaches only what was put there on purpose. */
  readonly visibility?: Visibility;
  /** Says that an external operation without any access control is meant to be open to the world. */
  readonly public?: boolean;
  /** Default `Local`. */
  readonly provenance?: Provenance;
  readonly compositionAuthority?: CompositionAuthority | null;
  readonly scopedEnv?: ScopedEnv | null;
  readonly capabilities?: Capabilities | CapabilityLoader;
  /** Names of the caller's capabilities that this operation may use as well. */
  readonly inheritCapabilities?: readonly string[];
  /** Where in the input the id of the touched resource stands, such as `$.containerId`. */
  readonly resourceIdPath?: string;
  /** Ends a subscription that gave no value for so long. */
  readonly idleTimeoutMs?: number;
}

/** Whether operations of this provenance only forward. */
export function isLeaf(provenance: Provenance): boolean {
  return provenance !== "Local" && provenance !== "Session";
}

function isOpen(access: AccessControl): boolean {
  return access.requiredScopes.length === 0 && access.requiredScopesAny === undefined &&
    access.resourceType === undefined && access.resourceAction === undefined;
}

function* faultsOfExternal(spec: OperationSpec, grants: Grants): Generator<string> {
  const access = spec.accessControl;
  const provenance = grants.provenance ?? "Local";
  if (provenance !== "Local") {
    yield `operations of provenance ${provenance} are internal; wrap it in a local one`;
  }
  if (registryName(spec) === undefined) yield "namespace and name make no wire id";
  if (isOpen(access) && grants.public !== true) {
    yield "it has no access control; set one, or grant `public: true`";
  }
  if (access.requiredScopesAny?.length === 0) yield "requiredScopesAny is empty";
  if (access.resourceAction !== undefined && access.resourceType === undefined) {
    yield "resourceAction is set without resourceType";
  }
  for (const { code } of spec.errorSchemas ?? []) {
    if (isReservedCode(code)) yield `its error code ${code} is reserved by the protocol`;
  }
}

/**
 * Checks that an operation that only forwards is granted nothing to compose with.
 *
 * @throws {TypeError} if it is.
 */
export function checkLeaf(
  spec: { readonly namespace: string; readonly name: string },
  { provenance = "Local", compositionAuthority, scopedEnv }: Grants,
): void {
  if (!isLeaf(provenance) || !(compositionAuthority || scopedEnv)) return;
  throw new TypeError(
    `Cannot register ${spec.namespace}.${spec.name}: operations of provenance ${provenance} ` +
      "compose nothing, grant no authority and no env",
  );
}

/**
 * Checks that `grants` can be given to `spec`.
 *
 * @throws {TypeError} naming the first grant that cannot.
 */
export function checkGrants(spec: OperationSpec, grants: Grants): void {
  checkLeaf(spec, grants);
  if (grants.visibility !== "external") return;
  for (const fault of faultsOfExternal(spec, grants)) {
    const id = `${spec.namespace}.${spec.name}`;
    throw new TypeError(`Cannot register ${id} as external: ${fault}`);
  }
}

/** The authority as the identity that composed operations see as their caller. */
export function authorityIdentity(authority: CompositionAuthority | null): Identity | null {
  if (authority === null) return null;
  const resources = Object.fromEntries(
    Object.entries(authority.resources ?? {}).map(([type, actions]) => [type, [...actions]]),
  );
  return { id: authority.label, scopes: [...authority.scopes], resources };
}

/** Whether `env` lets its handler name `name` at `peer`. A pin is no permission for any other routing. */
export function reaches(env: ScopedEnv | null, name: string, peer: PeerRef): boolean {
  if (env === null) return false;
  return env.allowedOps.has(name) ||
    (peer.kind === "specific" && env.peerPinned?.has(`${peer.peerId}/${name}`) === true);
}
