/** The commands of docs/cli.md, as somebody types them from top to bottom. */
import { match, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { fileOperations } from "../examples/fs_spoke.ts";
import { createProgram } from "../src/cli/create_program.ts";
import { EXIT } from "../src/cli/exit_codes.ts";
import { type Home, testHome } from "./_remote_cli_testing.ts";
import { testDatabase } from "./harness/database.ts";
import { testEnvironment } from "./harness/environment.ts";
import { spawnHub } from "./harness/hub.ts";
import { fromFileUrl } from "./harness/paths.ts";
import { until } from "./harness/until.ts";
import { spokeOf } from "./spokes/_spokes_testing.ts";

const page = await Deno.readTextFile(fromFileUrl("../../docs/cli.md"));
const lines = [...page.matchAll(/```sh\n(.*?)```/gs)].flatMap(([, code = ""]) =>
  code.trimEnd().split("\n")
);

/** A hub with a NATS of its own, and a counter. */
async function startHubHere(home: Home) {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await testDatabase());
  const hub = stack.use(spawnHub({
    args: [],
    env: {
      ...home.env,
      HUB_NATS_SERVER: testEnvironment().natsServer,
      DATABASE_URL: database.url,
      HUB_KINDS: fromFileUrl("../../examples/counter.ts"),
      HUB_AUTH_REGISTRATION: "true",
    },
  }));
  const url = await hub.ready;
  const key = await until(() => /Admin key {2}(\S+)/.exec(hub.output())?.[1], { what: "the key" });
  const parts = stack.move();
  return {
    ...{ url, key },
    async [Symbol.asyncDispose]() {
      hub.kill("SIGTERM");
      await hub.exited;
      await parts.disposeAsync();
    },
  };
}

/** A shell in a folder of its own, in which `hub` is the hub's command line. */
function shell(home: Home, { url, key }: { readonly url: string; readonly key: string }) {
  const main = fromFileUrl("../../src/main.ts");
  const program = `${Deno.execPath()} run -A ${main}`;
  const begin = `set -o pipefail; hub() { ${program} "$@"; };\n`;
  return (line: string) => {
    const { host } = new URL(url);
    const here = line.replaceAll("https://hub.example", url).replaceAll("hub.example", host)
      // In place of the shell, so that it can be ended.
      .replace(/^exec hub /, `exec ${program} `);
    return new Deno.Command("bash", {
      args: ["-c", begin + here],
      cwd: home.root,
      // As typed where the page says that it is asked for.
      env: { ...home.env, ...line.startsWith("hub login https:") ? { HUB_KEY: key } : {} },
      ...{ stdin: "null", stdout: "piped", stderr: "piped" },
    });
  };
}

/** Goes on until it is ended. */
const isEndless = (line: string) => /^hub tail|--watch/.test(line);

Deno.test("the commands of docs/cli.md do what they say", async (t) => {
  await using home = await testHome();
  await using hub = await startHubHere(home);
  const files = join(home.root, "files");
  await Deno.mkdir(files);
  await Deno.writeTextFile(join(files, "notes.txt"), "hello");
  const run = shell(home, hub);
  const token = await outputOf(run("hub peers create dev1 >&2; hub peers token dev1"));
  await using _spoke = await spokeOf(`${hub.url.replace("http", "ws")}/ws`, "dev1", {
    key: token.trim(),
    operations: await fileOperations(files),
  });
  ok(lines.length > 15, "the page was read");
  // The page logs in to a hub and forgets it, before it logs in to stay.
  for (const line of lines.filter((line) => !isEndless(line))) {
    await t.step(line, async () => {
      const { code, stderr } = await run(line).output();
      strictEqual(code, 0, new TextDecoder().decode(stderr));
    });
  }
  for (const line of lines.filter(isEndless)) {
    await t.step(line, async () => {
      const child = run(line.replace(/^hub/, "exec hub")).spawn();
      const told = watchOf(child);
      // Something to be told, of each kind.
      await until(async () => {
        await run("hub call /dev1/fs/read path=none.txt").output();
        await run("hub actor send counter visits ADD n=1").output();
        return told.text() !== "";
      }, { what: line });
      await told.end();
    });
  }
});

function watchOf(child: Deno.ChildProcess) {
  let text = "";
  const reading = (async () => {
    for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) text += piece;
  })();
  const complaints = new Response(child.stderr).text();
  return {
    text: () => text,
    async end() {
      child.kill("SIGKILL");
      await child.status;
      await Promise.all([reading, complaints]);
    },
  };
}

async function outputOf(command: Deno.Command): Promise<string> {
  const { code, stdout, stderr } = await command.output();
  strictEqual(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

Deno.test("docs/cli.md names every code with which a command ends", () => {
  for (const code of Object.values(EXIT)) match(page, new RegExp(`^\\| ${code} `, "m"));
});

Deno.test("every command says what it does in one line that fits", () => {
  for (const command of createProgram().commands) {
    const { length } = command.description();
    ok(length > 10 && length < 100, command.name());
  }
});
