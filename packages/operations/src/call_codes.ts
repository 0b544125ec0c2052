/**
 * The one table of call codes: wire name, library name, HTTP status, and whether trying again helps.
 *
 * @module
 */

/** What is fixed about a code. */
export interface CallErrorTraits {
  /** Status of an HTTP answer that carries it. */
  readonly http: number;
  /** The library codes that mean it; the first is used for what arrives. */
  readonly library: readonly [string, ...string[]];
  readonly retryable: boolean;
  /** What is said when the sender's own words are not to be repeated. */
  readonly message: string;
}

/** Every protocol code, by its name on the wire. */
export const CALL_ERRORS = {
  NOT_FOUND: {
    http: 404,
    library: ["OPERATION_NOT_FOUND"],
    retryable: false,
    message: "operation not found",
  },
  FORBIDDEN: { http: 403, library: ["ACCESS_DENIED"], retryable: false, message: "access denied" },
  INVALID_INPUT: {
    http: 422,
    library: ["VALIDATION_ERROR"],
    retryable: false,
    message: "invalid input",
  },
  INVALID_OPERATION_TYPE: {
    http: 400,
    library: ["INVALID_OPERATION_TYPE"],
    retryable: false,
    message: "wrong kind of call for this operation",
  },
  INTERNAL: {
    http: 500,
    library: ["EXECUTION_ERROR", "UNKNOWN_ERROR"],
    retryable: false,
    message: "internal error",
  },
  TIMEOUT: { http: 504, library: ["TIMEOUT"], retryable: true, message: "timed out" },
  RATE_LIMITED: {
    http: 429,
    library: ["RATE_LIMITED"],
    retryable: true,
    message: "too many requests",
  },
  // Travels as the event `call.aborted`; the row is for results that are listed (batch, MCP).
  ABORTED: { http: 503, library: ["ABORTED"], retryable: false, message: "aborted" },
} as const satisfies Record<string, CallErrorTraits>;

/** A protocol code as it is written on the wire. */
export type WireCode = keyof typeof CALL_ERRORS;

const table: ReadonlyMap<string, CallErrorTraits> = new Map(Object.entries(CALL_ERRORS));
const wireOfLibrary: ReadonlyMap<string, string> = new Map(
  [...table].flatMap(([wire, traits]) => traits.library.map((code) => [code, wire])),
);

/** The wire name of `code`, given in either vocabulary; `undefined` for a domain code. */
export function wireCode(code: string): string | undefined {
  return wireOfLibrary.get(code) ?? (table.has(code) ? code : undefined);
}

/** The library name of `code`, given in either vocabulary; a domain code stays as it is. */
export function libraryCode(code: string): string {
  return wireOfLibrary.has(code) ? code : table.get(code)?.library[0] ?? code;
}

/** What is fixed about `code` in either vocabulary; `undefined` for a domain code. */
export function traitsOf(code: string): CallErrorTraits | undefined {
  const wire = wireCode(code);
  return wire === undefined ? undefined : table.get(wire);
}

const IMPORTED = /^HTTP_([0-9]{3})$/;

/** Whether an operation may not declare `code` as its own: protocol words and what imports use. */
export function isReservedCode(code: string): boolean {
  return wireCode(code) !== undefined || code.startsWith("HTTP_");
}

/** Whether `code` is one that an imported HTTP operation answers with. */
export function isImportedCode(code: string): boolean {
  return IMPORTED.test(code);
}

/**
 * The HTTP status for `code`. Whatever falls outside 400–599 becomes 500, so that nobody who names a
 * code makes a failure look like a success.
 */
export function httpStatus(
  code: string,
  caller: { readonly authenticated?: boolean; readonly declared?: number | null } = {},
): number {
  const wire = wireCode(code);
  if (wire === "FORBIDDEN" && caller.authenticated === false) return 401;
  const status = wire === undefined
    ? caller.declared ?? Number(IMPORTED.exec(code)?.[1] ?? 500)
    : traitsOf(wire)?.http ?? 500;
  return Number.isInteger(status) && status >= 400 && status <= 599 ? status : 500;
}
