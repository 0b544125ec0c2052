/**
 * One node of Moleculer, over NATS. Node runs this.
 *
 *     node _moleculer_node.ts FOLDER_OF_PACKAGES NATS_URL serve | call | web PORT
 *
 * `serve` has the action `test.echo`; `call` calls it as it is told; `web` takes calls of it, and of
 * an action of its own, over HTTP.
 *
 * @module
 */
import { createRequire } from "node:module";
import process from "node:process";
import { driveAsTold, say, untilInputEnds } from "../_load.ts";

/** As much of Moleculer as is used here. */
interface Broker {
  createService(schema: object): object;
  start(): Promise<void>;
  stop(): Promise<void>;
  waitForServices(name: string): Promise<void>;
  call(action: string, params: object): Promise<unknown>;
}
interface Moleculer {
  readonly ServiceBroker: new (options: object) => Broker;
}

const TEXT = "x".repeat(100);
const [, , packages = "", natsUrl = "", role = "", port = ""] = process.argv;
const load = createRequire(`${packages}/`);
const { ServiceBroker }: Moleculer = load("moleculer");

const broker = new ServiceBroker({
  namespace: "bench",
  nodeID: role,
  transporter: natsUrl,
  logger: false,
});
const echo = {
  params: { text: { type: "string", max: 10_000 } },
  handler: ({ params }: { params: object }) => params,
};

if (role === "serve") {
  broker.createService({ name: "test", actions: { echo } });
} else if (role === "web") {
  broker.createService({ name: "own", actions: { echo } });
  broker.createService({
    name: "gateway",
    mixins: [load("moleculer-web")],
    settings: {
      ...{ port: Number(port), ip: "127.0.0.1" },
      routes: [{
        path: "/",
        bodyParsers: { json: true },
        aliases: { "POST /test/echo": "test.echo", "POST /own/echo": "own.echo" },
      }],
    },
  });
}
await broker.start();
if (role !== "serve") await broker.waitForServices("test");
if (role === "call") await driveAsTold(() => broker.call("test.echo", { text: TEXT }));
else {
  say(role);
  await untilInputEnds();
}
await broker.stop();
process.exit(0);
