import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { until } from "../../tests/harness/until.ts";
import { importSettings } from "./import_settings.ts";
import type { ImportSource, LoadedImport } from "./import_source.ts";
import type { ImportStatus } from "./import_status.ts";
import { keepImport, type KeptImport } from "./keep_import.ts";

type Load = () => Promise<LoadedImport | undefined>;

const EMPTY: LoadedImport = { hash: "1", operations: new Map(), skipped: [] };
const ok1: Load = () => Promise.resolve(EMPTY);
const failing: Load = () => Promise.reject(new Error("no", { cause: new Error("really\nnot") }));

interface Kept extends AsyncDisposable {
  readonly kept: KeptImport;
  readonly published: LoadedImport[];
  readonly loads: () => number;
  readonly failures: () => number;
  load: Load;
  change(): void;
}

/** Keeps an import whose first loading has ended. */
async function keep(load: Load, config: { readonly refreshSeconds?: number } = {}): Promise<Kept> {
  const published: LoadedImport[] = [];
  const listeners: (() => void)[] = [];
  let loads = 0, failures = 0;
  const source: ImportSource = {
    load() {
      loads += 1;
      return it.load();
    },
    onChanged: (listener) => void listeners.push(listener),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const it: Kept = {
    ...{ published, load, loads: () => loads, failures: () => failures },
    change: () => listeners.forEach((tell) => tell()),
    kept: keepImport({
      settings: importSettings("it", { mcp: "https://u.example/mcp?x=1", ...config }),
      source,
      publish: (loaded) => void published.push(loaded),
      onFailure: () => void failures++,
    }),
    [Symbol.asyncDispose]: () => it.kept[Symbol.asyncDispose](),
  };
  await until(() => it.kept.status.triedAt, { what: "the first loading" });
  return it;
}

function delayOf({ triedAt = NaN, nextAt = NaN }: ImportStatus): number {
  return nextAt - triedAt;
}

/** The status once it says when the next time is. */
function settled(it: Kept, isSettled: (delay: number) => boolean): Promise<ImportStatus> {
  return until(() => isSettled(delayOf(it.kept.status)) ? it.kept.status : undefined, {
    what: `the next time to be right, and not in ${delayOf(it.kept.status)} ms`,
  });
}

Deno.test("what is loaded is published once, and what is the same again is not", async () => {
  await using it = await keep(ok1, { refreshSeconds: 100 });
  deepStrictEqual(it.published, [EMPTY]);
  it.load = () => Promise.resolve(undefined);
  const { state, location } = await it.kept.refresh();
  deepStrictEqual([state, location, it.published.length], [
    ...["ok", "https://u.example/mcp", 1],
  ]);
  await settled(it, (delay) => delay >= 90_000 && delay <= 110_100);
});

Deno.test("why it failed is told without queries of addresses", async () => {
  const cause = new Error(
    "error sending request for url (https://u.example/a?x=pass)word): refused",
  );
  await using it = await keep(() => Promise.reject(new Error("failed? yes", { cause })));
  strictEqual(
    it.kept.status.error,
    "failed? yes: error sending request for url (https://u.example/a?… refused",
  );
});

Deno.test("what failed is tried again after a wait that doubles, half of it random, up to five minutes", async () => {
  await using it = await keep(failing);
  const { error, state } = it.kept.status;
  deepStrictEqual([state, error], ["failing", "no: really not"]);
  await settled(it, (delay) => delay >= 500 && delay <= 1_100);
  for (const most of [2_000, 4_000, 8_000]) {
    await it.kept.refresh();
    await settled(it, (delay) => delay >= most / 2 && delay <= most + 100);
  }
  while (it.kept.status.failures < 20) await it.kept.refresh();
  await settled(it, (delay) => delay >= 150_000 && delay <= 300_100);
  strictEqual(it.failures(), 20);
});

Deno.test("a failure is over with the next success", async () => {
  await using it = await keep(failing);
  it.load = ok1;
  const { state, failures, error } = await it.kept.refresh();
  deepStrictEqual([state, failures, error], ["ok", 0, undefined]);
  await settled(it, (delay) => delay >= 270_000);
});

Deno.test("an import that is never refreshed is loaded again only when it says that it has changed", async () => {
  await using it = await keep(ok1, { refreshSeconds: 0 });
  strictEqual(it.kept.status.nextAt, undefined);
  for (let i = 0; i < 100; i++) it.change();
  await until(() => it.loads() === 2, { what: "the second loading" });
});

Deno.test("a change that is told while it is loaded is not forgotten", async () => {
  await using it = await keep(ok1, { refreshSeconds: 0 });
  const held = Promise.withResolvers<LoadedImport>();
  it.load = () => held.promise;
  const refreshed = it.kept.refresh();
  await until(() => it.loads() === 2, { what: "the second loading" });
  it.change();
  it.load = ok1;
  held.resolve(EMPTY);
  await refreshed;
  await until(() => it.loads() === 3, { what: "the third loading" });
});

Deno.test("loadings are one at a time", async () => {
  await using it = await keep(ok1);
  let running = 0, most = 0;
  it.load = async () => {
    most = Math.max(most, ++running);
    await Promise.resolve();
    running -= 1;
    return undefined;
  };
  await Promise.all(Array.from({ length: 10 }, () => it.kept.refresh()));
  deepStrictEqual([most, it.loads()], [1, 11]);
});

Deno.test("nothing is loaded after the end, and what is under way is waited for", async () => {
  const it = await keep(failing);
  let hasEnded = false;
  it.load = async () => {
    await Promise.resolve();
    hasEnded = true;
    return EMPTY;
  };
  const refreshed = it.kept.refresh();
  await until(() => it.loads() === 2, { what: "the second loading" });
  await it[Symbol.asyncDispose]();
  await refreshed;
  ok(hasEnded);
  await it.kept.refresh();
  strictEqual(it.loads(), 2);
});
