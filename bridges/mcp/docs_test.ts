import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { curlCommands, waysToRun } from "../../tests/harness/curl.ts";
import { serving } from "./_serving_testing.ts";

const page = await Deno.readTextFile(new URL("../../docs/mcp.md", import.meta.url));
const commands = curlCommands(page);

for (const [way, run] of await waysToRun()) {
  Deno.test(`docs/mcp.md: what is written for a shell works, run ${way}`, async () => {
    await using hub = serving();
    strictEqual(commands.length, page.match(/\bcurl /g)?.length);
    for (const command of commands) {
      const text = await run(command.replace("http://127.0.0.1:4200/mcp", hub.url), {
        env: { HUB_KEY: "token-of-ann", PATH: Deno.env.get("PATH") ?? "" },
      });
      const operations = [{ name: "test/echo", description: "Gives back what it is given" }];
      deepStrictEqual(JSON.parse(text).result.structuredContent, { operations });
    }
  });
}
