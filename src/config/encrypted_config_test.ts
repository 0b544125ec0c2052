import { deepStrictEqual, match, ok, rejects, strictEqual, throws } from "node:assert/strict";
import { configSecrets, decryptConfig } from "./decrypt_config.ts";
import { describeConfig, formatConfigTable } from "./describe_config.ts";
import { encryptableSetting, plainSecretsIn, withEncrypted } from "./edit_config_file.ts";
import { contextOf } from "./encrypted_value.ts";
import { resolveConfig } from "./resolve_config.ts";

const envelope = { keyVersion: 100, salt: "c2FsdA==", iv: "aXY=", data: "ZGF0YQ==" };
const SECRET = "hunter2-hunter2";

function load(value: unknown, extra: Record<string, unknown> = {}) {
  return resolveConfig({ file: { path: "hub.jsonc", text: JSON.stringify(value) }, ...extra });
}

function problem(value: unknown): string {
  try {
    load(value);
  } catch (error) {
    return String(error).split("\n").slice(1).join("\n").trim();
  }
  return "none";
}

const ENCRYPTED = { postgres: { url: { $encrypted: envelope } }, http: { port: 80 } };

Deno.test("an encrypted value stays an envelope, absent from the configuration until it is decrypted", async () => {
  const loaded = load(ENCRYPTED);
  strictEqual(loaded.config.postgres.url, undefined);
  deepStrictEqual(loaded.encrypted, { "postgres.url": envelope });
  const asked: unknown[] = [];
  const plain = await decryptConfig(loaded, (...it) => {
    asked.push(it);
    return Promise.resolve("postgres://hub:pw@db/hub");
  });
  deepStrictEqual(asked, [[envelope, "config:/postgres/url"]]);
  strictEqual(plain.config.postgres.url, "postgres://hub:pw@db/hub");
  strictEqual(plain.config.http.port, 80);
  ok(Object.isFrozen(plain.config.postgres));
});

Deno.test("the effective configuration shows an encrypted value by its version, before and after", async () => {
  const loaded = load(ENCRYPTED);
  const plain = await decryptConfig(
    loaded,
    () => Promise.resolve(`postgres://hub:${SECRET}@db/hub`),
  );
  for (const it of [loaded, plain]) {
    const description = describeConfig(it);
    deepStrictEqual(description.config.postgres, {
      url: "[encrypted v100]",
      poolSize: 10,
      connectTimeoutMs: 10_000,
      statementTimeoutMs: 30_000,
    });
    ok(!formatConfigTable(description).includes(SECRET));
  }
});

Deno.test("a variable wins over an encrypted value, which is then not decrypted", async () => {
  const loaded = load(ENCRYPTED, { env: { DATABASE_URL: "postgres://other/hub" } });
  deepStrictEqual(configSecrets(loaded), []);
  strictEqual(await decryptConfig(loaded, () => Promise.reject(new Error("asked"))), loaded);
});

Deno.test("a value that does not open is named with its place, and another may be wrong as well", async () => {
  const loaded = load({ nats: { user: "u", password: { $encrypted: envelope } }, ...ENCRYPTED });
  await rejects(
    decryptConfig(loaded, () => Promise.reject(new Error("Cannot decrypt"))),
    (error) => {
      match(String(error), /2 problems/);
      match(
        String(error),
        /hub\.jsonc:1:\d+: postgres\.url: the encrypted value does not open: Cannot/,
      );
      return true;
    },
  );
});

for (const path of ["postgres.url", "http.host"]) {
  Deno.test(`a decrypted value that ${path} refuses is not repeated`, async () => {
    const loaded = load(
      Object.fromEntries(
        [path.split(".")].map((
          [section = "", key = ""],
        ) => [section, { [key]: { $encrypted: envelope } }]),
      ),
    );
    const value = path === "http.host" ? "" : SECRET;
    await rejects(decryptConfig(loaded, () => Promise.resolve(value)), (error) => {
      match(String(error), new RegExp(`${path.replace(".", "\\.")}: expected `));
      return !String(error).includes(SECRET);
    });
  });
}

