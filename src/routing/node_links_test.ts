import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { createDispatcher, OperationRegistry, registryView } from "@alkdev/operations";
import { joinMembership, nodeSubject } from "@hub/bus";
import { testBus } from "../../tests/harness/bus.ts";
import { testEnvironment } from "../../tests/harness/environment.ts";
import { startNatsNode } from "../../tests/harness/nats.ts";
import { testRealm } from "../../tests/harness/realm.ts";
import { until } from "../../tests/harness/until.ts";
import { connectClient, connectSpoke, startRoutingNode } from "./_nodes_testing.ts";
import { createFrameBatch, parseBatch, readFrames, spellReset } from "./frame_batch.ts";
import { openNodeLinks } from "./node_links.ts";

const request = (id: string, operation: string) =>
  JSON.stringify({ type: "call.requested", id, payload: { operationId: operation, input: {} } });

const text = (message: string) => new TextEncoder().encode(message);

/** A node made by hand, which can say to another one whatever a test wants. */
async function handMade(realm: string, to: string, { joins = true } = {}) {
  const world = await testBus({ realm });
  const { bus } = world;
  const membership = joins ? await joinMembership(bus, { node: "hand" }) : undefined;
  const heard: string[] = [];
  const subscription = bus.connection.subscribe(nodeSubject(realm, "hand", "streams"), {
    callback: (_error, message) => void heard.push(message.string()),
  });
  await bus.ping();
  return {
    heard,
    say: (message: string) => bus.connection.publish(nodeSubject(realm, to, "calls"), message),
    async [Symbol.asyncDispose]() {
      subscription.unsubscribe();
      await membership?.leave();
      await world[Symbol.asyncDispose]();
    },
  };
}

Deno.test("a link that misses a message ends on both sides, with what runs on it", async () => {
  await using node = await startRoutingNode();
  await using spoke = await connectSpoke(node, "dev1");
  await until(() => node.routing.index.get("dev1"), { what: "dev1 to be known" });
  await using hand = await handMade(node.realm, node.node);
  await until(() => {
    hand.say(`hand l1 0\n${request("1", "/dev1/test/wait")}`);
    return spoke.running() > 0;
  }, { what: "the call to run" });
  hand.say(`hand l1 9\n${request("2", "/dev1/test/wait")}`);
  await until(() => spoke.running() === 0, { what: "the call to be aborted" });
  await until(() => hand.heard.some((message) => / l1 -$/.test(message)), { what: "the reset" });
});

Deno.test("nobody but a member of the hub may speak to its nodes", async () => {
  await using node = await startRoutingNode();
  await using spoke = await connectSpoke(node, "dev1");
  await until(() => node.routing.index.get("dev1"), { what: "dev1 to be known" });
  await using hand = await handMade(node.realm, node.node, { joins: false });
  hand.say(`hand l1 0\n${request("1", "/dev1/test/wait")}`);
  await using client = await connectClient(node);
  await client.session.call("/dev1/test/echo", { text: "x" });
  strictEqual(spoke.running(), 0);
  strictEqual(node.routing.links.size, 0);
});

Deno.test("a node that is not known yet is told at once that its link is no more", async () => {
  await using node = await startRoutingNode();
  await using hand = await handMade(node.realm, node.node, { joins: false });
  hand.say(`hand l1 0\n${request("1", "/dev1/test/wait")}`);
  await until(() => hand.heard.some((message) => / l1 -$/.test(message)), { what: "the reset" });
});

Deno.test("a message without frames is answered by one, so that a link is known to live", async () => {
  await using node = await startRoutingNode();
  await using hand = await handMade(node.realm, node.node);
  const ask = async (link: number) => {
    hand.say(`hand l${link} 0`);
    const answer = await until(() => hand.heard.shift(), { what: "an answer" });
    return answer === `${node.node} l${link} 0`;
  };
  // Until the node has seen that this one is a member, it says that the link is no more.
  let link = 0;
  await until(() => ask(++link), { what: "the answer" });
  hand.say(`hand l${link} 1`);
  const next = `${node.node} l${link} 1`;
  await until(() => hand.heard.includes(next), { what: "the next answer" });
});

Deno.test("calls to a node that hears nothing fail soon, as to be retried", async () => {
  const realm = testRealm();
  await using world = await testBus({ realm });
  await using silent = await handMade(realm, "nobody");
  const membership = await joinMembership(world.bus, { node: "asking" });
  await until(() => membership.nodes().length === 2, { what: "the other node" });
  const dispatcher = createDispatcher({ view: registryView(new OperationRegistry()) });
  await using links = await openNodeLinks({ bus: world.bus, membership, dispatcher, probeMs: 20 });
  const session = links.to("hand");
  ok(session !== undefined);
  await rejects(session.call("/dev1/test/echo", {}), { message: "connection closed" });
  strictEqual(links.size, 0);
  strictEqual(silent.heard.length, 0);
  await membership.leave();
});

