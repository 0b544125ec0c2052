import { ok, strictEqual } from "node:assert/strict";
import { renderReference } from "./reference.ts";
import { resolveConfig } from "./resolve_config.ts";
import { SETTINGS } from "./settings.ts";
import { isReferenceCurrent } from "./write_reference.ts";

Deno.test("docs/configuration.md is what the schema makes it", async () => {
  ok(
    await isReferenceCurrent(),
    "run `deno run -R -W src/config/write_reference.ts` and commit the result",
  );
});

Deno.test("isReferenceCurrent() tells a changed and a missing file from a current one", async () => {
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(file, renderReference());
    const url = new URL(`file://${file}`);
    strictEqual(await isReferenceCurrent(url), true);
    await Deno.writeTextFile(file, `${renderReference()} `);
    strictEqual(await isReferenceCurrent(url), false);
    strictEqual(await isReferenceCurrent(new URL("file:///no/such/file")), false);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("the reference has a row with the variable of each setting", () => {
  const reference = renderReference();
  for (const { path, env } of SETTINGS) {
    const row = reference.split("\n").find((line) => line.startsWith(`| \`${path}\` `));
    ok(row !== undefined, path);
    for (const name of env) ok(row.includes(`\`${name}\``), name);
  }
});

Deno.test("the reference's example is a configuration that loads", () => {
  const [, text] = /```jsonc\n([^]*?)```/.exec(renderReference()) ?? [];
  ok(text !== undefined);
  const { config } = resolveConfig({ file: { path: "hub.jsonc", text } });
  strictEqual(config.nats.replicas, 3);
  strictEqual(config.metrics.port, 9464);
});
