import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { until } from "../../tests/harness/until.ts";
import {
  connectClient,
  connectSpoke,
  type RoutingNode,
  startRoutingNode,
} from "./_nodes_testing.ts";

const known = (node: RoutingNode, ...spokes: string[]) =>
  until(() => spokes.every((spoke) => node.routing.index.get(spoke) !== undefined), {
    what: `${node.node} to know ${spokes}`,
  });
const unknown = (node: RoutingNode, spoke: string) =>
  until(() => node.routing.index.get(spoke) === undefined, { what: `${spoke} to be forgotten` });

/** The same answers, whichever node is asked. */
for (const where of ["the same node", "another node"] as const) {
  Deno.test(`a spoke's operations are called through ${where}`, async (t) => {
    await using home = await startRoutingNode();
    await using other = await startRoutingNode({ realm: home.realm });
    const asked = where === "the same node" ? home : other;
    await using spoke = await connectSpoke(home, "dev1");
    await known(asked, "dev1");
    await using client = await connectClient(asked);
    const { session } = client;

    await t.step("a query is answered, and the spoke is told who asks", async () => {
      deepStrictEqual(await session.call("/dev1/test/echo", { text: "hello" }), {
        ...{ text: "hello", by: "dev1", for: "ann" },
      });
    });

    await t.step("input is validated before it is sent", async () => {
      await rejects(session.call("/dev1/test/echo", { text: 1 }), { code: "VALIDATION_ERROR" });
    });

    await t.step("an error of the spoke arrives without what is none of the caller's", async () => {
      await rejects(session.call("/dev1/test/fail", {}), (error: Error) => {
        return !JSON.stringify({ ...error, message: error.message }).includes("secret");
      });
    });

    await t.step(
      "what nobody offers is not found, whatever part of the name is wrong",
      async () => {
        for (const name of ["/dev1/test/none", "/dev9/test/echo", "/any/test/none", "/none/x"]) {
          await rejects(session.call(name, {}), { code: "OPERATION_NOT_FOUND" });
        }
      },
    );

    await t.step("a stream keeps its order and ends", async () => {
      const values = [];
      for await (const value of session.subscribe("/dev1/test/count", { to: 1_000 })) {
        values.push(value);
      }
      deepStrictEqual(values, Array.from({ length: 1_000 }, (_, i) => i));
    });

    await t.step("a caller who leaves a stream ends it at the spoke", async () => {
      const before = spoke.aborted.length;
      for await (const value of session.subscribe("/dev1/test/count", { to: 1e9 })) {
        if (value === 10) break;
      }
      await until(() => spoke.aborted.length > before, { what: "the stream to end" });
      strictEqual(spoke.running(), 0);
    });

    await t.step("an abort reaches the spoke", async () => {
      const before = spoke.aborted.length;
      const controller = new AbortController();
      const { signal } = controller;
      const call = rejects(session.call("/dev1/test/wait", {}, { signal }), { code: "ABORTED" });
      await until(() => spoke.running() === 1, { what: "the call to run" });
      controller.abort();
      await call;
      await until(() => spoke.aborted.length > before, { what: "the call to be aborted" });
    });

    await t.step("a deadline reaches the spoke", async () => {
      const before = spoke.aborted.length;
      const call = session.call("/dev1/test/wait", {}, { timeoutMs: 100 });
      await rejects(call, { code: "TIMEOUT" });
      await until(() => spoke.aborted.length > before, { what: "the call to be aborted" });
    });

    await t.step("both the rule and the spoke have to let a caller in", async () => {
      await using stranger = await connectClient(asked, "");
      await rejects(stranger.session.call("/dev1/test/echo", { text: "x" }), {
        code: "ACCESS_DENIED",
      });
      await using half = await connectClient(asked, "spokes:call");
      await rejects(half.session.call("/dev1/test/secret", {}), { code: "ACCESS_DENIED" });
      strictEqual(await session.call("/dev1/test/secret", {}), "open");
    });

    await t.step("discovery tells each caller what that caller may call", async () => {
      const listed = await session.call("/services/list-peers", {});
      const names = JSON.stringify(listed);
      ok(names.includes('"peer_id":"dev1"') && names.includes('"test/secret"'), names);
      const [own, peer] = Object(listed).peers;
      deepStrictEqual([own.peer_id, peer.peer_id], ["local", "dev1"]);
      const named = ({ operations }: { operations: { name: string; op_type: string }[] }) =>
        operations.map(({ name, op_type }) => `${name} ${op_type}`);
      ok(named(own).includes("services/list query") && named(peer).includes("test/wait mutation"));
      ok(named(peer).includes("test/count subscription"));
      const alone = named(Object(await session.call("/services/list", {})));
      deepStrictEqual(alone, named(own));
      await using half = await connectClient(asked, "spokes:call");
      ok(!JSON.stringify(await half.session.call("/services/list-peers", {})).includes("secret"));
      await rejects(half.session.call("/services/schema", { name: "/dev1/test/secret" }), {
        code: "ACCESS_DENIED",
      });
      await rejects(session.call("/services/schema", { name: "/dev1/test/none" }), {
        code: "OPERATION_NOT_FOUND",
      });
    });
  });
}

