import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { createCallSession } from "@alkdev/operations";
import { startNode, type TestNode, typesOf } from "../../actors/runtime/_nodes_testing.ts";
import type { ConnectedPeer } from "../../bridges/ports.ts";
import { packSpecSet } from "../routing/spec_set.ts";
import { createSpokeKind } from "./spoke_kind.ts";
import { createSpokeLives } from "./spoke_lives.ts";

const kinds = [createSpokeKind()];
const { set } = await packSpecSet([]);
const address = { kind: "spoke", id: "dev1" };

const peer = (connection: string): ConnectedPeer => ({
  ...{ peerId: "dev1", connection, credential: "alkp_x" },
  session: createCallSession({ send: () => {}, close: () => {} }),
  close: () => {},
});

const livesOn = ({ host, node }: TestNode) => createSpokeLives({ host, node });
const stateOf = async ({ host }: TestNode) => JSON.stringify((await host.get(address))?.value);

Deno.test("the life of a connection is in the log of its spoke, in order", async () => {
  await using node = await startNode("n1", { kinds });
  const lives = livesOn(node);
  lives.onConnecting?.(peer("c1"));
  lives.onAttached?.(peer("c1"), set);
  await lives.settled();
  strictEqual((await stateOf(node)).includes("online"), true);
  lives.onClosed?.(peer("c1"), 1006);
  await lives.settled();
  deepStrictEqual(await typesOf(node.bus, address, { own: false }), [
    ...["ENROL", "CONNECT", "ATTACHED", "CLOSED"],
  ]);
  strictEqual((await stateOf(node)).includes("offline"), true);
});

Deno.test("a spoke that comes back is not enrolled again, on whichever node it does", async () => {
  await using first = await startNode("n1", { kinds });
  await using second = await startNode("n2", { kinds, realm: first.realm });
  for (const [node, connection] of [[first, "c1"], [second, "c2"]] as const) {
    const lives = livesOn(node);
    lives.onConnecting?.(peer(connection));
    lives.onAttached?.(peer(connection), set);
    lives.onClosed?.(peer(connection), 1001);
    await lives.settled();
  }
  const types = await typesOf(first.bus, address, { own: false });
  strictEqual(types.filter((type) => type === "ENROL").length, 1);
  strictEqual(types.filter((type) => type === "ATTACHED").length, 2);
});

Deno.test("what cannot be taken of a spoke is noted with its reason", async () => {
  await using node = await startNode("n1", { kinds });
  const lives = livesOn(node);
  lives.onConnecting?.(peer("c1"));
  lives.onFailed?.(peer("c1"), new Error("fs/read stands twice"));
  await lives.settled();
  const context = JSON.stringify((await node.host.get(address))?.context);
  strictEqual(context.includes("fs/read stands twice"), true, context);
});

Deno.test("news of a connection that is none any more does no harm", async () => {
  await using node = await startNode("n1", { kinds });
  const lives = livesOn(node);
  lives.onConnecting?.(peer("c1"));
  lives.onAttached?.(peer("c1"), set);
  lives.onClosed?.(peer("c0"), 1006);
  await lives.settled();
  strictEqual((await stateOf(node)).includes("online"), true);
});
