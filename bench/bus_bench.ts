/**
 * What a request and a fenced publish cost over the bus, against the client's own calls in the same run.
 *
 * Run with `deno bench -A bench/bus_bench.ts`; the server is the one of `HUB_TEST_NATS_URL`.
 *
 * @module
 */
import { actorSubject, openBus } from "@hub/bus";
import { jetstream } from "@nats-io/jetstream";

const CALLERS = 64;
const CALLS_EACH = 50;
const PAYLOAD = "x".repeat(128);

const servers = Deno.env.get("HUB_TEST_NATS_URL");
if (servers === undefined) throw new Error("HUB_TEST_NATS_URL is not set");
const realm = `bench-${crypto.randomUUID().slice(0, 13)}`;

const other = (task: string) => ({
  args: ["run", "-A", new URL("./_bus_responder.ts", import.meta.url).href, task, realm],
});
// In a process of its own, so that it does not share the event loop under test.
const responder = new Deno.Command(Deno.execPath(), { ...other("respond"), stdout: "piped" })
  .spawn();
await responder.stdout.getReader().read();
// Nothing may be waited for any more when this comes, so a last process does it.
addEventListener(
  "unload",
  () => void new Deno.Command(Deno.execPath(), other("clean")).outputSync(),
);

const bus = await openBus({ servers, name: "bench", realm });
const js = jetstream(bus.connection);
const echo = `${realm}.echo`;

let actors = 0;
const nextActor = () => actorSubject(realm, { kind: "bench", id: String(++actors) });

/** Each caller appends to an actor of its own, one message after the other. */
async function append(
  publish: (subject: string, fence: number) => Promise<{ seq: number }>,
  count: number,
): Promise<void> {
  const subject = nextActor();
  let fence = 0;
  for (let i = 0; i < count; i++) fence = (await publish(subject, fence)).seq;
}

async function repeat(call: () => Promise<unknown>, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await call();
}

const together = (one: () => Promise<void>) => Promise.all(Array.from({ length: CALLERS }, one));

const viaBus = {
  request: () => bus.requests.request(echo, PAYLOAD),
  publish: (subject: string, expectedLastSubjectSequence: number) =>
    bus.requests.publish(subject, PAYLOAD, { expectedLastSubjectSequence }),
};
const viaClient = {
  request: () => bus.connection.request(echo, PAYLOAD, { timeout: 5_000 }),
  publish: (subject: string, lastSubjectSequence: number) =>
    js.publish(subject, PAYLOAD, { expect: { lastSubjectSequence } }),
};

// A function that is not async would not be waited for.
for (const [name, { request, publish }] of Object.entries({ client: viaClient, bus: viaBus })) {
  const baseline = name === "client";
  Deno.bench(`${name}: request, 1 caller × ${CALLS_EACH}`, {
    group: "request, 1 caller",
    baseline,
  }, async () => await repeat(request, CALLS_EACH));

  Deno.bench(`${name}: requests, ${CALLERS} callers × ${CALLS_EACH}`, {
    group: `request, ${CALLERS} callers`,
    baseline,
  }, async () => void await together(() => repeat(request, CALLS_EACH)));

  Deno.bench(`${name}: fenced publish, 1 caller × ${CALLS_EACH}`, {
    group: "fenced publish, 1 caller",
    baseline,
  }, async () => await append(publish, CALLS_EACH));

  Deno.bench(`${name}: fenced publishes, ${CALLERS} callers × ${CALLS_EACH}`, {
    group: `fenced publish, ${CALLERS} callers`,
    baseline,
  }, async () => void await together(() => append(publish, CALLS_EACH)));
}
