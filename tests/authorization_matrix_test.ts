/**
 * Who may call what: every operation of the hub, called by everybody.
 *
 * The operations are those of the registry that a hub runs with, so that one that is added is here
 * by itself.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  CallError,
  type Dispatcher,
  type OperationRegistry,
  type Registration,
  registryName,
} from "@alkdev/operations";
import { addKey, ROOT, type TestNode, testNode } from "../src/auth/_testing.ts";
import { testOperations } from "./harness/operations.ts";

/** All that anybody may call who shows no credential. What is not listed here asks for one. */
const PUBLIC: readonly string[] = ["services/list", "services/list-peers", "services/schema"];

interface Hub extends AsyncDisposable {
  readonly node: TestNode;
  readonly registry: OperationRegistry;
  readonly dispatcher: Dispatcher;
}

async function startOperations(): Promise<Hub> {
  await using stack = new AsyncDisposableStack();
  const node = stack.use(await testNode());
  const { registry, dispatcher } = stack.use(await testOperations(node));
  const parts = stack.move();
  return { node, registry, dispatcher, [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose]() };
}

function operationsOf(registry: OperationRegistry): [string, Registration][] {
  return registry.getAllSpecs().map((spec) => {
    const name = registryName(spec);
    const registration = name === undefined ? undefined : registry.resolve(name);
    ok(name !== undefined && registration !== undefined, `${spec.name} has a name`);
    return [name, registration];
  });
}

/** Every scope that some operation asks for. */
function scopesIn(operations: readonly [string, Registration][]): string[] {
  const asked = operations.flatMap(([, { access }]) =>
    access.flatMap(({ requiredScopes, requiredScopesAny = [] }) => [
      ...requiredScopes,
      ...requiredScopesAny,
    ])
  );
  return [...new Set(asked)].toSorted();
}

function neededBy({ access }: Registration): string[] {
  return access.flatMap(({ requiredScopes, requiredScopesAny = [] }) => [
    ...requiredScopes,
    ...requiredScopesAny.slice(0, 1),
  ]);
}

/** Whether a token gets past the access control; what becomes of the empty input is another matter. */
async function isLetIn(
  { node, dispatcher }: Hub,
  operation: string,
  token: string | undefined,
): Promise<boolean> {
  const who = token === undefined ? null : await node.identities.identify(token);
  // Refused by each: no operation of the hub takes such an input.
  const call = { operation: `/${operation}`, input: { "no such property": true } };
  try {
    await dispatcher.call({ ...call, identity: who?.identity ?? null });
    return true;
  } catch (error) {
    ok(error instanceof CallError, `${operation} answers with an error of its own`);
    return error.code !== "ACCESS_DENIED";
  }
}

Deno.test("every operation lets in whom it says, and nobody else", async (t) => {
  await using hub = await startOperations();
  const operations = operationsOf(hub.registry);
  ok(operations.length >= 20, "the registry was read");
  const all = scopesIn(operations);
  for (const [name, registration] of operations) {
    const needed = neededBy(registration);
    const isPublic = PUBLIC.includes(name);
    const key = async (ownScopes: string[]) => await addKey(hub.node, { ownScopes, roles: [] });
    await t.step(`${name}: ${isPublic ? "anybody" : needed.join(" and ")}`, async () => {
      strictEqual(registration.grants.visibility, "external");
      strictEqual(needed.length === 0, isPublic, "it is public or asks for something");
      const right = await key(needed), wrong = await key(all.filter((s) => !needed.includes(s)));
      const revoked = await key(needed), expired = await key(needed), off = await key(needed);
      const { keys } = hub.node.stores;
      await keys.revoke(revoked.prefix, ROOT);
      await keys.update(expired.prefix, { expiresAt: new Date(Date.now() - 1) }, ROOT);
      await keys.update(off.prefix, { enabled: false }, ROOT);
      const found = {
        nobody: await isLetIn(hub, name, undefined),
        "every scope but the right one": await isLetIn(hub, name, wrong.token),
        "the right scope": await isLetIn(hub, name, right.token),
        revoked: await isLetIn(hub, name, revoked.token),
        expired: await isLetIn(hub, name, expired.token),
        disabled: await isLetIn(hub, name, off.token),
      };
      deepStrictEqual(found, {
        nobody: isPublic,
        "every scope but the right one": isPublic,
        "the right scope": true,
        revoked: isPublic,
        expired: isPublic,
        disabled: isPublic,
      });
    });
    await t.step(`${name}: the right scope for another resource does not do`, async () => {
      const types = registration.access.flatMap(({ resourceType }) => resourceType ?? []);
      if (types.length === 0) return;
      // A key owns nothing by itself: its scopes alone are not enough.
      const { token } = await key(needed);
      strictEqual(await isLetIn(hub, name, token), false);
    });
  }
});

/** What administers the hub: whoever could call one of these could become anybody. */
const ADMINISTRATION = /^hub\/(?:keys|peers|registration|roles|audit|credentials)\//;

Deno.test("of the built-in roles, admin alone opens what administers the hub", async () => {
  await using hub = await startOperations();
  const operations = operationsOf(hub.registry).map(([name]) => name);
  const administration = operations.filter((name) => ADMINISTRATION.test(name));
  ok(administration.length >= 20, "the registry was read");
  for (const role of ["caller", "spoke", "agent", "viewer"]) {
    const { token } = await addKey(hub.node, { ownScopes: [], roles: [role] });
    const opened = [];
    for (const name of administration) if (await isLetIn(hub, name, token)) opened.push(name);
    deepStrictEqual(opened, [], role);
  }
  const { token } = await addKey(hub.node, { ownScopes: [], roles: ["admin"] });
  for (const name of operations) {
    strictEqual(await isLetIn(hub, name, token), true, `admin at ${name}`);
  }
});