const REFUSED: readonly (readonly [unknown, RegExp])[] = [
  [{ http: { port: { $encrypted: envelope } } }, /http\.port: this setting cannot be encrypted/],
  [{ dataDir: { $encrypted: envelope } }, /dataDir: this setting cannot be encrypted/],
  [{ masterKey: { file: { $encrypted: envelope } } }, /masterKey\.file: this setting cannot/],
  [{ nats: { token: { $encrypted: envelope, x: 1 } } }, /nats\.token: expected nothing beside/],
  [{ nats: { token: { $encrypted: { ...envelope, keyVersion: 2 } } } }, /expected an envelope/],
  [{ nats: { token: { $encrypted: SECRET } } }, /expected an envelope/],
  [{ nats: { token: { encrypted: SECRET } } }, /not shown: it is a secret/],
  [
    { nats: { token: SECRET } },
    /nats\.token: expected an encrypted value, found a secret in clear/,
  ],
  [{ postgres: { url: `postgres://hub:${SECRET}@db/hub` } }, /found a secret in clear/],
  [{ nats: { url: `nats://a,nats://${SECRET}@b` } }, /found a secret in clear/],
  [{ postgres: { url: `postgres://db/hub?password=${SECRET}` } }, /found a secret in clear/],
  [{ masterKey: { file: "a", env: "B" } }, /masterKey\.env: expected one source of the key/],
  [{ masterKey: { command: [] } }, /masterKey\.command: expected an array of a program/],
  [{ masterKey: { command: ["a", 1] } }, /masterKey\.command/],
  [{ masterKey: { input: SECRET } }, /masterKey\.input: expected one of stdin, prompt/],
];
for (const [value, expected] of REFUSED) {
  Deno.test(`a file with ${JSON.stringify(value).slice(0, 60)} is refused without its secret`, () => {
    const found = problem(value);
    match(found, expected);
    if (!JSON.stringify(value).includes("input")) ok(!found.includes(SECRET), found);
  });
}

Deno.test("a URL without a password may stand in the file, and a password where that is allowed", () => {
  strictEqual(
    problem({ nats: { url: "nats://a:4222,tls://b" }, postgres: { url: "postgres://db/hub" } }),
    "none",
  );
  strictEqual(problem({ nats: { token: SECRET }, allowPlaintextSecrets: true }), "none");
});

Deno.test("a secret in clear is refused also where a variable wins over it", () => {
  throws(() => load({ nats: { token: SECRET } }, { env: { HUB_NATS_TOKEN: "other" } }), /in clear/);
});

Deno.test("an encrypted value counts as set", () => {
  match(problem({ nats: { password: { $encrypted: envelope } } }), /expected nats\.user beside it/);
});

Deno.test("only a file may hold encrypted values", () => {
  const flags = { postgres: { url: { $encrypted: envelope } } };
  throws(() => resolveConfig({ flags }), /postgres\.url: expected a URL/);
});

Deno.test("a command is an array in the file, and may be JSON in a variable", () => {
  const env = { HUB_MASTER_KEY_COMMAND: '["pass", "show", "hub"]' };
  deepStrictEqual(resolveConfig({ env }).config.masterKey.command, ["pass", "show", "hub"]);
  throws(() => resolveConfig({ env: { HUB_MASTER_KEY_COMMAND: '["pass' } }), /an array/);
});

Deno.test("the usual variables of a master key may be there without being settings", () => {
  resolveConfig({ env: { HUB_MASTER_KEY: "x", HUB_PREVIOUS_MASTER_KEY: "y" } });
  throws(() => resolveConfig({ env: { HUB_MASTER_KEYS: "x" } }), /no such variable/);
});

const TEXT = `{
  // where the data is
  "postgres": { "url": "postgres://hub:hunter2@db/hub", "poolSize": 5 },
  "nats": { "url": "nats://a" }, // no secret
}
`;

Deno.test("withEncrypted() replaces one value and keeps comments and the rest", () => {
  const setting = encryptableSetting("/postgres/url");
  strictEqual(contextOf(setting), "config:/postgres/url");
  const text = withEncrypted(TEXT, { setting, encrypted: envelope });
  match(text, /\/\/ where the data is/);
  match(text, /\/\/ no secret/);
  ok(!text.includes("hunter2"));
  const { encrypted, config } = resolveConfig({ file: { path: "hub.jsonc", text } });
  deepStrictEqual(encrypted, { "postgres.url": envelope });
  strictEqual(config.postgres.poolSize, 5);
});

for (const text of ["", "{}", '{ "http": {} }', "// nothing yet\n{\n}\n"]) {
  Deno.test(`withEncrypted() adds a section to ${JSON.stringify(text)}`, () => {
    const setting = encryptableSetting("nats.token");
    const edited = withEncrypted(text, { setting, encrypted: envelope });
    const { encrypted } = resolveConfig({ file: { path: "hub.jsonc", text: edited } });
    deepStrictEqual(encrypted, { "nats.token": envelope });
  });
}

Deno.test("plainSecretsIn() finds the secrets in clear, and no URL without one", () => {
  deepStrictEqual(plainSecretsIn(TEXT).map(({ setting, value }) => [setting.path, value]), [
    ["postgres.url", "postgres://hub:hunter2@db/hub"],
  ]);
});

Deno.test("encryptableSetting() refuses what is not there or cannot be encrypted", () => {
  throws(() => encryptableSetting("/postgres/uri"), RangeError);
  throws(() => encryptableSetting("http.port"), RangeError);
  throws(() => encryptableSetting("masterKey.file"), RangeError);
});
