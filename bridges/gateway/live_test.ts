import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { Admission } from "../ports.ts";
import { createLive } from "./live.ts";

const EVERYBODY_STAYS: Pick<Admission, "renew" | "onChange"> = {
  renew: (caller) => Promise.resolve({ caller }),
  onChange: () => () => {},
};

/** A client, and how often somebody has looked whether it is there. */
function testClient() {
  const gone = new AbortController();
  const looked = Promise.withResolvers<void>();
  const client = {
    looks: 0,
    leave: () => gone.abort(),
    looked: looked.promise,
    get signal() {
      client.looks += 1;
      looked.resolve();
      return gone.signal;
    },
  };
  return client;
}

Deno.test("a request that is over soon is over before anybody looks for its client", async () => {
  const live = createLive(EVERYBODY_STAYS), short = testClient(), long = testClient();
  const first = live.begin(short), second = live.begin(long);
  strictEqual(live.size, 2);
  first.end();
  await long.looked;
  deepStrictEqual([short.looks, long.looks], [0, 1]);
  second.end();
  strictEqual(live.size, 0);
  await live.drain(0);
});

for (const when of ["before it is looked for", "after that"]) {
  Deno.test(`a request is given up when its client goes away ${when}`, async () => {
    const live = createLive(EVERYBODY_STAYS), client = testClient(), running = live.begin(client);
    const { cancellation, signal } = running, givenUp = Promise.withResolvers<void>();
    cancellation.onAbort(givenUp.resolve);
    strictEqual(signal.aborted, false);
    if (when === "after that") await client.looked;
    client.leave();
    await givenUp.promise;
    deepStrictEqual([cancellation.aborted, signal.aborted], [true, true]);
    running.end();
    await live.drain(0);
  });
}

Deno.test("a request whose client is let go, or is there no more when it ends well, is not given up", async () => {
  const live = createLive(EVERYBODY_STAYS), detached = testClient(), done = testClient();
  const first = live.begin(detached), second = live.begin(done);
  await Promise.all([detached.looked, done.looked]);
  first.unwatch();
  second.end();
  detached.leave();
  // As the runtime does with requests that were answered.
  done.leave();
  deepStrictEqual([first.cancellation.aborted, second.cancellation.aborted], [false, false]);
  first.end();
  await live.drain(0);
});

Deno.test("a drain gives up streams at once, the others when their time is up, and says so", async () => {
  const live = createLive(EVERYBODY_STAYS),
    stream = live.begin(),
    call = live.begin(),
    given: string[] = [];
  stream.cancellation.onAbort(() => {
    given.push("stream");
    stream.end();
  });
  call.cancellation.onAbort(() => {
    given.push("call");
    call.end();
  });
  stream.streams(null);
  strictEqual(live.isDraining, false);
  const draining = live.drain(10);
  deepStrictEqual([live.isDraining, given], [true, ["stream"]]);
  strictEqual(await draining, false);
  deepStrictEqual(given, ["stream", "call"]);
  const late = live.begin();
  late.streams(null);
  strictEqual(late.cancellation.aborted, true);
  strictEqual(late.signal.aborted, true);
  late.end();
});
