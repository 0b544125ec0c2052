/**
 * What is wrong with imports that no schema can say.
 *
 * @module
 */
import type { ImportConfig } from "./imports_schema.ts";

/** What is wrong, and with which key. */
export interface ImportProblem {
  /** Such as `imports.github.baseUrl`. */
  readonly path: string;
  readonly message: string;
}

/** Names with which operations begin that are not imported. */
const RESERVED = ["hub", "services", "any", "local"];
const SECRET = /auth|token|key|secret|passw|cred/i;
/** Headers that carry secrets, or that are the client's own. */
const NOT_FOR_CONFIG =
  /auth|cookie|token|key|secret|passw|^(?:host|connection|te|upgrade)$|^content-/i;

/** Whether a document lies at an address and not in a file. */
export function isUrl(openapi: string): boolean {
  return /^https?:\/\//i.test(openapi);
}

/** Checks all imports. */
export function importProblems(
  imports: Readonly<Record<string, ImportConfig>>,
): readonly ImportProblem[] {
  return Object.entries(imports).flatMap(([namespace, config]) =>
    [...problemsOf(namespace, config)].map(([key, message]) => ({
      path: ["imports", namespace, ...(key === "" ? [] : [key])].join("."),
      message,
    }))
  );
}

type Found = readonly [key: string, message: string];

function* problemsOf(namespace: string, config: ImportConfig): Generator<Found> {
  const { openapi, mcp, headers = {} } = config;
  if (RESERVED.includes(namespace)) yield ["", "this namespace is the hub's own"];
  if ((openapi === undefined) === (mcp === undefined)) {
    yield ["", "expected either `openapi` or `mcp`"];
  }
  if (openapi !== undefined && !isUrl(openapi) && config.baseUrl === undefined) {
    yield ["baseUrl", "expected the URL of the service, because the document is a file"];
  }
  yield* problemsOfAuth(config);
  yield* problemsOfUrls(config);
  for (const name of Object.keys(headers)) {
    if (NOT_FOR_CONFIG.test(name)) {
      yield [`headers.${name}`, "this header is not set here; secrets are named by `credential`"];
    }
  }
}

function* problemsOfAuth(config: ImportConfig) {
  const { openapi, mcp, auth, credential, credentials, baseUrl } = config;
  if (mcp !== undefined && auth !== undefined && auth.scheme !== "bearer") {
    yield ["auth.scheme", "expected bearer: it is how MCP servers are told"] as const;
  }
  if (mcp !== undefined && baseUrl !== undefined) {
    yield ["baseUrl", "expected none beside `mcp`"] as const;
  }
  if (credentials !== undefined && (mcp ?? credential ?? auth) !== undefined) {
    yield ["credentials", "expected none beside `mcp`, `credential` or `auth`"] as const;
  } else if (auth !== undefined && credential === undefined) {
    yield ["credential", "expected the name of a stored credential beside `auth`"] as const;
  }
  if (
    auth !== undefined && auth.scheme !== "apiKey" && (auth.header ?? auth.prefix) !== undefined
  ) {
    yield ["auth", "expected `header` and `prefix` with the scheme apiKey alone"] as const;
  }
  // Whoever writes the document would choose who gets to see the secret.
  const isLetIn = (credential ?? credentials) !== undefined;
  if (openapi !== undefined && isLetIn && baseUrl === undefined) {
    yield ["baseUrl", "expected the URL that the credential is meant for"] as const;
  }
}

function* problemsOfUrls({ openapi, mcp, baseUrl }: ImportConfig): Generator<Found> {
  for (const [key, text] of Object.entries({ openapi, mcp, baseUrl })) {
    if (text === undefined || (key === "openapi" && !isUrl(text))) continue;
    const url = URL.parse(text);
    if (url === null) yield [key, "expected a URL, found something that is none"];
    else if (url.username !== "" || url.password !== "") {
      yield [key, "expected no user and password in the URL; name them by `credential`"];
    } else if ([...url.searchParams.keys()].some((name) => SECRET.test(name))) {
      yield [key, "expected no secret in the URL; name it by `credential`"];
    } else if (key === "baseUrl" && (url.search !== "" || url.hash !== "")) {
      yield [key, "expected no query and no fragment"];
    }
  }
}
