/**
 * Secrets that are put where secrets can be, and looked for everywhere else.
 *
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { parseMasterKey } from "../src/crypto/mod.ts";
import { createCredentials } from "../src/secrets/credentials.ts";
import { openHubRing } from "../src/secrets/hub_ring.ts";
import { createCredentialRows } from "../src/storage/credentials.ts";
import { openDatabase } from "../src/storage/database.ts";
import { createKeyRingStore } from "../src/storage/key_ring.ts";
import { dumpNats, dumpPostgres } from "./harness/all_that_is_stored.ts";
import { testBus } from "./harness/bus.ts";
import { findCanaries, makeCanary, type Places } from "./harness/canaries.ts";
import { testDatabase } from "./harness/database.ts";
import { testEnvironment } from "./harness/environment.ts";
import { runHub, spawnHub } from "./harness/hub.ts";
import { until } from "./harness/until.ts";

const canary = makeCanary("secret");
const { value } = canary;
const bytes = new TextEncoder().encode(value);

const SPELLINGS: readonly (readonly [string, string | Uint8Array])[] = [
  ["clear", value],
  ["clear", new TextEncoder().encode(`\xff${value}`)],
  ["base64", bytes.toBase64()],
  ["base64", btoa(`{"token":"${value}"}`)],
  ["base64", btoa(`user:${value}`)],
  ["base64", btoa(`x:${value}!`)],
  ["base64url", bytes.toBase64({ alphabet: "base64url" })],
  ["hex", bytes.toHex()],
  ["hex", bytes.toHex().toUpperCase()],
  ["percent-encoded", new URLSearchParams({ key: value }).toString()],
  ["percent-encoded", encodeURIComponent(value)],
  ["list of bytes", `[${bytes}]`],
  ["list of bytes", Deno.inspect(bytes, { breakLength: Infinity, iterableLimit: 99 })],
  ["list of bytes", JSON.stringify({ bytes })],
  ["clear", value.replace("~", "~\n")],
  ["escaped in JSON", JSON.stringify(value).replaceAll("/", "\\/")],
];
for (const [spelling, text] of SPELLINGS) {
  Deno.test(`a canary is found as ${spelling} in ${String(text).slice(0, 12)}…`, () => {
    const place = typeof text === "string" ? `before ${text} after` : text;
    const found = findCanaries([canary], { here: place, there: "nothing" });
    ok(found.some((it) => it.spelling === spelling && it.where === "here"), Deno.inspect(found));
    ok(found.every(({ where }) => where === "here"));
  });
}

Deno.test("a canary is found in base64 whatever stands around it", () => {
  const around = fc.uint8Array({ maxLength: 20 });
  fc.assert(fc.property(around, around, (before, after) => {
    const whole = Uint8Array.from([...before, ...bytes, ...after]);
    for (const alphabet of ["base64", "base64url"] as const) {
      strictEqual(findCanaries([canary], { it: whole.toBase64({ alphabet }) }).length > 0, true);
    }
  }));
});

Deno.test("canaries are told apart, and are not found where they are not", () => {
  const other = makeCanary("other");
  deepStrictEqual(findCanaries([canary, other], { a: value, b: "", c: new Uint8Array(99) }), [
    { canary: "secret", where: "a", spelling: "clear" },
  ]);
});

/** All that a hub has said by HTTP. */
async function answersOf(url: string): Promise<Places> {
  const paths = ["healthz", "readyz", "metrics", "openapi.json", "search", "nowhere"];
  return Object.fromEntries(
    await Promise.all(paths.map(async (path) => {
      const response = await fetch(`${url}/${path}`);
      const headers = JSON.stringify([...response.headers]);
      return [`GET /${path}`, headers + await response.text()] as const;
    })),
  );
}

Deno.test("no secret of a hub is found in its logs, its answers, NATS or Postgres", async () => {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await testDatabase());
  const cwd = await Deno.makeTempDir();
  stack.defer(() => Deno.remove(cwd, { recursive: true }));
  const { bus } = stack.use(await testBus());
  const masterKey = makeCanary("master key");
  const password = makeCanary("password of NATS, encrypted in the file");
  const token = makeCanary("credential of a service");
  const broken = makeCanary("credential that was damaged");
  const env = {
    HUB_REALM: bus.realm,
    NATS_URL: testEnvironment().natsUrl,
    DATABASE_URL: database.url,
    HUB_NATS_USER: "hub",
    HUB_MASTER_KEY_ENV: "HUB_MASTER_KEY",
    HUB_MASTER_KEY: masterKey.value,
    HUB_LOG_LEVEL: "trace",
    HUB_LOG_FORMAT: "json",
  };
  const args = ["config", "set", "--secret", "nats.password"];
  const set = await runHub({ args, cwd, env, stdin: password.value });
  const hub = stack.use(spawnHub({ args: [], cwd, env }));
  const url = await hub.ready;

  const limits = { poolSize: 2, connectTimeoutMs: 5_000, statementTimeoutMs: 10_000 };
  const { pool } = stack.use(await openDatabase({ url: database.url, ...limits }));
  const masterKeys = [parseMasterKey(masterKey.value)];
  const ring = await openHubRing({ store: createKeyRingStore(pool), masterKeys });
  const credentials = createCredentials({ rows: createCredentialRows({ pool, node: "t" }), ring });
  const by = { kind: "operator", id: "test" } as const;
  const bearer = (token: string) => ({ kind: "bearer", token }) as const;
  await credentials.set({ provider: "mail", account: "", set: bearer(token.value) }, by);
  await credentials.set({ provider: "bank", account: "", set: bearer(broken.value) }, by);
  await pool.query("update credentials set data = data || '\\x00' where provider = 'bank'");
  const rotated = await runHub({ args: ["secrets", "rotate"], cwd, env });
  // The hub hears of it, reads all again and complains of what does not open.
  await until(() => hub.output().includes("a credential does not open"), {
    what: "the hub to notice the damage",
  });

  const shown = await runHub({ args: ["config", "show", "--json"], cwd, env });
  const places: Places = {
    ...await answersOf(url),
    ...await dumpPostgres(database.url),
    ...await dumpNats(bus),
    "what set printed": set.stdout + set.stderr,
    "what rotate printed": rotated.stdout + rotated.stderr,
    "what show printed": shown.stdout + shown.stderr,
    "its file": await Deno.readTextFile(join(cwd, "hub.jsonc")),
    "its key ring": await Deno.readTextFile(join(cwd, "hub.keys.json")),
    "its command line": await Deno.readFile(`/proc/${hub.pid}/cmdline`),
  };
  hub.kill("SIGTERM");
  await hub.exited;
  // The search is worth something: the dumps hold what may be shown.
  match(String(places["table public.credentials"]), /mail/);
  ok(Object.keys(places).some((name) => name.startsWith("stream ")), Object.keys(places).join());
  match(rotated.stderr, /credential:bank does not open/);
  const canaries = [masterKey, password, token, broken];
  deepStrictEqual(findCanaries(canaries, { ...places, "its log": hub.output() }), []);
});
