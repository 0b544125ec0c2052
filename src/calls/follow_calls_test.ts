import { deepStrictEqual } from "node:assert/strict";
import {
  callEventSubject,
  deleteRealm,
  encodeJson,
  ensureStreams,
  openStreamReader,
} from "@hub/bus";
import { testBus } from "../../tests/harness/bus.ts";
import { until } from "../../tests/harness/until.ts";
import { followCalls } from "./follow_calls.ts";

Deno.test("who follows calls goes on when the stream is made anew, and counts from its beginning", async () => {
  await using world = await testBus();
  const { bus } = world;
  const reader = await openStreamReader(bus);
  const tell = (id: string) =>
    bus.requests.publish(
      callEventSubject(bus.realm, "n1"),
      encodeJson({
        at: 0,
        calls: [{ id, trace: "t", request: "r", operation: "test/echo", at: 0 }],
      }),
    );
  const ids: string[] = [], closing = new AbortController();
  for (const id of ["a", "b", "c"]) await tell(id);
  const following = (async () => {
    const from = { seq: 2, index: 0 }, { signal } = closing;
    for await (const calls of followCalls({ bus, reader }, { from, signal, lookMs: 50 })) {
      ids.push(...calls.map(({ event }) => event.id));
    }
  })();
  await until(() => ids.length > 0, { what: "what is told" });
  await deleteRealm(bus.connection, bus.realm);
  await ensureStreams(bus.connection, { realm: bus.realm });
  await tell("d");
  await until(() => ids.length > 1, { what: "what is told anew" });
  closing.abort();
  await following;
  deepStrictEqual(ids, ["c", "d"]);
});
