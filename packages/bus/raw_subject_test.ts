import { deepStrictEqual } from "node:assert/strict";
import { testBus } from "../../tests/harness/bus.ts";
import { until } from "../../tests/harness/until.ts";
import { endOfSubject } from "./raw_subject.ts";

Deno.test("the end of a subject is what the client says of it", async () => {
  await using tested = await testBus();
  const { connection, realm } = tested.bus;
  const seen: string[] = [], said: string[] = [];
  connection.subscribe(`${realm}.>`, {
    callback: (_error, message) => {
      seen.push(endOfSubject(message, realm.length + 1));
      said.push(message.subject.slice(realm.length + 1));
    },
  });
  for (const end of ["0", "zz1", "a.b.c"]) connection.publish(`${realm}.${end}`);
  await until(() => seen.length === 3, { what: "all to arrive" });
  deepStrictEqual(seen, said);
  deepStrictEqual(seen, ["0", "zz1", "a.b.c"]);
});
