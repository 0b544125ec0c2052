/**
 * Credentials on their way into a request.
 *
 * @module
 */
import { CallError, InfrastructureErrorCode } from "../error.ts";
import type { OperationContext } from "../types.ts";
import type { CredentialSource, HTTPServiceConfig, OpenAPISpec } from "./types.ts";

/** Where one secret goes. */
interface Placement {
  readonly service: string;
  readonly in: "header" | "query" | "cookie";
  readonly name: string;
  readonly write: (secret: string) => string;
}

/** What is added to a request. */
export interface Credentials {
  readonly headers: Record<string, string>;
  readonly query: Record<string, string>;
  readonly cookies: Record<string, string>;
}

type Scheme = { readonly [key: string]: unknown };

const bearer = (secret: string) => `Bearer ${secret}`;

function basic(secret: string): string {
  const bytes = new TextEncoder().encode(secret);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}

function configured({ auth, namespace }: HTTPServiceConfig): Placement | undefined {
  if (auth === undefined) return undefined;
  const header = (name: string, write: (secret: string) => string): Placement => ({
    service: namespace,
    in: "header",
    name,
    write,
  });
  switch (auth.type) {
    case "bearer":
      return header("Authorization", bearer);
    case "basic":
      return header("Authorization", basic);
    case "apiKey":
      return header(auth.headerName ?? "X-API-Key", (secret) => `${auth.prefix ?? ""}${secret}`);
  }
}

function declared(service: string, scheme: Scheme | undefined): Placement | undefined {
  const httpScheme = typeof scheme?.scheme === "string" ? scheme.scheme.toLowerCase() : undefined;
  if (scheme?.type === "http" && (httpScheme === "bearer" || httpScheme === "basic")) {
    const write = httpScheme === "bearer" ? bearer : basic;
    return { service, in: "header", name: "Authorization", write };
  }
  // How an access token was got is not asked here: it is sent like any other.
  if (scheme?.type === "oauth2" || scheme?.type === "openIdConnect") {
    return { service, in: "header", name: "Authorization", write: bearer };
  }
  const { in: location, name } = scheme ?? {};
  const isPlace = location === "header" || location === "query" || location === "cookie";
  return scheme?.type === "apiKey" && isPlace && typeof name === "string"
    ? { service, in: location, name, write: (secret) => secret }
    : undefined;
}

function schemesOf(document: OpenAPISpec): Map<string, Scheme> {
  const entries = Object.entries(document.components?.securitySchemes ?? {});
  return new Map(
    entries.flatMap(([name, scheme]) =>
      typeof scheme === "object" && scheme !== null ? [[name, { ...scheme }]] : []
    ),
  );
}

/**
 * The first way to be let in that can be gone with what there is; none of them where nothing is asked
 * for. Where it is known what there is, a way that shows something goes before one that shows nothing;
 * and where there is too little for each, its secrets will be missed: nothing is sent without.
 */
function placements(
  document: OpenAPISpec,
  { security, has }: {
    readonly security: readonly Record<string, string[]>[] | undefined;
    readonly has: CredentialSource["has"] | undefined;
  },
): Placement[] {
  const schemes = schemesOf(document);
  const ways = (security ?? []).flatMap((alternative) => {
    const found = Object.keys(alternative).map((name) => declared(name, schemes.get(name)));
    const complete = found.flatMap((placement) => placement ?? []);
    return complete.length === found.length ? [complete] : [];
  });
  if (has === undefined) return ways[0] ?? [];
  const shows = (way: Placement[]) => way.length > 0 && way.every(({ service }) => has(service));
  return ways.find(shows) ?? ways.find((way) => way.length === 0) ?? ways[0] ?? [];
}

function staticHeaders({ auth }: HTTPServiceConfig): Record<string, string> {
  if (!auth?.token) return {};
  if (auth.type === "bearer") return { Authorization: `Bearer ${auth.token}` };
  if (auth.type === "basic") return { Authorization: `Basic ${auth.token}` };
  return { [auth.headerName ?? "X-API-Key"]: `${auth.prefix ?? ""}${auth.token}` };
}

/** Fetches what one request needs. */
export type CredentialFetcher = (context: OperationContext) => Promise<Credentials>;

/** Makes what fetches the credentials for one operation of `document`, anew for each request. */
export function credentialFetcher(
  document: OpenAPISpec,
  config: HTTPServiceConfig,
  security: readonly Record<string, string[]>[] | undefined,
): CredentialFetcher {
  const { credentials: source } = config;
  if (source === undefined) {
    const headers = staticHeaders(config);
    return () => Promise.resolve({ headers, query: {}, cookies: {} });
  }
  const one = configured(config);
  const has = source.has?.bind(source);
  const needed = one === undefined ? placements(document, { security, has }) : [one];
  return async (context) => {
    const result: Credentials = { headers: {}, query: {}, cookies: {} };
    const places = { header: result.headers, query: result.query, cookie: result.cookies };
    for (const { service, in: location, name, write } of needed) {
      const secret = await source.get(service, context);
      if (secret === undefined) {
        throw new CallError(
          InfrastructureErrorCode.EXECUTION_ERROR,
          `Cannot call ${config.namespace}: there is no credential for ${service}`,
          { reason: "credential_unavailable" },
        );
      }
      places[location][name] = write(secret);
    }
    return result;
  };
}
