/**
 * What the configuration says of one import, with all that it leaves out.
 *
 * @module
 */
import type { AccessControl } from "@alkdev/operations";
import type { HubConfig } from "../config/mod.ts";

const MIB = 1024 * 1024;
/** Nobody but administrators: what is imported acts with the hub's own credentials. */
const DEFAULT_SCOPES: readonly string[] = ["admin"];

type ImportConfig = HubConfig["imports"][string];

/** How a secret is put into requests. */
export type ImportAuth = NonNullable<ImportConfig["auth"]>;

/** Who may call some of the operations. */
export interface AccessRule {
  readonly operations: readonly string[];
  readonly access: AccessControl;
}

/** One import. */
export interface ImportSettings {
  readonly namespace: string;
  readonly kind: "openapi" | "mcp";
  /** Address, or path, of what is imported. */
  readonly location: string;
  readonly baseUrl: string | undefined;
  /** Name of a capability: that of a stored credential. */
  readonly credential: string | undefined;
  /** The same for each of the document's security schemes, by its name. */
  readonly credentials: Readonly<Record<string, string>> | undefined;
  readonly auth: ImportAuth | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** The first that names an operation counts. The last one names all. */
  readonly rules: readonly AccessRule[];
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Undefined: loaded once. */
  readonly refreshMs: number | undefined;
  readonly timeoutMs: number;
  readonly maxOperations: number;
  readonly maxDocumentBytes: number;
  readonly maxResponseBytes: number;
  /** Whether an answer has to be what the service says of its answers. */
  readonly checkOutput: boolean;
  readonly allowPrivate: boolean;
}

/** Reads what the configuration has checked. */
export function importSettings(namespace: string, config: ImportConfig): ImportSettings {
  const { refreshSeconds = 300, scopes = DEFAULT_SCOPES, access = [] } = config;
  const location = config.openapi ?? config.mcp ?? "";
  return {
    namespace,
    kind: config.openapi === undefined ? "mcp" : "openapi",
    location,
    baseUrl: config.baseUrl,
    credential: config.credential,
    credentials: config.credentials,
    auth: config.auth,
    headers: config.headers ?? {},
    rules: [
      ...access.map((rule) => ({ operations: rule.operations, access: accessOf(rule.scopes) })),
      { operations: ["*"], access: accessOf(scopes) },
    ],
    include: config.include ?? ["*"],
    exclude: config.exclude ?? [],
    refreshMs: refreshSeconds === 0 ? undefined : refreshSeconds * 1000,
    timeoutMs: config.timeoutMs ?? 30_000,
    maxOperations: config.maxOperations ?? 2000,
    maxDocumentBytes: config.maxDocumentBytes ?? 16 * MIB,
    maxResponseBytes: config.maxResponseBytes ?? 10 * MIB,
    checkOutput: config.checkOutput ?? true,
    allowPrivate: config.allowPrivate ?? false,
  };
}

/** Names of all capabilities that an import needs. */
export function capabilitiesOf(
  { credential, credentials = {} }: Pick<ImportSettings, "credential" | "credentials">,
): readonly string[] {
  return credential === undefined ? [...new Set(Object.values(credentials))] : [credential];
}

function accessOf(scopes: readonly string[]): AccessControl {
  return { requiredScopes: [...scopes] };
}
