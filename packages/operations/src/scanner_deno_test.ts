import { deepStrictEqual } from "node:assert/strict";
import { scanOperations } from "./scanner.ts";

Deno.test("TypeScript modules are scanned where the runtime can import them", async () => {
  const root = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(
      `${root}/op.ts`,
      `const name: string = "typed";
      export default { name, namespace: "n", version: "1", type: "query", description: "",
        inputSchema: {}, outputSchema: {}, accessControl: { requiredScopes: [] } };`,
    );
    const operations = await scanOperations(root, {
      cwd: () => Deno.cwd(),
      readdir: (path) => Deno.readDir(path),
    });
    deepStrictEqual(operations.map(({ name }) => name), ["typed"]);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
