/**
 * A spoke under Node or Bun, as a user of the npm package would write it: `URL KEY [own]`. Says what becomes
 * of its connection, a line each, and leaves in good order when its input ends. With `own` it takes the
 * platform's WebSocket, which Node has from 22 on.
 *
 * @module
 */
import { connectSpoke, operation } from "@alkdev/operations/spoke";
import { Type } from "@sinclair/typebox";
import process from "node:process";
import { WebSocket } from "ws";

const [url = "", key = "", which] = process.argv.slice(2);
const { bun } = process.versions;
/** Bun has one of its own, which takes keys. */
const sockets = bun === undefined && which !== "own" ? { WebSocket } : {};
const spoke = await connectSpoke({
  ...{ ...sockets, url, key, reconnect: { initialMs: 100, maxMs: 500, floorMs: 10 } },
  onStatus: (status) => process.stdout.write(`${JSON.stringify(status)}\n`),
  operations: [
    operation({
      name: "node/version",
      type: "query",
      output: Type.Object({
        version: Type.String(),
        for: Type.Union([Type.String(), Type.Null()]),
      }),
      handler: (_input, { caller }) => ({
        version: bun === undefined ? process.version : `bun ${bun}`,
        for: caller?.id ?? null,
      }),
    }),
    operation({
      name: "node/count",
      input: Type.Object({ to: Type.Integer() }),
      output: Type.Integer(),
      async *handler({ to }) {
        for (let at = 0; at < to; at++) yield at;
      },
    }),
    operation({
      name: "node/relay",
      handler: (_input, { call }) => call("/services/list"),
    }),
    operation({
      name: "node/wait",
      handler: (_input, { signal }) =>
        new Promise<void>((resolve) =>
          signal.addEventListener("abort", () => {
            process.stdout.write(`{"state":"aborted"}\n`);
            resolve();
          })
        ),
    }),
  ],
});
process.stdin.resume().once("end", () => void spoke.close());
