/**
 * The conformance checks of the call protocol and of identity, over real sockets to started hubs. What
 * is not here needs no socket: it is beside the code, in `packages/operations/src/wire/` and
 * `src/routing/`.
 *
 * @module
 */
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { connectSpoke } from "../../src/routing/_nodes_testing.ts";
import { until } from "../harness/until.ts";
import { openFrames } from "./_frames_testing.ts";
import { clientAt, type Hubs, outcome, type Place, spokeAt, startHubs } from "./_hubs_testing.ts";

/** The node that is asked, the last of all: the spoke is at the first. */
function farthest({ nodes }: Hubs): Place {
  const last = nodes.at(-1);
  ok(last !== undefined);
  return last;
}

async function withSpoke(count: number) {
  await using stack = new AsyncDisposableStack();
  const hubs = stack.use(await startHubs(count));
  const [home] = hubs.nodes;
  ok(home !== undefined);
  const token = await hubs.spoke("dev1");
  const spoke = stack.use(await spokeAt(home, { name: "dev1", token, hubs }));
  const parts = stack.move();
  return {
    ...{ hubs, home, spoke, token, asked: farthest(hubs) },
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}

const error = (frame: string) => JSON.parse(frame).payload;

for (const count of [1, 2]) {
  Deno.test(`call-protocol.md 20, over a hub of ${count}`, async (t) => {
    await using world = await withSpoke(count);
    const { hubs, asked, spoke } = world;
    const key = await hubs.key("spokes:call");
    using frames = await openFrames(asked, key);

    await t.step("1: what is internal reads like what is not there, to the byte", async () => {
      const said = [];
      for (const name of ["dev1/test/hidden", "dev1/test/none", "dev9/test/none", "any/no/such"]) {
        const frame = await frames.ask("same-id-1", { operationId: `/${name}`, input: {} });
        said.push(frame);
        frames.say(JSON.stringify({ type: "call.aborted", id: "same-id-1", payload: {} }));
        frames.heard.length = 0; // each answer has the same id
      }
      strictEqual(new Set(said).size, 1, said.join("\n"));
      strictEqual(error(said[0] ?? "").code, "NOT_FOUND");
    });

    await t.step("2: what asks for a scope is refused to who has none", async () => {
      using nobody = await openFrames(asked, await hubs.key());
      for (const operationId of ["/hub/keys/list", "/dev1/test/echo"]) {
        const frame = await nobody.ask(operationId, { operationId, input: { text: "x" } });
        strictEqual(error(frame).code, "FORBIDDEN");
      }
    });

    await t.step("3: a request with a bad token runs as who connected", async () => {
      const payload = { operationId: "/dev1/test/echo", input: { text: "x" } };
      const bad = await frames.ask("3a", { ...payload, auth_token: "alk_0000000000_nonsense" });
      strictEqual(JSON.parse(bad).type, "call.responded");
    });

    await t.step(
      "3: a request with another's good token runs as that one, and only it",
      async () => {
        const admin = await hubs.key("keys:admin");
        const payload = { operationId: "/hub/keys/list", input: {} };
        strictEqual(error(await frames.ask("3b", payload)).code, "FORBIDDEN");
        const lifted = await frames.ask("3c", { ...payload, auth_token: admin });
        strictEqual(JSON.parse(lifted).type, "call.responded");
        strictEqual(error(await frames.ask("3d", payload)).code, "FORBIDDEN");
      },
    );

    await t.step("3: a bad token over a spoke's connection is refused", async () => {
      using node = await openFrames(asked, await hubs.spoke(`strict${count}`));
      const listing = await until(() => node.heard[0], { what: "what it is asked for" });
      const { id } = JSON.parse(listing);
      const nothing = { output: { operations: [] } };
      node.say(JSON.stringify({ type: "call.responded", id, payload: nothing }));
      const frame = await node.ask("3e", {
        ...{ operationId: "/dev1/test/echo", input: { text: "x" }, auth_token: "alk_no_no" },
      });
      strictEqual(error(frame).code, "FORBIDDEN");
    });

    await t.step("4 and 5: nothing that a request says of itself gives a right", async () => {
      const everything = { id: "root", scopes: ["admin", "keys:admin"], resources: {} };
      for (
        const [at, claim] of [
          { forwarded_for: everything },
          { identity: everything },
          { internal: true, trusted: true, abort_policy: "continue-running", scopes: ["admin"] },
        ].entries()
      ) {
        const payload = { operationId: "/hub/keys/list", input: {}, ...claim };
        strictEqual(error(await frames.ask(`4-${at}`, payload)).code, "FORBIDDEN");
      }
    });

    await t.step("7: an abort at one end stops the handler at the other", async () => {
      const before = spoke.aborted.length;
      const waiting = { operationId: "/dev1/test/wait", input: {} };
      frames.say(JSON.stringify({ type: "call.requested", id: "7", payload: waiting }));
      await until(() => spoke.running() === 1, { what: "the call to run" });
      frames.say(JSON.stringify({ type: "call.aborted", id: "7", payload: {} }));
      await until(() => spoke.aborted.length > before, { what: "the abort" });
    });

    await t.step("12: a handler that calls back over its own socket is answered", async () => {
      const answer = await frames.ask("12", { operationId: "/dev1/test/back", input: {} });
      ok(answer.includes("services/list-peers"), answer);
    });

    await t.step("13: an answer on another's connection is nobody's", async () => {
      using other = await openFrames(asked, await hubs.key("spokes:call"));
      await using client = await clientAt(asked, key);
      let answered = false;
      const controller = new AbortController();
      const { signal } = controller;
      const call = client.session.call("/dev1/test/wait", {}, { signal })
        .then(() => answered = true, () => undefined);
      await until(() => spoke.running() === 1, { what: "the call to run" });
      // Every id that the spoke was asked under.
      for (const id of spoke.asked) {
        other.say(JSON.stringify({ type: "call.responded", id, payload: { output: "mine" } }));
      }
      await other.ask("14", { operationId: "/services/list", input: {} });
      ok(!answered);
      controller.abort();
      await call;
    });

    await t.step("14: values come in order, and then the end", async () => {
      const count = { operationId: "/dev1/test/count", input: { to: 3 } };
      frames.say(JSON.stringify({ type: "call.requested", id: "s", payload: count }));
      const events = () =>
        frames.heard.map((text) => JSON.parse(text)).filter(({ id }) => id === "s");
      await until(() => events().at(-1)?.type === "call.completed", { what: "the end" });
      const outputs = events().slice(0, -1).map(({ payload }) => payload.output);
      deepStrictEqual([outputs, events().at(-1)?.payload], [[0, 1, 2], {}]);
    });

    await t.step("15: discovery tells each what that one may call", async () => {
      await using both = await clientAt(asked, await hubs.key("spokes:call", "top"));
      await using half = await clientAt(asked, key);
      await using none = await clientAt(asked, await hubs.key());
      const told = ({ session }: typeof both) =>
        session.call("/services/list-peers", {}).then((answer) => JSON.stringify(answer));
      ok((await told(both)).includes("test/secret"));
      ok((await told(half)).includes("test/echo") && !(await told(half)).includes("test/secret"));
      ok(!(await told(none)).includes("dev1"));
      const schema = (name: string) => half.session.call("/services/schema", { name });
      await rejects(schema("/dev1/test/secret"), { code: "ACCESS_DENIED" });
      await rejects(schema("/dev1/test/hidden"), { code: "OPERATION_NOT_FOUND" });
    });

    await t.step("16: an error that says too much says nothing", async () => {
      const frame = await frames.ask("16", { operationId: "/dev1/test/fail", input: {} });
      const { code, details } = error(frame);
      deepStrictEqual([code, details], ["INTERNAL", undefined]);
      ok(!frame.includes("secret") && !frame.includes(".ts"));
    });

    await t.step("9: a spoke that drops fails its calls, and is unknown", async () => {
      const waiting = { operationId: "/dev1/test/wait", input: {} };
      const answer = frames.ask("9", waiting);
      await until(() => spoke.running() === 1, { what: "the call to run" });
      await spoke[Symbol.asyncDispose]();
      const { code, message, retryable } = error(await answer);
      deepStrictEqual([code, message, retryable], ["INTERNAL", "connection closed", false]);
      await until(async () => {
        return error(await frames.ask(crypto.randomUUID(), waiting)).code === "NOT_FOUND";
      }, { what: "the spoke to be unknown" });
    });
  });
}

Deno.test("a hub of five nodes answers at each of them as a hub of one does", async () => {
  const transcript = async (place: Place, hubs: Hubs) => {
    const key = await hubs.key("spokes:call"), nothing = await hubs.key();
    await using client = await clientAt(place, key);
    await using stranger = await clientAt(place, nothing);
    const { session } = client;
    const values: unknown[] = [];
    for await (const value of session.subscribe("/dev1/test/count", { to: 300 })) {
      values.push(value);
    }
    return [
      values,
      await outcome(
        session.call("/dev1/test/echo", { text: "é" }).then((answer) => {
          return { ...Object(answer), for: "(who asks)" };
        }),
      ),
      await outcome(session.call("/dev1/test/echo", { text: 1 })),
      await outcome(session.call("/dev1/test/fail", {})),
      await outcome(session.call("/dev1/test/none", {})),
      await outcome(session.call("/dev1/test/secret", {})),
      await outcome(session.call("/dev1/test/back", {})),
      Object(await outcome(session.call("/dev1/test/wait", {}, { timeoutMs: 50 }))).code,
      await outcome(session.call("/any/test/count", { to: 1 })),
      await outcome(session.call("/services/list-peers", {})),
      await outcome(session.call("/services/schema", { name: "/dev1/test/echo" })),
      await outcome(stranger.session.call("/dev1/test/echo", { text: "x" })),
    ];
  };
  await using one = await withSpoke(1);
  const expected = await transcript(one.asked, one.hubs);
  await using five = await withSpoke(5);
  strictEqual(five.hubs.nodes.length, 5);
  for (const node of five.hubs.nodes) deepStrictEqual(await transcript(node, five.hubs), expected);
});

Deno.test("11: a spoke cannot take a name of the hub's own", async () => {
  await using hubs = await startHubs(1);
  const [node] = hubs.nodes;
  ok(node !== undefined);
  for (const name of ["hub", "services", "local", "any", "auth"]) {
    await rejects(hubs.spoke(name), { code: "VALIDATION_ERROR" }, name);
  }
  await using _spoke = await spokeAt(node, { name: "dev1", token: await hubs.spoke("dev1"), hubs });
  await using client = await clientAt(node, await hubs.key("spokes:call"));
  // The spoke has a `services/list`, too.
  const listed = JSON.stringify(await client.session.call("/services/list", {}));
  ok(listed.includes("hub/keys/list") || !listed.includes("test/echo"), listed);
});

Deno.test("peers-and-auth.md 14.6: an operation whose access cannot be understood is for nobody", async () => {
  await using hubs = await startHubs(1);
  const [node] = hubs.nodes;
  ok(node !== undefined);
  using spoke = await openFrames(node, await hubs.spoke("odd"));
  const { id } = JSON.parse(await until(() => spoke.heard[0], { what: "the question" }));
  const operation = (name: string, access_control: unknown) => ({
    ...{ name, namespace: "test", op_type: "query", visibility: "external", access_control },
    ...{ input_schema: {}, output_schema: {}, error_schemas: [] },
  });
  const operations = [
    operation("test/odd", { required_scopes: "none" }),
    operation("test/absent", undefined),
  ];
  spoke.say(JSON.stringify({ type: "call.responded", id, payload: { output: { operations } } }));
  await using client = await clientAt(node, await hubs.key("spokes:call", "admin"));
  for (const name of ["test/odd", "test/absent"]) {
    await until(async () => {
      const { code } = Object(await outcome(client.session.call(`/odd/${name}`, {})));
      return code === "ACCESS_DENIED";
    }, { what: `${name} to be refused` });
  }
});

Deno.test("peers-and-auth.md 14.10: a client on the WebSocket is no node", async () => {
  await using hubs = await startHubs(1);
  const [node] = hubs.nodes;
  ok(node !== undefined);
  await using asking = await clientAt(node, await hubs.key("spokes:call"));
  // It would answer, were it asked.
  await using _client = await connectSpoke(node, "mallory", await hubs.key("spokes:call"));
  const peers = JSON.stringify(await asking.session.call("/services/list-peers", {}));
  ok(!peers.includes("test/echo"), peers);
  await rejects(asking.session.call("/any/test/echo", { text: "x" }), {
    code: "OPERATION_NOT_FOUND",
  });
});
