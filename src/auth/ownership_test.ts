import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import {
  createDispatcher,
  OperationRegistry,
  OperationType,
  registryView,
} from "@alkdev/operations";
import { Type } from "@sinclair/typebox";
import { startProxy } from "../../tests/harness/proxy.ts";
import { until } from "../../tests/harness/until.ts";
import { resourceTypesOf } from "../operations/resource_types.ts";
import { testNode } from "./_testing.ts";
import type { OwnershipBook } from "./ownership.ts";

const ann = { id: "alk_ann0000000", scopes: ["boxes"] };
const bob = { id: "alk_bob0000000", scopes: ["boxes"] };
const TYPES = new Set(["box"]);
const box = (id: string) => ({ type: "box", id });
const openIt = (id: string) => ({ ...box(id), action: "open" });

/** Operations that make boxes, open one and end one, for those who own them. */
function boxes(book: () => OwnershipBook) {
  const registry = new OperationRegistry();
  const common = {
    ...{ namespace: "boxes", version: "1.0.0", type: OperationType.MUTATION },
    inputSchema: Type.Object({ id: Type.Optional(Type.String()) }),
    outputSchema: Type.Unknown(),
  };
  const external = { visibility: "external" } as const;
  const scoped = { requiredScopes: ["boxes"] };
  registry.register({
    ...{ ...common, name: "make", description: "Makes a box", accessControl: scoped },
    async handler({ id = "" }: { id?: string }, { identity }) {
      if (identity) await book().record(identity, box(id));
    },
  }, external);
  registry.register({
    ...{ ...common, name: "open", description: "Opens a box" },
    accessControl: { ...scoped, resourceType: "box", resourceAction: "open" },
    handler: () => "opened",
  }, { ...external, resourceIdPath: "$.id" });
  registry.register({
    ...{ ...common, name: "list", description: "Lists one's own boxes" },
    accessControl: { ...scoped, resourceType: "box" },
    handler: (_input: unknown, { identity }) =>
      identity ? book().ownedResources(identity, "box") : [],
  }, external);
  return registry;
}

Deno.test("a resource belongs to the key that made it, on every node, until it is gone", async () => {
  await using node = await testNode();
  await using other = await testNode({ databaseUrl: node.databaseUrl, realm: node.realm });
  await using here = await node.openOwnership(TYPES);
  await using there = await other.openOwnership(TYPES);
  const registry = boxes(() => here);
  deepStrictEqual(resourceTypesOf(registry), TYPES);
  const dispatcher = createDispatcher({ view: registryView(registry), ownership: here });
  const call = (name: string, input: object, identity = ann) =>
    dispatcher.call({ operation: `/boxes/${name}`, input, identity });
  const DENIED = { code: "ACCESS_DENIED" };
  await rejects(call("open", { id: "b1" }), DENIED);
  await rejects(call("list", {}), DENIED);
  await call("make", { id: "b1" });
  strictEqual(await call("open", { id: "b1" }), "opened", "at once, where it was made");
  deepStrictEqual(await call("list", {}), ["b1"]);
  await rejects(call("open", { id: "b1" }, bob), DENIED);
  await rejects(call("open", { id: "b2" }), DENIED);
  // Who leaves the id out does not pass for owning another one.
  await rejects(call("open", {}), { code: "VALIDATION_ERROR" });
  await until(() => there.owns(ann, openIt("b1")), { what: "the other node to hear of it" });
  // It listens by now, and so it is told.
  await call("make", { id: "b3" });
  await until(() => there.owns(ann, openIt("b3")), { what: "the other node to be told" });
  await there.revoke(box("b3"));
  await until(() => !here.owns(ann, openIt("b3")), { what: "this node to be told" });
  strictEqual(there.owns(bob, openIt("b1")), false);
  await there.revoke(box("b1"));
  strictEqual(there.ownsAny(ann, "box"), false);
  await until(() => !here.ownsAny(ann, "box"), { what: "the end to be heard of" });
  await rejects(call("open", { id: "b1" }), DENIED);
});

Deno.test("what is somebody's is given to nobody else, and recording twice is recording once", async () => {
  await using node = await testNode();
  await using book = await node.openOwnership(TYPES);
  await book.record(ann, box("b1"));
  await book.record(ann, box("b1"));
  await rejects(book.record(bob, box("b1")), { code: "CONFLICT" });
  deepStrictEqual([book.owns(ann, openIt("b1")), book.owns(bob, openIt("b1"))], [true, false]);
  for (const wrong of [box(""), box("x".repeat(257)), { type: "boat", id: "b" }]) {
    await rejects(book.record(ann, wrong), RangeError);
  }
});

Deno.test("a grant in a peer's entry does not stand in for owning what is made here", async () => {
  await using node = await testNode();
  await using book = await node.openOwnership(TYPES);
  const registry = boxes(() => book);
  const dispatcher = createDispatcher({ view: registryView(registry), ownership: book });
  const granted = { id: "dev1", scopes: ["boxes"], resources: { box: ["open"] } };
  const call = { operation: "/boxes/open", input: { id: "b1" }, identity: granted };
  await rejects(dispatcher.call(call), { code: "ACCESS_DENIED" });
  // What is made elsewhere is not this book's business.
  strictEqual(book.covers("boat"), false);
});

Deno.test("a node that starts later, or was cut off, knows who owns what", async () => {
  await using node = await testNode();
  const at = new URL(node.databaseUrl);
  await using proxy = startProxy({ port: Number(at.port) });
  at.port = String(proxy.port);
  await using cutOff = await testNode({
    ...{ databaseUrl: at.href, realm: node.realm, listenerUrl: at.href },
  });
  await using here = await node.openOwnership(TYPES);
  await here.record(ann, box("b1"));
  await using there = await cutOff.openOwnership(TYPES);
  strictEqual(there.owns(ann, openIt("b1")), true);
  proxy.cut();
  await here.revoke(box("b1"));
  await here.record(bob, box("b2"));
  await rejects(there.record(bob, box("b3")), { code: "UNAVAILABLE" });
  strictEqual(there.owns(ann, openIt("b1")), true, "what is known stays known");
  proxy.heal();
  await until(() => there.owns(bob, openIt("b2")) && !there.owns(ann, openIt("b1")), {
    what: "the node to have read it again",
  });
});

Deno.test("changes of many at once end where the database does", async () => {
  await using node = await testNode();
  await using other = await testNode({ databaseUrl: node.databaseUrl, realm: node.realm });
  const books = [await node.openOwnership(TYPES), await other.openOwnership(TYPES)];
  const [here, there] = books;
  await Promise.all(Array.from({ length: 60 }, async (_, turn) => {
    const book = books[turn % 2], who = turn % 3 === 0 ? ann : bob, id = `b${turn % 5}`;
    await book?.record(who, box(id)).catch((error) => strictEqual(error.code, "CONFLICT"));
    if (turn % 4 !== 0) await book?.revoke(box(id));
  }));
  const { rows } = await node.database.pool.query<{ id: string; owner: string }>(
    "select id, owner from ownership order by id",
  );
  const ownedBy = (who: typeof ann) => rows.filter(({ owner }) => owner === who.id);
  for (const book of [here, there]) {
    for (const who of [ann, bob]) {
      const wanted = ownedBy(who).map(({ id }) => id).join();
      await until(() => book?.ownedResources(who, "box").toSorted().join() === wanted, {
        what: "the index to agree with the database",
      });
    }
  }
  for (const book of books) await book[Symbol.asyncDispose]();
});
