/**
 * A short run of what `deno task chaos` does for as long as one likes.
 *
 * @module
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import { testDatabase } from "../harness/database.ts";
import { testEnvironment } from "../harness/environment.ts";
import { testRealm } from "../harness/realm.ts";
import { runChaos } from "./run_chaos.ts";

/** A slow machine does fewer commands in that time; what is checked stays the same. */
const FAULTS_MS = 15_000;
const SEED = 43;

Deno.test(`whatever happens to three hubs and three servers, replies agree with the logs (seed ${SEED})`, async () => {
  await using database = await testDatabase();
  const { findings, answered, faults } = await runChaos({
    ...{ seed: SEED, faultsMs: FAULTS_MS, realm: testRealm(), databaseUrl: database.url },
    program: testEnvironment().natsServer,
  });
  deepStrictEqual(findings, []);
  ok(answered > 0 && faults.length >= 2, `${answered} answers, ${faults.length} faults`);
});
