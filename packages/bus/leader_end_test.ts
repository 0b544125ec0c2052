import { deepStrictEqual, rejects } from "node:assert/strict";
import { openTestBus } from "./_testing.ts";
import type { Bus } from "./connect.ts";
import { leaderEnd } from "./leader_end.ts";
import { actorSubject } from "./subjects.ts";

const SECOND_NS = 1_000_000_000;

/** A bus on which whoever leads says when it has heard of the others: nanoseconds ago. */
function heard(bus: Bus, active: readonly number[]): Bus {
  return Object.create(bus, {
    requests: {
      value: {
        ...bus.requests,
        async request(...args: Parameters<Bus["requests"]["request"]>) {
          const answer = await bus.requests.request(...args);
          const replicas = active.map((active) => ({ active }));
          const info = { ...answer.json<Record<string, unknown>>(), cluster: { replicas } };
          return { ...answer, data: new TextEncoder().encode(JSON.stringify(info)) };
        },
      },
    },
  });
}

Deno.test("a leader is believed while it hears of so many others that they are a majority with it", async () => {
  await using bus = await openTestBus({ streams: true });
  const [now, long] = [SECOND_NS / 2, 4 * SECOND_NS];
  const end = { lastSeq: 0, hasSubject: false };
  for (const active of [[], [now], [now, long], [0, now], [now, now, long, long]]) {
    deepStrictEqual(await leaderEnd(heard(bus, active), "EVENTS"), end);
  }
  // 0: of those it has not heard since it leads.
  for (const active of [[long], [long, long], [0, 0], [0, long], [now, long, long, 0]]) {
    const asked = leaderEnd(heard(bus, active), "EVENTS");
    await rejects(asked, { code: "TIMEOUT", retryable: true, message: /may have a successor/ });
  }
});

Deno.test("with the end it is told whether a subject has messages at all", async () => {
  await using bus = await openTestBus({ streams: true });
  const subject = (id: string) => actorSubject(bus.realm, { kind: "k", id });
  await bus.requests.publish(subject("a"), "x");
  const ask = (id: string) => leaderEnd(bus, "EVENTS", { subject: subject(id) });
  deepStrictEqual(await ask("a"), { lastSeq: 1, hasSubject: true });
  deepStrictEqual(await ask("b"), { lastSeq: 1, hasSubject: false });
});
