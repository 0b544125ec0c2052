/**
 * Makes a load over HTTP in a process of its own, so that what it costs can be told from the rest; ends
 * with its input.
 *
 *     deno run -A bench/_http_load.ts '{"address": …, "callers": …, "request": {…}, "expected": …}'
 *
 * @module
 */
import { connectHttpCallers, type HttpRequest } from "./_http_caller.ts";
import { driveAsTold } from "./_load.ts";

/** What is asked again and again. */
export interface HttpLoad {
  readonly address: string;
  readonly callers: number;
  readonly request: HttpRequest;
  /** Stands in every answer, if it is what was asked for. */
  readonly expected: string;
}

if (import.meta.main) {
  const { address, callers, request, expected }: HttpLoad = JSON.parse(Deno.args[0] ?? "");
  const connections = await connectHttpCallers(address, callers);
  await driveAsTold(async (caller) => {
    const answer = await connections[caller]?.post(request);
    if (answer?.includes(expected) !== true) throw new Error(`Cannot go on: ${answer}`);
  });
  Deno.exit(0);
}
