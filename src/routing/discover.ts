/**
 * Asks a node what it offers.
 *
 * @module
 */
import { type CallSession, ImportError } from "@alkdev/operations";

/** Specifications that are asked for at a time. */
const WIDTH = 32;
const MAX_OPERATIONS = 500;
const TIMEOUT_MS = 10_000;

/**
 * The specifications of a node's external operations, as it tells them: to be read with care.
 *
 * @throws {ImportError} when it does not say, or says too much.
 */
export async function discover(session: Pick<CallSession, "call">): Promise<unknown[]> {
  // Whoever knows the wish answers with everything at once; others ignore it.
  const listed = await ask(session, "/services/list", { schemas: true });
  const entries = isRecord(listed) && Array.isArray(listed.operations) ? listed.operations : null;
  if (entries === null) throw failed("it does not list its operations");
  const isPart = isRecord(listed) && listed.next_cursor !== undefined;
  if (entries.length > MAX_OPERATIONS || isPart) {
    throw failed(`it offers more than ${MAX_OPERATIONS}`);
  }
  const specs: unknown[] = [];
  for (let at = 0; at < entries.length; at += WIDTH) {
    specs.push(...await Promise.all(entries.slice(at, at + WIDTH).map(specOf)));
  }
  // What a node keeps to itself is nobody's concern.
  return specs.filter((spec) => isRecord(spec) && spec.visibility === "external");

  async function specOf(entry: unknown): Promise<unknown> {
    if (!isRecord(entry) || typeof entry.name !== "string") throw failed("an entry has no name");
    if ("input_schema" in entry) return entry;
    return await ask(session, "/services/schema", { name: entry.name });
  }
}

async function ask(
  session: Pick<CallSession, "call">,
  operation: string,
  input: unknown,
): Promise<unknown> {
  try {
    return await session.call(operation, input, { timeoutMs: TIMEOUT_MS });
  } catch (cause) {
    throw failed(`${operation} fails`, cause);
  }
}

function failed(why: string, cause?: unknown): ImportError {
  return new ImportError("DiscoveryFailed", `Cannot import operations: ${why}`, { cause });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
