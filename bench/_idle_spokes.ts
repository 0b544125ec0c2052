/**
 * The spokes of `idle_spokes.ts`: `_idle_spokes.ts URL bare|node COUNT`. Opens all at once; says so when
 * the last of them can be called, and keeps them open until its input ends.
 *
 * @module
 */

/** How long it took until all could be called. */
export interface OpeningReport {
  readonly openedMs: number;
  /** How often somebody had to come again. */
  readonly again: number;
}

const [url = "", kind, count = "0"] = Deno.args;
/** What a small tool server offers. */
const OFFER = [{
  ...{ name: "test/echo", namespace: "test", op_type: "query", visibility: "external" },
  ...{ input_schema: { type: "object" }, output_schema: {}, error_schemas: [] },
  access_control: { required_scopes: [], required_scopes_any: null },
}];
const QUESTION = { operationId: "/services/schema", input: { name: "/services/list" } };

const frame = (type: string, id: string, payload: object) => JSON.stringify({ type, id, payload });

/** Opens a socket, says when it can be called, and resolves when it is closed. */
function open(name: string, onOnline: () => void): Promise<void> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url, { headers: { authorization: `Bearer node:${name}` } });
    socket.binaryType = "arraybuffer";
    socket.onclose = () => resolve();
    socket.onopen = () => {
      if (kind === "bare") onOnline();
      // As the SDK does: the answer comes once what is offered is known.
      else socket.send(frame("call.requested", "q", QUESTION));
    };
    socket.onmessage = ({ data }) => {
      // Hubs answer in the kind of the first message that they hear, and ask in bytes before it.
      const text = typeof data === "string" ? data : new TextDecoder().decode(data);
      const { type, id } = JSON.parse(text);
      if (type === "call.requested") {
        socket.send(frame("call.responded", id, { output: { operations: OFFER } }));
      } else if (id === "q") onOnline();
    };
  });
}

let again = 0;

/** As the SDK does: comes again after a wait that is random and longer each time. */
function keepOpen(name: string): Promise<void> {
  return new Promise((resolve) => {
    (async () => {
      for (let tries = 1;; tries++) {
        await open(name, resolve);
        again += 1;
        await new Promise((wake) => setTimeout(wake, Math.random() * 1_000 * tries));
      }
    })();
  });
}

const startedAt = performance.now();
await Promise.all(Array.from({ length: Number(count) }, (_, at) => keepOpen(`spoke${at}`)));
const report = { openedMs: performance.now() - startedAt, again } satisfies OpeningReport;
await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify(report)}\n`));
for await (const _line of Deno.stdin.readable);
Deno.exit();
