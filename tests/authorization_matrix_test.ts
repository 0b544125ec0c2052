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
  OperationRegistry,
  OperationType,
  type Registration,
  registryName,
  registryView,
} from "@alkdev/operations";
import { Type } from "@sinclair/typebox";
import { addKey, ROOT, type TestNode, testNode } from "../src/auth/_testing.ts";
import type { OwnershipBook } from "../src/auth/ownership.ts";
import { createHubDispatcher } from "../src/operations/create_hub_dispatcher.ts";
import { resourceTypesOf } from "../src/operations/resource_types.ts";
import { testOperations } from "./harness/operations.ts";
import { until } from "./harness/until.ts";

/** All that anybody may call who shows no credential. What is not listed here asks for one. */
const PUBLIC: readonly string[] = ["services/list", "services/list-peers", "services/schema"];

interface Hub extends AsyncDisposable {
  readonly node: TestNode;
  readonly registry: OperationRegistry;
  readonly dispatcher: Dispatcher;
  /** Where it is noted who made what. */
  readonly book: OwnershipBook;
}

/** What can be called on a node, all of it unless others are given. */
async function startOperations(others?: OperationRegistry): Promise<Hub> {
  await using stack = new AsyncDisposableStack();
  const node = stack.use(await testNode());
  const openBook = async (registry: OperationRegistry) =>
    stack.use(await node.openOwnership(resourceTypesOf(registry)));
  const { registry, dispatcher } = others === undefined
    ? stack.use(await testOperations(node))
    : { registry: others, dispatcher: dispatcherOf(others, await openBook(others)) };
  const book = await openBook(registry);
  const parts = stack.move();
  const dispose = () => parts[Symbol.asyncDispose]();
  return { node, registry, dispatcher, book, [Symbol.asyncDispose]: dispose };
}

function dispatcherOf(registry: OperationRegistry, ownership: OwnershipBook): Dispatcher {
  return createHubDispatcher(registryView(registry), { ownership });
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
  { operation, about = {} }: { readonly operation: string; readonly about?: object },
  token: string | undefined,
): Promise<boolean> {
  const who = token === undefined ? null : await node.identities.identify(token);
  // Refused by each: no operation of the hub takes such an input.
  const call = { operation: `/${operation}`, input: { ...about, "no such property": true } };
  try {
    await dispatcher.call({ ...call, identity: who?.identity ?? null });
    return true;
  } catch (error) {
    ok(error instanceof CallError, `${operation} answers with an error of its own`);
    return error.code !== "ACCESS_DENIED";
  }
}

/** What an operation asks of its callers but scopes: a resource of their own. */
function resourceOf({ access, grants: { resourceIdPath } }: Registration) {
  const [type] = access.flatMap(({ resourceType }) => resourceType ?? []);
  if (type === undefined) return undefined;
  const path = resourceIdPath?.split(/[./]/).slice(1) ?? [];
  /** The part of an input that names one. */
  const about = (id: string) =>
    path.reduceRight<object | string>((inner, name) => ({ [name]: inner }), id);
  return { type, about: (id: string) => path.length === 0 ? {} : Object(about(id)) };
}

interface Row {
  readonly name: string;
  readonly registration: Registration;
  /** Every scope that some operation asks for. */
  readonly all: readonly string[];
}

