import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { createCallSession } from "@alkdev/operations";
import { until } from "../../tests/harness/until.ts";
import type { ConnectedPeer } from "../../bridges/ports.ts";
import { createLocalSpokes } from "./local_spokes.ts";
import { createSpokeIndex } from "./spoke_index.ts";
import { createUnpackedSets } from "./unpacked_sets.ts";

/** Spokes of a node that is told of nothing by the others, and cannot tell them anything. */
function localSpokes() {
  const local = createLocalSpokes({
    node: "n1",
    unpacked: createUnpackedSets(),
    directory: {
      index: createSpokeIndex(),
      claim: () => Promise.reject(new Error("no connection to NATS")),
      tidy: () => Promise.resolve(0),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    },
  });
  /** Frames that spokes were sent, by the spoke. */
  const asked = new Map<string, string[]>();
  const connected = (peerId: string): ConnectedPeer => {
    const frames: string[] = [];
    asked.set(peerId, frames);
    const close = () => {};
    const session = createCallSession({ send: (frame) => void frames.push(frame), close });
    return { peerId, connection: peerId, credential: peerId, session, close };
  };
  return {
    local,
    connected,
    waiting: () => [...asked.values()].filter(({ length }) => length > 0),
  };
}

Deno.test("peers-and-auth.md 11: fifty nodes are asked what they offer at a time, the others after them", async () => {
  const { local, connected, waiting } = localSpokes();
  const peers = Array.from({ length: 52 }, (_, at) => connected(`dev${at}`));
  const failures = peers.map((peer) => rejects(local.attach(peer), { name: "ImportError" }));
  await until(() => waiting().length >= 50, { what: "fifty to be asked" });
  // The connection of one is lost: only now is it the turn of the next.
  for (const [lost, asked] of [[0, 51], [1, 52]] as const) {
    strictEqual(waiting().length, asked - 1);
    peers[lost]?.session.end();
    await failures[lost];
    await until(() => waiting().length === asked, { what: "the next to be asked" });
  }
  for (const { session } of peers) session.end();
  await Promise.all(failures);
  local.close();
});

Deno.test("a node of which the others could not be told is not there either", async () => {
  const { local, connected } = localSpokes();
  const peer = connected("dev1");
  const { session } = peer;
  const attaching = rejects(
    local.attach({
      ...peer,
      session: {
        ...{ inboundCount: 0, outboundCount: 0, receive() {}, drain() {}, end() {} },
        subscribe: session.subscribe,
        call: () => Promise.resolve({ operations: [] }),
      },
    }),
    /no connection to NATS/,
  );
  await attaching;
  deepStrictEqual([local.size, local.sessionOf("dev1"), local.get("dev1")], [
    ...[0, undefined, undefined],
  ]);
  local.close();
});