Deno.test("a spoke that goes away is unknown to all nodes, and its calls fail at once", async () => {
  await using home = await startRoutingNode();
  await using other = await startRoutingNode({ realm: home.realm });
  await using here = await connectClient(home);
  await using there = await connectClient(other);
  {
    await using spoke = await connectSpoke(home, "dev1");
    await known(other, "dev1");
    const calls = [here, there].map(({ session }) =>
      rejects(session.call("/dev1/test/wait", {}), { code: "EXECUTION_ERROR" })
    );
    await until(() => spoke.running() === 2, { what: "the calls to run" });
    await spoke[Symbol.asyncDispose]();
    await Promise.all(calls);
  }
  await unknown(other, "dev1");
  for (const { session } of [here, there]) {
    await rejects(session.call("/dev1/test/wait", {}), { code: "OPERATION_NOT_FOUND" });
  }
});

Deno.test("a caller who goes away has his calls on other nodes aborted", async () => {
  await using home = await startRoutingNode();
  await using other = await startRoutingNode({ realm: home.realm });
  await using spoke = await connectSpoke(home, "dev1");
  await known(other, "dev1");
  const client = await connectClient(other);
  const call = rejects(client.session.call("/dev1/test/wait", {}));
  await until(() => spoke.running() === 1, { what: "the call to run" });
  await client[Symbol.asyncDispose]();
  await call;
  await until(() => spoke.running() === 0, { what: "the call to be aborted" });
});

Deno.test("the newest connection of a spoke counts, on whichever node it is", async () => {
  await using home = await startRoutingNode();
  await using other = await startRoutingNode({ realm: home.realm });
  await using first = await connectSpoke(home, "dev1");
  await known(other, "dev1");
  await using second = await connectSpoke(other, "dev1");
  strictEqual((await first.closed).code, 4409);
  await until(() => home.routing.index.get("dev1")?.node === other.node, { what: "the new place" });
  await using third = await connectSpoke(other, "dev1");
  strictEqual((await second.closed).code, 4409);
  await using client = await connectClient(home);
  await until(() => other.routing.local.size === 1, { what: "the second to be forgotten" });
  deepStrictEqual(await client.session.call("/dev1/test/echo", { text: "x" }), {
    ...{ text: "x", by: "dev1", for: "ann" },
  });
  strictEqual(third.running(), 0);
});

Deno.test("of two connections at once, one stays", async () => {
  await using home = await startRoutingNode();
  await using other = await startRoutingNode({ realm: home.realm });
  for (let round = 0; round < 10; round++) {
    const both = await Promise.all([home, other].map((node) => connectSpoke(node, "dev1")));
    const gone = await Promise.race(both.map(async (spoke) => (await spoke.closed, spoke)));
    const [stays] = both.filter((spoke) => spoke !== gone);
    const placeAt = ({ routing }: RoutingNode) => routing.index.get("dev1")?.node;
    await until(() => placeAt(home) !== undefined && placeAt(home) === placeAt(other), {
      what: "both nodes to know the same",
    });
    await using client = await connectClient(home);
    await client.session.call("/dev1/test/echo", { text: "x" });
    await stays?.[Symbol.asyncDispose]();
    await unknown(home, "dev1");
    await unknown(other, "dev1");
  }
});