/** Calls an operation as everybody. */
async function checkRow(hub: Hub, { name, registration, all }: Row): Promise<void> {
  const needed = neededBy(registration), isPublic = PUBLIC.includes(name);
  strictEqual(registration.grants.visibility, "external");
  strictEqual(needed.length === 0, isPublic, "it is public or asks for something");
  const resource = resourceOf(registration);
  const { keys } = hub.node.stores;
  const makeKey = async (ownScopes: readonly string[]) => {
    const key = await addKey(hub.node, { ownScopes: [...ownScopes], roles: [] });
    // Each owns one, so that nothing but what is tried stands in its way.
    const own = { type: resource?.type ?? "", id: `of ${key.prefix}` };
    if (resource !== undefined) await hub.book.record({ id: key.prefix, scopes: [] }, own);
    return { ...key, about: resource?.about(own.id) ?? {} };
  };
  const right = await makeKey(needed), wrong = await makeKey(without(all, needed));
  const revoked = await makeKey(needed), expired = await makeKey(needed);
  const off = await makeKey(needed);
  const isIn = ({ token, about }: typeof right) => isLetIn(hub, { operation: name, about }, token);
  await until(() => isIn(right), { what: "the right scope, and a resource of one's own" });
  await keys.revoke(revoked.prefix, ROOT);
  await keys.update(expired.prefix, { expiresAt: new Date(Date.now() - 1) }, ROOT);
  await keys.update(off.prefix, { enabled: false }, ROOT);
  const found = {
    nobody: await isLetIn(hub, { operation: name, about: right.about }, undefined),
    "every scope but the right one": await isIn(wrong),
    revoked: await isIn(revoked),
    expired: await isIn(expired),
    disabled: await isIn(off),
  };
  for (const [who, is] of Object.entries(found)) strictEqual(is, isPublic, who);
  if (resource === undefined) return;
  const nothing = await addKey(hub.node, { ownScopes: needed, roles: [] });
  strictEqual(await isIn({ ...nothing, about: right.about }), false, "owns nothing");
  if (registration.grants.resourceIdPath === undefined) return;
  const other = await makeKey(needed);
  await until(() => isIn(other), { what: "the other resource" });
  strictEqual(await isIn({ ...other, about: right.about }), false, "owns another resource");
}

function without(all: readonly string[], some: readonly string[]): string[] {
  return all.filter((scope) => !some.includes(scope));
}

Deno.test("every operation lets in whom it says, and nobody else", async (t) => {
  await using hub = await startOperations();
  const operations = operationsOf(hub.registry);
  ok(operations.length >= 20, "the registry was read");
  const all = scopesIn(operations);
  for (const [name, registration] of operations) {
    const asked = PUBLIC.includes(name) ? "anybody" : neededBy(registration).join(" and ");
    await t.step(`${name}: ${asked}`, () => checkRow(hub, { name, registration, all }));
  }
});

/** Nothing of the hub asks for a resource of one's own so far: what does is looked at all the same. */
Deno.test("an operation on a resource lets in who made that one, and nobody who made another", async (t) => {
  const registry = new OperationRegistry();
  const common = {
    ...{ namespace: "boxes", version: "1.0.0", type: OperationType.QUERY, description: "Of boxes" },
    inputSchema: Type.Object({}, { additionalProperties: false }),
    outputSchema: Type.Unknown(),
    accessControl: { requiredScopes: ["boxes"], resourceType: "box", resourceAction: "open" },
    handler: () => "done",
  };
  const external = { visibility: "external" } as const;
  registry.register({ ...common, name: "open" }, { ...external, resourceIdPath: "$.id" });
  registry.register({ ...common, name: "deep" }, { ...external, resourceIdPath: "$.box.id" });
  registry.register({ ...common, name: "list" }, external);
  registry.seal();
  await using hub = await startOperations(registry);
  for (const [name, registration] of operationsOf(registry)) {
    await t.step(name, () => checkRow(hub, { name, registration, all: ["boxes", "others"] }));
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
    for (const name of administration) {
      if (await isLetIn(hub, { operation: name }, token)) opened.push(name);
    }
    deepStrictEqual(opened, [], role);
  }
  const { token } = await addKey(hub.node, { ownScopes: [], roles: ["admin"] });
  for (const [name, registration] of operationsOf(hub.registry)) {
    // What belongs to somebody is not the administrator's.
    const expected = resourceOf(registration) === undefined;
    strictEqual(await isLetIn(hub, { operation: name }, token), expected, `admin at ${name}`);
  }
});
