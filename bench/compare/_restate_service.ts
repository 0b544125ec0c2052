/**
 * A Restate server, set up by its environment, and the counters that it calls: a virtual object
 * written by hand, and the machine of `examples/counter.ts` by Restate's own integration of XState.
 * Node runs this, and the server ends with it.
 *
 *     node _restate_service.ts FOLDER_OF_PACKAGES PORT_OF_COUNTERS
 *
 * @module
 */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import process from "node:process";
import { runWhileAsked } from "./_child.ts";

/** As much of Restate as is used here. */
interface Context {
  get(name: string): Promise<number | null>;
  set(name: string, value: number): void;
}
interface Restate {
  object(definition: object): object;
  serve(options: { services: object[]; port: number }): Promise<number>;
}

const [, , packages = "", port = ""] = process.argv;
const load = createRequire(`${packages}/`);
const restate: Restate = load("@restatedev/restate-sdk");
const { xstate }: { xstate: (name: string, machine: object) => object } = load(
  "@restatedev/xstate",
);
const { assign, setup }: typeof import("xstate") = load("xstate");

const counter = restate.object({
  name: "counter",
  handlers: {
    add: async (context: Context, n: number) => {
      const count = (await context.get("count") ?? 0) + n;
      context.set("count", count);
      return count;
    },
  },
});

const machine = setup({
  types: { context: {} as { count: number }, events: {} as { type: "ADD"; n: number } },
}).createMachine({
  id: "counter",
  context: { count: 0 },
  on: {
    ADD: { actions: assign({ count: ({ context, event }) => context.count + event.n }) },
  },
});

await restate.serve({ services: [counter, xstate("machine", machine)], port: Number(port) });

const fromServer = createRequire(load.resolve("@restatedev/restate-server/package.json"));
const program = `@restatedev/restate-server-${process.platform}-${process.arch}/bin/restate-server`;
// What it prints is of no interest, and must not be mistaken for what is said here.
await runWhileAsked(
  spawn(fromServer.resolve(program), [], { stdio: ["ignore", "ignore", "inherit"] }),
);
