import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { session } from "../../actors/session.ts";
import { spoke } from "../../actors/spoke.ts";
import { task } from "../../actors/task.ts";
import { drawMachine } from "./machine_diagram.ts";
import { renderMachines } from "./machines_page.ts";
import { outdated, PAGES } from "./write_pages.ts";

Deno.test("the generated pages of docs/ are up to date", async () => {
  deepStrictEqual((await outdated()).map(String), [], "run `deno task docs`");
  strictEqual(PAGES.length, 3);
});

Deno.test("outdated() tells a changed and a missing page from a current one", async () => {
  const path = await Deno.makeTempFile();
  try {
    const file = pathToFileURL(path), missing = new URL("file:///no/such/page.md");
    await Deno.writeTextFile(file, "as it is");
    deepStrictEqual(await outdated([{ file, render: () => "as it is" }]), []);
    deepStrictEqual(await outdated([{ file, render: () => "as it is now" }]), [file]);
    deepStrictEqual(await outdated([{ file: missing, render: () => "" }]), [missing]);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("the page of the machines has the diagram of each, and no guard without a name", () => {
  const page = renderMachines();
  for (const machine of [spoke, session, task]) {
    ok(page.includes(drawMachine(machine)), machine.id);
  }
  ok(!page.includes("#8230;"), "every guard says what it asks");
});

Deno.test("the page of the machines has a row for each event of a caller or an effect", () => {
  const page = renderMachines();
  for (const machine of [spoke, session, task]) {
    for (const type of machine.events.filter((type) => /^[A-Z]/.test(type))) {
      ok(page.includes(`| \`${type}\` `), type);
    }
  }
});
