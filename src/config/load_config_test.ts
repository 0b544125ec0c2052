import { ok, rejects, strictEqual } from "node:assert/strict";
import { ConfigError } from "./config_error.ts";
import { loadConfig, type LoadConfigOptions } from "./load_config.ts";

/** Options with files by path; what is not among them is not there. */
function at(
  files: Record<string, string>,
  more: Partial<LoadConfigOptions> = {},
): LoadConfigOptions {
  return {
    env: {},
    cwd: "/srv",
    readTextFile: (path) => {
      const text = files[path];
      return text === undefined
        ? Promise.reject(new Deno.errors.NotFound())
        : Promise.resolve(text);
    },
    ...more,
  };
}

async function realm(options: LoadConfigOptions): Promise<string> {
  return (await loadConfig(options)).config.realm;
}

const A = '{ "realm": "a" }';
const B = '{ "realm": "b" }';

Deno.test("loadConfig() needs no file", async () => {
  strictEqual(await realm(at({})), "hub");
});

for (const name of ["hub.jsonc", "hub.json"]) {
  Deno.test(`loadConfig() finds ${name} in the working directory`, async () => {
    const { config, sources } = await loadConfig(at({ [`/srv/${name}`]: A }));
    strictEqual(config.realm, "a");
    ok(sources.realm?.kind === "file" && sources.realm.file === name);
  });
}

Deno.test("loadConfig() refuses hub.jsonc and hub.json at once", async () => {
  await rejects(loadConfig(at({ "/srv/hub.jsonc": A, "/srv/hub.json": B })), {
    name: "ConfigError",
    message: /hub\.jsonc: expected one configuration file, found hub\.json as well/,
  });
});

Deno.test("loadConfig() reads the file of HUB_CONFIG in place of the default ones", async () => {
  const env = { HUB_CONFIG: "etc/other.json" };
  strictEqual(await realm(at({ "/srv/hub.json": A, "/srv/etc/other.json": B }, { env })), "b");
});

Deno.test("loadConfig() reads the file of --config in place of that of HUB_CONFIG", async () => {
  const env = { HUB_CONFIG: "/a.json" };
  const files = { "/a.json": A, "/b.json": B };
  strictEqual(await realm(at(files, { env, configFile: "/b.json" })), "b");
});

Deno.test("loadConfig() takes an empty HUB_CONFIG for none", async () => {
  strictEqual(await realm(at({ "/srv/hub.json": A }, { env: { HUB_CONFIG: "" } })), "a");
});

for (
  const [by, options] of [
    ["HUB_CONFIG", { env: { HUB_CONFIG: "gone.json" } }],
    ["--config", { configFile: "gone.json" }],
  ] as const
) {
  Deno.test(`loadConfig() refuses a file of ${by} that is not there`, async () => {
    await rejects(loadConfig(at({ "/srv/hub.json": A }, options)), {
      name: "ConfigError",
      message: new RegExp(`${by}: expected a file, found none at gone\\.json`),
    });
  });
}

Deno.test("loadConfig() names a file that cannot be read", async () => {
  const readTextFile = () => Promise.reject(new Deno.errors.IsADirectory("Is a directory"));
  await rejects(loadConfig(at({}, { readTextFile })), {
    name: "ConfigError",
    message: /hub\.jsonc: the file cannot be read: Is a directory/,
  });
});

Deno.test("loadConfig() reads real files", async () => {
  const cwd = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${cwd}/hub.jsonc`, `${A} // a comment`);
    strictEqual(await realm({ cwd, env: {} }), "a");
    await Deno.writeTextFile(`${cwd}/hub.jsonc`, "{");
    await rejects(loadConfig({ cwd, env: {} }), ConfigError);
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
});
