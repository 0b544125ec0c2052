/**
 * Who makes a request, by its `Authorization` header and by nothing else.
 *
 * @module
 */
import { CallError, InfrastructureErrorCode } from "@alkdev/operations";
import type { Admission, Caller, Soon } from "../ports.ts";

/** Longest credential that is looked at. */
const MAX_CREDENTIAL = 4096;
const BEARER = /^bearer(?: +|$)/i;
const TOKEN = /^[^\s,]+$/;

/**
 * The caller behind a header; `null` where no bearer token was shown.
 *
 * @throws {CallError} `ACCESS_DENIED` for a token that stands for nobody: going on without identity
 * would hide from its holder that it has expired. As `Admission` does, where nobody can say.
 */
export function identify(
  header: string | null,
  { admission, source }: {
    readonly admission: Pick<Admission, "resolve">;
    readonly source: string;
  },
): Soon<Caller | null> {
  const scheme = header === null ? null : BEARER.exec(header);
  if (header === null || scheme === null) return null;
  const token = header.slice(scheme[0].length).trim();
  if (token.length > MAX_CREDENTIAL || !TOKEN.test(token)) throw invalid();
  const found = admission.resolve(token, source);
  // Those who were here lately are known at once: no turn of the event loop for them.
  return found instanceof Promise ? found.then(required) : required(found);
}

function required(caller: Caller | null): Caller {
  if (caller === null) throw invalid();
  return caller;
}

function invalid(): CallError {
  return new CallError(InfrastructureErrorCode.ACCESS_DENIED, "the credential is not valid");
}
