import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { startRoutingNode } from "../../src/routing/_nodes_testing.ts";
import { clientOf, known } from "./_spokes_testing.ts";
import { actorOver, transcriptsIn } from "./_transcripts.ts";

const text = await Deno.readTextFile(new URL("../../docs/protocol.md", import.meta.url));
const transcripts = transcriptsIn(text);

/** A transcript of the document. */
function told(name: string) {
  const lines = transcripts.get(name);
  ok(lines !== undefined, `docs/protocol.md tells of "${name}"`);
  return lines;
}

/** Opens a socket as the document says, and closes it at the end. */
function openSpoke(url: string): { readonly socket: WebSocket } & AsyncDisposable {
  const socket = new WebSocket(url, {
    ...{ headers: { authorization: "Bearer node:dev1" }, protocols: ["alknet.call.v1"] },
  });
  const closed = new Promise((resolve) => socket.addEventListener("close", resolve));
  return {
    socket,
    async [Symbol.asyncDispose]() {
      socket.close(1000);
      await closed;
    },
  };
}

Deno.test("a hub says, frame by frame, what the protocol's document says it does", async (t) => {
  await using node = await startRoutingNode();
  await using spoke = openSpoke(node.url);
  const actor = actorOver(spoke.socket);
  await using client = clientOf(node);

  await t.step("it asks for what is offered", async () => {
    await actor.play(told("discovery"));
    await known(node, "dev1");
    strictEqual(spoke.socket.protocol, "alknet.call.v1");
  });

  await t.step("it passes a call on, and its answer back", async () => {
    const call = client.call("/dev1/text/upper", { text: "hello" });
    await actor.play(told("a call"));
    strictEqual(await call, "HELLO");
  });

  await t.step("it says when nobody waits any more", async () => {
    const leaving = new AbortController();
    const { signal } = leaving;
    const call = rejects(client.call("/dev1/text/upper", { text: "slowly" }, { signal }));
    const runs = new Promise((resolve) => spoke.socket.addEventListener("message", resolve));
    const playing = actor.play(told("an abort"));
    await runs;
    leaving.abort();
    await Promise.all([call, playing]);
  });

  await t.step("it takes the values of a subscription to their end", async () => {
    const playing = actor.play(told("a subscription"));
    const values = [];
    for await (const value of client.subscribe("/dev1/text/count", { to: 3 })) values.push(value);
    deepStrictEqual(values, [0, 1, 2]);
    await playing;
  });

  await t.step(
    "it gives credit as values are taken, and says when their consumer leaves",
    async () => {
      const playing = actor.play(told("credit"));
      const values = client.subscribe("/dev1/text/count", { to: 1_000_000 });
      for (let at = 0; at < 8; at++) strictEqual((await values.next()).value, at);
      await values.return?.();
      await playing;
    },
  );

  await t.step("it answers what a spoke asks", async () => {
    await actor.play(told("asking"));
  });
});

Deno.test("a spoke that tells names alone is asked for each of them", async () => {
  await using node = await startRoutingNode();
  await using spoke = openSpoke(node.url);
  await actorOver(spoke.socket).play(told("names alone"));
  await known(node, "dev1");
});