Deno.test("any spoke will do: one of this node first, and the first of equals", async () => {
  await using home = await startRoutingNode();
  await using other = await startRoutingNode({ realm: home.realm });
  await using _far = await connectSpoke(other, "dev0");
  await known(home, "dev0");
  await using client = await connectClient(home);
  const answering = async () => {
    const answer = await client.session.call("/any/test/echo", { text: "x" });
    return JSON.parse(JSON.stringify(answer)).by;
  };
  strictEqual(await answering(), "dev0");
  await using near = await connectSpoke(home, "dev1");
  await until(() => home.routing.local.size === 1, { what: "dev1 to be attached" });
  await using _next = await connectSpoke(home, "dev2");
  await until(() => home.routing.local.size === 2, { what: "both to be attached" });
  strictEqual(await answering(), "dev1");
  const waiting = rejects(client.session.call("/dev1/test/wait", {}));
  await until(() => near.running() === 1, { what: "dev1 to be busy" });
  strictEqual(await answering(), "dev2");
  await near[Symbol.asyncDispose]();
  await waiting;
  strictEqual(await answering(), "dev2");
});

Deno.test("a node that dies takes its spokes with it, and calls to them fail as to be retried", async () => {
  await using other = await startRoutingNode();
  await using home = await startRoutingNode({ realm: other.realm, ttlMs: 3_000 });
  await using spoke = await connectSpoke(home, "dev1");
  await known(other, "dev1");
  await using client = await connectClient(other);
  const call = rejects(client.session.call("/dev1/test/wait", {}), {
    ...{ code: "EXECUTION_ERROR", retryable: true },
  });
  await until(() => spoke.running() === 1, { what: "the call to run" });
  await home.crash();
  await call;
  await unknown(other, "dev1");
});

Deno.test("a node that joins knows all spokes", async () => {
  await using home = await startRoutingNode();
  const names = Array.from({ length: 20 }, (_, i) => `dev${i}`);
  await using stack = new AsyncDisposableStack();
  for (const name of names) stack.use(await connectSpoke(home, name));
  await known(home, ...names);
  await using late = await startRoutingNode({ realm: home.realm });
  deepStrictEqual(Array.from(late.routing.index.entries(), ({ peerId }) => peerId).sort(), [
    ...names.sort(),
  ]);
  const sets = new Set(Array.from(late.routing.index.entries(), ({ set }) => set));
  strictEqual(sets.size, 1);
});

Deno.test("only what a rule names can be called from outside", async () => {
  const access = { requiredScopes: ["spokes:call"] };
  await using home = await startRoutingNode({
    exports: [{ peer: "dev1", names: ["test/ec*"], access }],
  });
  await using _spoke = await connectSpoke(home, "dev1");
  await known(home, "dev1");
  await using client = await connectClient(home);
  await client.session.call("/dev1/test/echo", { text: "x" });
  await rejects(client.session.call("/dev1/test/fail", {}), { code: "OPERATION_NOT_FOUND" });
  await rejects(client.session.call("/any/test/fail", {}), { code: "OPERATION_NOT_FOUND" });
});

Deno.test("call-protocol.md 14.2: a call never goes back to the spoke that makes it, by whatever name", async () => {
  await using home = await startRoutingNode();
  await using other = await startRoutingNode({ realm: home.realm });
  await using spoke = await connectSpoke(home, "dev1", "node:dev1|spokes:call");
  await using _far = await connectSpoke(other, "dev2");
  await known(home, "dev1", "dev2");
  for (const name of ["dev1", "any"]) {
    await rejects(spoke.session.call(`/${name}/test/echo`, { text: "x" }), {
      code: "OPERATION_NOT_FOUND",
    });
  }
  const answer = await spoke.session.call("/dev2/test/echo", { text: "x" });
  deepStrictEqual(answer, { text: "x", by: "dev2", for: "dev1" });
});
