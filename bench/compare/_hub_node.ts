/**
 * One node of ours, with nothing but an operation: `serve REALM` has `test/echo`; `call REALM` calls
 * it from another node as it is told; `request REALM` asks a bare subject instead, with no thought
 * about it.
 *
 * @module
 */
import {
  createDispatcher,
  openSteadyClock,
  OperationRegistry,
  OperationType,
  registryView,
} from "@alkdev/operations";
import { type Bus, encodeText, openBus } from "@hub/bus";
import { Type } from "@sinclair/typebox";
import { createHubCaller } from "../../src/operations/hub_caller.ts";
import { serveCalls } from "../../src/operations/serve_calls.ts";
import { driveAsTold, say, untilInputEnds } from "../_load.ts";

const TEXT = "x".repeat(100);
const [role, natsUrl = "", realm = ""] = Deno.args;
await using bus = await openBus({ servers: natsUrl, name: `bench ${role}`, realm });
if (role === "serve") await serve(bus);
else if (role === "call") {
  const hub = createHubCaller(bus);
  await driveAsTold(() => hub.call("test/echo", { text: TEXT }));
} else {
  const data = encodeText(JSON.stringify({ text: TEXT }));
  await driveAsTold(() => bus.requests.request(`${realm}.bare`, data));
}
Deno.exit(0);

async function serve(bus: Bus): Promise<void> {
  const registry = new OperationRegistry();
  const text = Type.Object({ text: Type.String({ maxLength: 10_000 }) });
  registry.register({
    ...{ namespace: "test", name: "echo", version: "1.0.0", description: "Echo" },
    type: OperationType.QUERY,
    ...{ inputSchema: text, outputSchema: text },
    accessControl: { requiredScopes: ["use"] },
    handler: (input) => input,
  }, { visibility: "external" });
  const dispatcher = createDispatcher({ view: registryView(registry), clock: openSteadyClock() });
  const identity = { id: "operator", scopes: ["use"] }, answersSecret = () => false;
  await using _serving = await serveCalls(bus, { dispatcher, identity, answersSecret });
  bus.connection.subscribe(`${realm}.bare`, {
    callback: (_error, message) => void message.respond(message.data),
  });
  await bus.ping();
  say("serving");
  await untilInputEnds();
}
