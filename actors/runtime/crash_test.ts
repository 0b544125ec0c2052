import { deepStrictEqual, ok } from "node:assert/strict";
import type { Bus } from "@hub/bus";
import { until } from "../../tests/harness/until.ts";
import { createWorld, ownedBy, sendUntilAnswered, startNode, typesOf } from "./_nodes_testing.ts";
import { ledger, project } from "./_project.ts";

const kinds = [project, ledger];
const among = ["n1", "n2"];
/** Where a node dies: right before, or right after, its nth commit. */
type Death = { readonly when: "before" | "after"; readonly nth: number };

/** A connection that is lost for ever at that point; counts the commits that were begun. */
function mortal(death: Death | undefined) {
  let commits = 0, died = false;
  const through = (bus: Bus): Bus => {
    const publish: Bus["requests"]["publish"] = async (subject, ...rest) => {
      if (!subject.startsWith(`${bus.realm}.evt.`)) {
        return await bus.requests.publish(subject, ...rest);
      }
      const isLast = ++commits === death?.nth;
      if (isLast) died = true;
      if (isLast && death?.when === "before") await bus.connection.close();
      const ack = await bus.requests.publish(subject, ...rest);
      if (isLast) await bus.connection.close();
      return ack;
    };
    return Object.create(bus, { requests: { value: { ...bus.requests, publish } } });
  };
  return {
    through,
    get commits() {
      return commits;
    },
    get died() {
      return died;
    },
  };
}

/** Lets a project happen on two nodes, of which the first one dies. */
async function live(death: Death | undefined) {
  const node = mortal(death);
  await using world = await createWorld({ kinds });
  const { realm } = world;
  await using survivor = await startNode("n2", { kinds, realm });
  await using _mortal = await startNode("n1", { kinds, realm, through: node.through });
  const at = ownedBy("n1", { kind: "project", among });
  const ledgerAt = ownedBy((death?.nth ?? 0) % 2 === 0 ? "n1" : "n2", { kind: "ledger", among });
  const go = { type: "GO", me: at.id, ledger: ledgerAt.id };
  await sendUntilAnswered(() => survivor.send(at, go, "go"));
  const what = `the project, though n1 died ${death?.when} commit ${death?.nth}`;
  // Read, and not asked for: whoever is asked would take up what was left.
  await until(async () => (await typesOf(world.bus, at)).includes("THANKS"), { what });
  const view = await survivor.host.get(at);
  deepStrictEqual([view?.value, view?.context], ["finished", {
    me: at.id,
    ledger: ledgerAt.id,
    result: 4,
    paid: 4,
  }]);
  deepStrictEqual(await typesOf(world.bus, at), [
    ...["xstate.init", "GO", "xstate.done.actor.0.(machine).asking"],
    ...["xstate.done.actor.0.(machine).paying", "IGNORED", "IGNORED", "THANKS"],
  ]);
  deepStrictEqual(
    (await survivor.host.get(ledgerAt))?.context,
    { notes: [1, 2, 3] },
    "each once, in order",
  );
  return node;
}

Deno.test("children, effects, timers and sends all happen once, wherever between two commits their node dies", async () => {
  const { commits } = await live(undefined);
  ok(commits >= 8, `${commits} commits`);
  const deaths = Array.from({ length: commits }, (_, at) => at + 1)
    .flatMap((nth): Death[] => [{ when: "before", nth }, { when: "after", nth }]);
  let died = 0;
  const next = deaths.values();
  await Promise.all(Array.from({ length: 6 }, async () => {
    for (const death of next) {
      const node = await live(death);
      if (node.died) died++;
    }
  }));
  // At some the actors happen to need fewer commits of that node.
  ok(died > deaths.length / 2, `it died ${died} times`);
});
