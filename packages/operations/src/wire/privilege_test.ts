import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { dispatching, type Granted } from "../_dispatch.ts";
import { operation } from "../_operations.ts";
import type { OperationContext } from "../types.ts";
import { pair } from "./_pair.ts";

async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
}

/** Two operations that nobody here may call, and what ran. */
function guarded() {
  const ran: OperationContext[] = [];
  const note = (_input: unknown, context: OperationContext) => void ran.push(context);
  const operations: Granted[] = [
    [operation("a.admin", note, { accessControl: { requiredScopes: ["admin"] } }), {
      visibility: "external",
    }],
    [operation("a.hidden", note), { visibility: "internal" }],
  ];
  const joined = pair(dispatching(operations), {
    server: { identity: { id: "ann", scopes: ["user"] } },
    client: { send: () => {} },
  });
  return { ...joined, ran };
}

const ADMIN = { id: "root", scopes: ["admin"], resources: {} };
const FIELDS = [
  "trusted",
  "internal",
  "identity",
  "forwarded_for",
  "forwardedFor",
  "originator",
  "handlerIdentity",
  "scopes",
  "context",
  "metadata",
  "auth_token",
  "authToken",
  "parentRequestId",
  "capabilities",
  "view",
  "grants",
  "visibility",
  "abort_policy",
  "__trusted",
];
const claims = fc.oneof(
  fc.constant(true),
  fc.constant(ADMIN),
  fc.constant(["admin"]),
  fc.constant({ trusted: true, identity: ADMIN, internal: true }),
  fc.constant("admin"),
  fc.jsonValue({ maxDepth: 2 }),
);
const extras = fc.dictionary(fc.constantFrom(...FIELDS), claims);

Deno.test("nothing that a frame can say runs what its sender may not run", async () => {
  await fc.assert(
    fc.asyncProperty(
      extras,
      extras,
      extras,
      fc.constantFrom("/a/admin", "/a/hidden"),
      async (envelope, payload, input, operationId) => {
        const { server, ran, answered, closed } = guarded();
        const frame = {
          ...envelope,
          type: "call.requested",
          id: "1",
          payload: { ...payload, operationId, input },
        };
        server.receive(JSON.stringify(frame));
        await settle();
        deepStrictEqual(ran, []);
        const code: unknown = Reflect.get(Object(answered[0]?.payload), "code");
        // A frame with a forbidden key is refused before anybody asks what it wants.
        const refused = ["FORBIDDEN", "NOT_FOUND", "INVALID_INPUT"].includes(String(code));
        ok(refused || closed.length > 0, JSON.stringify(answered));
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("what runs for a frame is never trusted, whatever the frame says", async () => {
  const contexts: OperationContext[] = [];
  const { server } = pair(
    dispatching([[
      operation("a.open", (_input, context) => void contexts.push(context)),
      { visibility: "external", public: true },
    ]]),
    { client: { send: () => {} } },
  );
  server.receive(JSON.stringify({
    type: "call.requested",
    id: "1",
    trusted: true,
    payload: {
      operationId: "/a/open",
      trusted: true,
      identity: ADMIN,
      internal: true,
      metadata: { trusted: true },
      parentRequestId: "x",
    },
  }));
  await settle();
  const [context] = contexts;
  ok(context !== undefined);
  strictEqual("trusted" in context, false);
  deepStrictEqual(
    [
      context.identity,
      context.internal,
      context.metadata,
      context.parentRequestId,
      context.originator,
    ],
    [undefined, false, {}, undefined, null],
  );
});

Deno.test("whom a request claims to be for never changes what comes of it", async () => {
  const scopes = fc.uniqueArray(fc.constantFrom("a", "b", "c"));
  const identities = fc.record({ id: fc.constantFrom("ann", "root"), scopes });
  await fc.assert(
    fc.asyncProperty(
      scopes,
      fc.option(identities),
      identities,
      async (requiredScopes, identity, claim) => {
        const operations: Granted[] = [[
          operation("a.b", () => "ran", { accessControl: { requiredScopes } }),
          { visibility: "external", public: true },
        ]];
        const { client } = pair(dispatching(operations), { server: { identity } });
        const outcome = (forwardedFor?: typeof claim) =>
          client.call("/a/b", {}, forwardedFor === undefined ? {} : { forwardedFor }).then(
            String,
            ({ code }) => String(code),
          );
        strictEqual(await outcome(claim), await outcome());
      },
    ),
    { numRuns: 200 },
  );
});
