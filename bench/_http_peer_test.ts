import { match, strictEqual } from "node:assert/strict";
import { connectHttpCaller, type HttpCaller } from "./_http_caller.ts";
import { startPeer } from "./_peers.ts";

/** A caller of the relay, with a spoke behind it. */
async function withRelay(use: (caller: HttpCaller) => Promise<void>): Promise<void> {
  await using relay = await startPeer({ script: "_http_peer.ts", args: ["relay"] });
  const [address = "", url = ""] = relay.said.split(" ");
  const args = ["spoke", url, "dev", "any token"];
  await using _spoke = await startPeer({ script: "_call_peer.ts", args });
  using caller = await connectHttpCaller(address);
  await use(caller);
}

Deno.test("the floor of the HTTP benchmark relays calls, batches and subscriptions", async () => {
  await withRelay(async (caller) => {
    const call = (name: string, input: object) => ({ operationId: `/test/${name}`, input });
    const post = (path: string, body: object) => caller.post({ path, body: JSON.stringify(body) });
    match(await post("/call", call("echo", { text: "one" })), /"text":"one"/);
    const echoes = ["a", "b", "c"].map((text) => call("echo", { text }));
    const texts = (await post("/batch", echoes)).match(/"text":"[abc]"/g);
    strictEqual(texts?.join(), '"text":"a","text":"b","text":"c"');
    const events = await post("/subscribe", call("count", { to: 1_000 }));
    strictEqual(events.match(/"output":[0-9]+/g)?.length, 1_000);
    match(events, /call\.completed.*\n\n$/);
  });
});
