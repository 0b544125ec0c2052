import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Command } from "commander";
import { collectFlags, listFlags, readFlagsLayer } from "./flags.ts";

function flag(path: string) {
  return listFlags().find((candidate) => candidate.path === path);
}

function values(flags: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    readFlagsLayer(flags).entries.map(({ setting, value }) => [setting.path, value]),
  );
}

Deno.test("listFlags() describes each flag as a command offers it", () => {
  deepStrictEqual(flag("http.port"), {
    flag: "--http-port <number>",
    attribute: "httpPort",
    path: "http.port",
    description: "Port to listen on. 0: any free port.",
    default: 4200,
  });
  strictEqual(flag("postgres.url")?.flag, "--postgres-url <url>");
  ok(flag("log.level")?.description.endsWith("One of trace, debug, info, warning, error, fatal."));
});

Deno.test("listFlags() offers no flag for passwords, nor for objects", () => {
  for (const path of ["nats.password", "nats.token", "log.levels"]) {
    strictEqual(flag(path), undefined, path);
  }
});

Deno.test("collectFlags() and listFlags() fit commander", () => {
  const command = new Command("start").option("--config <file>");
  for (const { flag, description } of listFlags()) command.option(flag, description);
  command.parse(["--http-port", "0", "--data-dir", "/data", "--config", "x"], { from: "user" });
  const flags = collectFlags(command.opts());
  deepStrictEqual(flags, { http: { port: "0" }, dataDir: "/data" });
  deepStrictEqual(values(flags), { "http.port": 0, dataDir: "/data" });
});

Deno.test("collectFlags() hands over each flag that is offered", () => {
  const options = Object.fromEntries(listFlags().map(({ attribute }) => [attribute, "x"]));
  const layer = readFlagsLayer(collectFlags(options));
  strictEqual(layer.entries.length + layer.problems.length, listFlags().length);
});

Deno.test("readFlagsLayer() takes values of a program as well as texts of a command line", () => {
  deepStrictEqual(
    values({ http: { port: 0, host: undefined }, log: { levels: { bus: "debug" } }, nats: {} }),
    { "http.port": 0, "log.levels": { bus: "debug" } },
  );
});

Deno.test("readFlagsLayer() names the flag of what it refuses", () => {
  const { problems } = readFlagsLayer({ http: { port: "x", prot: 1 }, log: 1 });
  deepStrictEqual(problems.map(({ source, path }) => `${source} ${path}`), [
    "--http-port http.port",
    "--http-prot http.prot",
    "--log log",
  ]);
});

Deno.test("readFlagsLayer() refuses keys that would reach a prototype", () => {
  const { problems } = readFlagsLayer(JSON.parse('{ "http": { "__proto__": { "port": 1 } } }'));
  deepStrictEqual(problems.map(({ message }) => message), ["this key is not allowed"]);
});