Deno.test("what is no message of a link does no harm", async () => {
  await using node = await startRoutingNode();
  await using hand = await handMade(node.realm, node.node);
  for (const message of ["", "\n", "hand", "hand l1", "hand l1 x\n{}", "hand l1 0\n{", "é\0 0 0"]) {
    hand.say(message);
  }
  await using _spoke = await connectSpoke(node, "dev1");
  await until(() => node.routing.index.get("dev1"), { what: "dev1 to be known" });
  await using client = await connectClient(node);
  deepStrictEqual(Object.keys(await answer(client)).sort(), ["by", "for", "text"]);
});

async function answer({ session }: Awaited<ReturnType<typeof connectClient>>): Promise<object> {
  return Object(await session.call("/dev1/test/echo", { text: "x" }));
}

Deno.test("a node that loses NATS for a moment fails what was under way, and goes on", async () => {
  await using home = await startRoutingNode();
  await using other = await startRoutingNode({ realm: home.realm });
  await using spoke = await connectSpoke(home, "dev1");
  await until(() => other.routing.index.get("dev1"), { what: "dev1 to be known" });
  await using client = await connectClient(other);
  const call = rejects(client.session.call("/dev1/test/wait", {}), { retryable: true });
  await until(() => spoke.running() === 1, { what: "the call to run" });
  await other.bus.connection.reconnect();
  await call;
  await until(() => spoke.running() === 0, { what: "the call to be aborted at the spoke" });
  await until(async () => (await answer(client).catch(() => undefined)) !== undefined, {
    what: "calls to go on",
  });
});

/** Sends frames in messages of so many bytes at most, and gives the messages. */
function batching(maxBytes: number) {
  const messages: Uint8Array[] = [];
  const send = (message: Uint8Array) => void messages.push(message);
  const batch = createFrameBatch({ from: "n1", link: "l", maxBytes: () => maxBytes, send });
  return { batch, messages };
}

const framesIn = (messages: readonly Uint8Array[]) =>
  readFrames(messages.flatMap((message) => parseBatch(message)?.body ?? []));

Deno.test("frames of one turn travel together, and come apart again", async () => {
  const { batch, messages } = batching(1024 * 1024);
  batch.add('{"a":"x y"}');
  batch.add('{"b":"ü"}');
  await until(() => messages.length === 1, { what: "the message" });
  batch.add("{}");
  await until(() => messages.length === 2, { what: "the next one" });
  const heads = messages.map(parseBatch).map((
    batch,
  ) => [batch?.link, batch?.number, batch?.isPart]);
  deepStrictEqual(heads, [["l", 0, false], ["l", 1, false]]);
  deepStrictEqual(messages.map((message) => framesIn([message])), [
    ['{"a":"x y"}', '{"b":"ü"}'],
    ["{}"],
  ]);
  batch.close();
  const reset = parseBatch(spellReset("n1", "l"));
  deepStrictEqual([reset?.from, reset?.link, reset?.number], ["n1", "l", undefined]);
  ok([text("n1 l"), text("n1 l 1.5"), new Uint8Array([0xff])].every((m) => !parseBatch(m)));
});

Deno.test("frames that are larger than a message travel in pieces", async () => {
  const { batch, messages } = batching(1_000);
  const frames = ["ü".repeat(2_000), "{}"];
  for (const frame of frames) batch.add(frame);
  await until(() => messages.length > 0, { what: "the messages" });
  ok(messages.length > 5 && messages.every(({ byteLength }) => byteLength <= 1_000));
  deepStrictEqual(messages.map((message) => parseBatch(message)?.isPart), [
    ...Array.from({ length: messages.length - 1 }, () => true),
    false,
  ]);
  deepStrictEqual(framesIn(messages), frames);
  strictEqual(readFrames([new Uint8Array([0xff])]), undefined);
});

Deno.test("a call that is larger than NATS takes crosses nodes, and disturbs no other one", async () => {
  const config = "max_payload: 65536";
  await using nats = await startNatsNode({ program: testEnvironment().natsServer, config });
  const realm = testRealm();
  await using home = await startRoutingNode({ realm, natsUrl: nats.url });
  await using other = await startRoutingNode({ realm, natsUrl: nats.url });
  await using spoke = await connectSpoke(home, "dev1");
  await until(() => other.routing.index.get("dev1"), { what: "dev1 to be known" });
  await using client = await connectClient(other);
  const controller = new AbortController();
  const { signal } = controller;
  const waiting = rejects(client.session.call("/dev1/test/wait", {}, { signal }), {
    code: "ABORTED",
  });
  const large = "x".repeat(1_000_000);
  const call = () => client.session.call("/dev1/test/echo", { text: large });
  for (const answer of await Promise.all([call(), call(), call()])) {
    strictEqual(Object(answer).text, large);
  }
  strictEqual(spoke.running(), 1);
  controller.abort();
  await waiting;
});
