import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { BusError, WrongLastSequence } from "@hub/bus";
import { CommandError } from "./command.ts";
import { patiently } from "./persistently.ts";

const away = new BusError("NO_RESPONDERS", "nobody listens");
const late = new WrongLastSequence("somebody else was first", { found: undefined });

Deno.test("patience goes on for so many attempts and for so long, whichever lasts longer", async (t) => {
  for (
    const [name, patience] of Object.entries({
      "by attempts": { attempts: 4, forMs: 0 },
      "by time": { attempts: 1, forMs: 100 },
    })
  ) {
    await t.step(name, async () => {
      let attempts = 0;
      const begunAt = performance.now();
      const failing = patiently(() => {
        attempts++;
        return Promise.reject(away);
      }, patience);
      await rejects(failing, away);
      ok(performance.now() - begunAt >= patience.forMs);
      if (name === "by attempts") strictEqual(attempts, patience.attempts);
      else ok(attempts > patience.attempts);
    });
  }
});

Deno.test("patience is for what the bus says and what passes, and ends at once otherwise", async () => {
  const errors: Error[] = [late, away, new BusError("DISCONNECTED", "gone")];
  const tried: unknown[] = [];
  const answer = await patiently(() => {
    const error = errors.shift();
    tried.push(error);
    return error === undefined ? Promise.resolve("answer") : Promise.reject(error);
  });
  deepStrictEqual([answer, tried.length], ["answer", 4]);
  for (
    const error of [
      new BusError("TOO_LARGE", "too large"),
      new BusError("CLOSED", "closed"),
      new CommandError("UNAVAILABLE", "not the bus"),
      new TypeError("a mistake"),
    ]
  ) {
    let attempts = 0;
    const failing = patiently(() => {
      attempts++;
      return Promise.reject(error);
    });
    await rejects(failing, error);
    strictEqual(attempts, 1);
  }
});
