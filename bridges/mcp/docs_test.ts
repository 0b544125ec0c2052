import { deepStrictEqual, ok } from "node:assert/strict";
import { serving } from "./_serving_testing.ts";

const page = await Deno.readTextFile(new URL("../../docs/mcp.md", import.meta.url));
const commands = [...page.matchAll(/```sh\n(curl [^]*?)```/g)].map(([, command = ""]) => command);

Deno.test("docs/mcp.md: what is written for a shell works in one", async () => {
  await using hub = serving();
  ok(commands.length > 0);
  for (const command of commands) {
    const { code, stdout } = await new Deno.Command("bash", {
      args: ["-c", command.replace("http://127.0.0.1:4200/mcp", hub.url)],
      env: { HUB_KEY: "token-of-ann" },
    }).output();
    const { result } = JSON.parse(new TextDecoder().decode(stdout));
    const operations = [{ name: "test/echo", description: "Gives back what it is given" }];
    deepStrictEqual([code, result.structuredContent], [0, { operations }]);
  }
});
