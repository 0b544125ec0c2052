/**
 * What the user of `nats.conf` may say on a real server that was started with that file.
 *
 * @module
 */
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import * as subjects from "@hub/bus";
import { deleteRealm, ensureStreams, joinMembership, openBus } from "@hub/bus";
import { type NatsConnection, PermissionViolationError } from "@nats-io/nats-core";
import { connectGuarded as connect } from "../../packages/bus/guarded_transport.ts";
import { connectClient, connectSpoke, startRoutingNode } from "../../src/routing/_nodes_testing.ts";
import { testEnvironment } from "../harness/environment.ts";
import { freePort } from "../harness/nats.ts";
import { leash } from "../../src/embedded/leash.ts";
import { testRealm } from "../harness/realm.ts";
import { until } from "../harness/until.ts";

const PASSWORD = "only-of-this-test";

/** A server with the hub's own configuration, and somebody else's account beside the hub's. */
async function startConfigured() {
  await using stack = new AsyncDisposableStack();
  const dir = await Deno.makeTempDir();
  stack.defer(() => Deno.remove(dir, { recursive: true }));
  const own = fileURLToPath(new URL("../../nats.conf", import.meta.url));
  const text = (await Deno.readTextFile(own)).replace(
    "  SYS {}",
    '  SYS {}\n  OTHER { jetstream: enabled, users: [{ user: other, password: "other" }] }',
  );
  ok(text.includes("OTHER"));
  await Deno.writeTextFile(`${dir}/nats.conf`, text);
  const port = freePort();
  const args = ["--config", `${dir}/nats.conf`, "--port", String(port), "--store_dir", dir];
  const env = {
    ...{ HUB_NATS_SERVER_NAME: "configured", HUB_NATS_USER: "hub", HUB_NATS_PASSWORD: PASSWORD },
    HUB_NATS_SYNC: '"2m"',
  };
  const server = stack.use(leash(testEnvironment().natsServer, { args, env }));
  const servers = `127.0.0.1:${port}`;
  const asHub = { servers, user: "hub", pass: PASSWORD };
  // Not before it is ready: a connection that it resets while it starts throws where nobody listens.
  await until(() => server.lastLines().includes("Server is ready"), { what: "the server" });
  const hub = await connect({ ...asHub, inboxPrefix: subjects.inboxPrefix("r") });
  stack.defer(() => hub.close());
  const other = await connect({ servers, user: "other", pass: "other" });
  stack.defer(() => other.close());
  const parts = stack.move();
  return { servers, hub, other, [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose]() };
}

/** Subjects on which the server did not let a connection publish. */
async function refusedOf(connection: NatsConnection, asked: readonly string[]): Promise<string[]> {
  const refused: string[] = [], told = connection.status();
  for (const subject of asked) connection.publish(subject, "x");
  // Surely refused, and after all others.
  connection.publish("the.end", "x");
  const reading = (async () => {
    for await (const event of told) {
      if (event.type !== "error" || !(event.error instanceof PermissionViolationError)) continue;
      if (refused.push(event.error.subject) && event.error.subject === "the.end") break;
    }
  })();
  await until(() => refused.at(-1) === "the.end", { what: "the last refusal" });
  await reading;
  return refused.slice(0, -1);
}

const at = { kind: "counter", id: "a1" };
/** One of each kind of subject that the hub publishes on. */
const SPELLED = [
  subjects.actorSubject("prod", at),
  subjects.snapshotSubject("prod", at),
  subjects.timerSubject("prod", { ...at, timer: "t.1" }),
  subjects.chunkSubject("prod", "s1"),
  subjects.callEventSubject("prod", "n1"),
  subjects.liveSubject("prod", at),
  ...subjects.NODE_CHANNELS.map((channel) => subjects.nodeSubject("prod", "n1", channel)),
  subjects.anySubject("prod", "fs/read"),
  subjects.hubCallsSubject("prod"),
  subjects.replySubject("prod", "i", "1"),
  `${subjects.inboxPrefix("prod")}.i.1`,
  ...subjects.INVALIDATIONS.map((topic) => subjects.invalidationSubject("prod", topic)),
  ...subjects.BUCKETS.map((bucket) => subjects.keySubject("prod", bucket, "a.b")),
];

Deno.test("the hub's user may publish on every subject that the hub spells, and on no other", async () => {
  await using server = await startConfigured();
  deepStrictEqual(await refusedOf(server.hub, SPELLED), []);
  const foreign = ["billing.orders", "prod.orders.1", "prod", "$SYS.REQ.SERVER.PING", "_INBOX.a.b"];
  deepStrictEqual(await refusedOf(server.hub, foreign), foreign);
});

Deno.test("nobody connects without credentials, or with wrong ones", async () => {
  await using server = await startConfigured();
  const { servers } = server;
  await rejects(connect({ servers }), /Authorization/i);
  await rejects(connect({ servers, user: "hub", pass: "guessed" }), /Authorization/i);
});

Deno.test("another account neither hears the hub nor is heard by it", async () => {
  await using server = await startConfigured();
  const { hub, other } = server;
  const subject = subjects.nodeSubject("prod", "n1", "calls");
  const heard: string[] = [];
  hub.subscribe(subject, { callback: (_error, message) => void heard.push(message.string()) });
  other.subscribe(">", { callback: (_error, message) => void heard.push(message.subject) });
  await Promise.all([hub.flush(), other.flush()]);
  other.publish(subject, "from another account");
  await other.flush();
  hub.publish(subject, "from the hub");
  await until(() => heard.includes("from the hub"), { what: "the hub's own message" });
  ok(!heard.includes("from another account"));
  // Heard by `other` is what it said itself, and nothing of the hub's.
  strictEqual(heard.filter((one) => one === subject).length, 1);
});

Deno.test("everything that a hub does is allowed by the server's configuration", async () => {
  await using server = await startConfigured();
  const realm = testRealm();
  const options = { ...{ servers: server.servers, name: "test", realm }, user: "hub" };
  await using bus = await openBus({ ...options, password: PASSWORD });
  await ensureStreams(bus.connection, { realm });
  await using membership = await joinMembership(bus, { node: "n1" });
  ok(membership.nodes().length === 1);
  const url = `nats://hub:${encodeURIComponent(PASSWORD)}@${server.servers}`;
  await using home = await startRoutingNode({ realm, natsUrl: url });
  await using far = await startRoutingNode({ realm, natsUrl: url });
  await using _spoke = await connectSpoke(home, "dev1");
  await until(() => far.routing.index.get("dev1"), { what: "dev1 to be known" });
  await using client = await connectClient(far);
  ok(await client.session.call("/dev1/test/echo", { text: "x" }));
  await deleteRealm(bus.connection, realm);
});
