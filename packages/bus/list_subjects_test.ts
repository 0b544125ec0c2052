import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { openTestBus } from "./_testing.ts";
import { listSubjects } from "./list_subjects.ts";
import { actorFilter, actorSubject } from "./subjects.ts";

async function opened(...ids: readonly string[]) {
  const bus = await openTestBus({ streams: true });
  for (const id of ids) {
    await bus.requests.publish(actorSubject(bus.realm, { kind: "k", id }), "x");
  }
  return bus;
}

Deno.test("listSubjects() names each subject once, in the order of its bytes", async () => {
  await using bus = await opened("b", "a", "B", "b", "c");
  const { subjects, total } = await listSubjects(bus, {
    stream: "EVENTS",
    filter: actorFilter(bus.realm, "k"),
  });
  deepStrictEqual(subjects.map((it) => it.split(".").at(-1)), ["B", "a", "b", "c"]);
  strictEqual(total, 4);
});

Deno.test("listSubjects() passes over as many as it is told", async () => {
  await using bus = await opened("d", "c", "b", "a");
  const filter = actorFilter(bus.realm);
  const { subjects, total } = await listSubjects(bus, { stream: "EVENTS", filter, offset: 3 });
  deepStrictEqual(subjects.map((it) => it.split(".").at(-1)), ["d"]);
  strictEqual(total, 4);
});

Deno.test("listSubjects() of nothing is empty", async () => {
  await using bus = await opened("a");
  const filter = actorFilter(bus.realm, "other");
  deepStrictEqual(await listSubjects(bus, { stream: "EVENTS", filter }), {
    subjects: [],
    total: 0,
  });
});

Deno.test("listSubjects() of a stream that is not there fails", async () => {
  await using bus = await openTestBus();
  await rejects(listSubjects(bus, { stream: "EVENTS", filter: actorFilter(bus.realm) }), {
    code: "TIMEOUT",
  });
});
