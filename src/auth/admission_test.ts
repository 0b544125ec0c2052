import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { openBus } from "@hub/bus";
import { testEnvironment } from "../../tests/harness/environment.ts";
import type { Admission, Caller } from "../../bridges/ports.ts";
import { addKey, ROOT, type TestNode, testNode } from "./_testing.ts";
import { createAdmission } from "./admission.ts";
import { openTickets } from "./tickets.ts";
import { createToken } from "./token.ts";

/** What a node asks of its identities about who may connect. */
async function admitting({ realm, identities, stores }: TestNode) {
  const bus = await openBus({ servers: testEnvironment().natsUrl, name: "test", realm });
  const tickets = await openTickets(bus);
  const { credentials } = stores;
  const admission = createAdmission({ identities, credentials, tickets });
  return { admission, tickets, [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose]() };
}

/** Enrols a node with one token. */
async function addPeer({ stores, hasher }: TestNode, peerId: string): Promise<string> {
  const { token, prefix } = createToken("peer");
  const peer = { peerId, role: "node", displayName: null, resources: {}, limit: null } as const;
  await stores.peers.insert({ ...peer, fingerprints: [], ownScopes: [], roles: [] }, ROOT);
  await stores.peers.addToken(
    peerId,
    { prefix, hash: hasher.hash(token), notAfter: null },
    ROOT,
  );
  return token;
}

async function letIn(admission: Admission, token: string): Promise<Caller> {
  const caller = await admission.resolve(token, "127.0.0.1");
  ok(caller !== null, "the token opens");
  return caller;
}

Deno.test("a key lets a client in, and a peer's token a node under its name", async () => {
  await using node = await testNode();
  await using world = await admitting(node);
  const { token, prefix } = await addKey(node);
  const client = await letIn(world.admission, token);
  deepStrictEqual([client.role, client.identity.id, client.credential], ["client", prefix, prefix]);
  const spoke = await letIn(world.admission, await addPeer(node, "dev1"));
  deepStrictEqual([spoke.role, spoke.identity.id], ["node", "dev1"]);
  strictEqual(await world.admission.resolve(`${token}x`, "127.0.0.1"), null);
});

Deno.test("who was let in before is known at once", async () => {
  await using node = await testNode();
  await using world = await admitting(node);
  const { token } = await addKey(node);
  await letIn(world.admission, token);
  ok(!(world.admission.resolve(token, "127.0.0.1") instanceof Promise));
});

Deno.test("who is known is one caller for all requests, until something about them changes", async () => {
  await using node = await testNode();
  await using world = await admitting(node);
  const { token, prefix } = await addKey(node);
  const caller = await letIn(world.admission, token);
  strictEqual(await letIn(world.admission, token), caller);
  await node.stores.keys.update(prefix, { ownScopes: ["spokes:call"] }, ROOT);
  const changed = await letIn(world.admission, token);
  deepStrictEqual(caller.identity.scopes, ["tasks:read"]);
  deepStrictEqual(changed.identity.scopes, ["spokes:call"]);
});

Deno.test("a ticket lets in whom it was made for, with the rights of now", async () => {
  await using node = await testNode();
  await using world = await admitting(node);
  const { prefix } = await addKey(node);
  const { ticket } = await world.tickets.issue(prefix, null);
  await node.stores.keys.update(prefix, { ownScopes: ["spokes:call"] }, ROOT);
  const caller = await world.admission.redeemTicket(ticket, null);
  deepStrictEqual(caller?.identity.scopes, ["spokes:call"]);
  strictEqual(await world.admission.redeemTicket(ticket, null), null);
  const late = await world.tickets.issue(prefix, null);
  await node.stores.keys.revoke(prefix, ROOT);
  strictEqual(await world.admission.redeemTicket(late.ticket, null), null);
});

Deno.test("a change concerns those whom it is about, and says what is gone", async () => {
  await using node = await testNode();
  await using world = await admitting(node);
  const { admission } = world;
  const key = await addKey(node);
  const [ann, dev1, dev2] = [
    await letIn(admission, key.token),
    await letIn(admission, await addPeer(node, "dev1")),
    await letIn(admission, await addPeer(node, "dev2")),
  ];
  let concerned: (caller: Caller) => boolean = () => false;
  const heard = () => [ann, dev1, dev2].map((caller) => concerned(caller));
  const leave = admission.onChange((concerns) => concerned = concerns);
  await node.stores.keys.revoke(key.prefix, ROOT);
  deepStrictEqual(heard(), [true, false, false]);
  deepStrictEqual(await admission.renew(ann), { gone: "credential" });
  await node.stores.peers.update("dev1", { enabled: false }, ROOT);
  deepStrictEqual(heard(), [false, true, false]);
  deepStrictEqual(await admission.renew(dev1), { gone: "identity" });
  await node.stores.peers.removeCredential("dev2", dev2.credential, ROOT);
  deepStrictEqual(heard(), [false, false, true]);
  deepStrictEqual(await admission.renew(dev2), { gone: "credential" });
  leave();
});

Deno.test("somebody whom nobody has let in is not renewed", async () => {
  await using node = await testNode();
  await using world = await admitting(node);
  const { token } = await addKey(node);
  const copy = { ...await letIn(world.admission, token) };
  deepStrictEqual(await world.admission.renew(copy), { gone: "credential" });
});
