import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { startMcpServer } from "../../packages/operations/src/mcp/_mcp_server.ts";
import { startRoutingNode } from "../../src/routing/_nodes_testing.ts";
import { fileOperations } from "../../examples/fs_spoke.ts";
import { shellOperations } from "../../examples/shell_spoke.ts";
import { until } from "../harness/until.ts";
import { runExample } from "./_examples_testing.ts";
import { clientOf, known, spokeOf } from "./_spokes_testing.ts";

const TOLD = { declared: ["NO_SUCH_FILE", "TOO_LARGE", "NOT_ALLOWED", "TOOK_TOO_LONG"] };

Deno.test("the file-system spoke reads and writes below its directory, and nowhere else", async (t) => {
  const top = await Deno.makeTempDir();
  const dir = join(top, "offered"), secret = join(top, "secret.txt");
  await Deno.mkdir(join(dir, "sub"), { recursive: true });
  await Deno.mkdir(join(top, "offered-not"));
  await Deno.writeTextFile(secret, "secret");
  await Deno.writeTextFile(join(top, "offered-not", "x.txt"), "secret");
  await Deno.writeTextFile(join(dir, "a.txt"), "hello");
  await Deno.symlink("a.txt", join(dir, "alias.txt"));
  await Deno.symlink(secret, join(dir, "file-link"));
  await Deno.symlink("..", join(dir, "up"));
  await Deno.symlink(top, join(dir, "sub", "top"));
  await Deno.symlink("loop", join(dir, "loop"));
  await Deno.symlink(join(top, "not-yet.txt"), join(dir, "dangling"));
  await using node = await startRoutingNode();
  // In this process, which may read everything: its own permissions would hold an example back, too.
  await using spoke = await spokeOf(node, "dev1", { operations: await fileOperations(dir) });
  await spoke.online();
  await using client = clientOf(node);
  const call = (name: string, input: unknown) => client.call(`/dev1/fs/${name}`, input, TOLD);
  try {
    await t.step("what is there can be listed, read and written", async () => {
      deepStrictEqual(await call("read", { path: "a.txt" }), { text: "hello" });
      deepStrictEqual(
        await call("read", { path: "./sub/../a.txt" }).catch(() => "refused"),
        "refused",
      );
      await call("write", { path: "sub/new.txt", text: "long text" });
      await call("write", { path: "sub/new.txt", text: "short" });
      deepStrictEqual(await call("read", { path: "/sub//new.txt" }), { text: "short" });
      const names = JSON.stringify(await call("list", { path: "" }));
      match(names, /"name":"sub","isDirectory":true/);
    });

    await t.step("a link that stays inside is followed", async () => {
      deepStrictEqual(await call("read", { path: "alias.txt" }), { text: "hello" });
    });

    const hostile = [
      ...[
        "../secret.txt",
        "sub/../../secret.txt",
        "..",
        "./..",
        "sub/../..",
        "../offered-not/x.txt",
      ],
      ...[secret, `/../../../../${secret}`, "..\\secret.txt", "%2e%2e/secret.txt", "a.txt\0.png"],
      ...["file-link", "up/secret.txt", "sub/top/secret.txt", "up/offered/../secret.txt", "loop"],
      ...["dangling", "C:/secret.txt", "\u2025/secret.txt", "sub/top/offered-not/x.txt"],
    ];
    await t.step("nothing outside is read, by whatever path", async () => {
      for (const path of hostile) {
        await rejects(call("read", { path }), { code: "NO_SUCH_FILE" }, path);
      }
    });

    await t.step("nothing outside is listed", async () => {
      for (const path of ["..", "up", "sub/top", "../offered-not", "/..", top]) {
        await rejects(call("list", { path }), { code: "NO_SUCH_FILE" }, path);
      }
    });

    await t.step("nothing outside is written, made or emptied", async () => {
      const paths = hostile.filter((path) => path !== "%2e%2e/secret.txt");
      for (const path of [...paths, "up/made.txt", "sub/top/made.txt", "../made.txt", "", "."]) {
        await rejects(call("write", { path, text: "evil" }), { code: "NO_SUCH_FILE" }, path);
      }
      strictEqual(await Deno.readTextFile(secret), "secret");
      const left = Array.from(Deno.readDirSync(top), ({ name }) => name).sort();
      deepStrictEqual(left, ["offered", "offered-not", "secret.txt"]);
    });

    await t.step("what is no file, or too large, is not read", async () => {
      await rejects(call("read", { path: "sub" }), { code: "NO_SUCH_FILE" });
      await Deno.writeTextFile(join(dir, "large"), "x".repeat(200_000));
      await rejects(call("read", { path: "large" }), { code: "TOO_LARGE" });
      await new Deno.Command("mkfifo", { args: [join(dir, "pipe")] }).output();
      await rejects(call("read", { path: "pipe" }), { code: "NO_SUCH_FILE" });
    });

    await t.step("a directory that becomes a link while it is read leads nowhere", async () => {
      // What is in the way of `flip/secret.txt` changes all the time, between inside and outside.
      const inner = join(dir, "inner"), flip = join(dir, "flip");
      await Deno.mkdir(inner);
      await Deno.writeTextFile(join(inner, "secret.txt"), "hello");
      let isOver = false;
      const flipping = (async () => {
        for (let at = 0; !isOver; at++) {
          await Deno.symlink(at % 2 === 0 ? inner : top, `${flip}.new`);
          await Deno.rename(`${flip}.new`, flip);
        }
      })();
      const [read] = await fileOperations(dir).then((all) =>
        all.filter((o) => o.name === "fs/read")
      );
      const context = Object.create(null);
      const answers = new Set<string>();
      for (let at = 0; at < 2_000; at++) {
        const answer = new Promise((resolve) =>
          resolve(read?.run({ path: "flip/secret.txt" }, context))
        );
        answers.add(await answer.then((told) => JSON.stringify(told), (error) => error.code));
      }
      isOver = true;
      await flipping;
      deepStrictEqual([...answers].sort(), ["NO_SUCH_FILE", '{"text":"hello"}'].sort());
    });
  } finally {
    await Deno.remove(top, { recursive: true });
  }
});

Deno.test("the file-system spoke runs as its comment says, and leaves in good order", async () => {
  const dir = await Deno.makeTempDir();
  await using node = await startRoutingNode();
  await using example = await runExample("fs_spoke.ts", {
    ...{ url: node.url, key: "node:dev1", words: { DIR: dir } },
  });
  await known(node, "dev1");
  await using client = clientOf(node);
  try {
    await client.call("/dev1/fs/write", { path: "a.txt", text: "hello" }, TOLD);
    deepStrictEqual(await client.call("/dev1/fs/read", { path: "a.txt" }), { text: "hello" });
    strictEqual((await example.stop()).code, 0);
    await until(() => node.routing.index.get("dev1") === undefined, { what: "it to be gone" });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("the shell spoke runs what is on its list, as its comment says", async () => {
  await using node = await startRoutingNode();
  await using _example = await runExample("shell_spoke.ts", {
    ...{ url: node.url, key: "node:dev1", words: {} },
  });
  await known(node, "dev1");
  await using client = clientOf(node);
  const answer = await client.call("/dev1/shell/run", { command: "date" });
  match(JSON.stringify(answer), /"code":0,"stdout":".*UTC/);
  await rejects(client.call("/dev1/shell/run", { command: "date", args: ["-s"] }, TOLD), {
    code: "NOT_ALLOWED",
  });
});

Deno.test("the shell spoke gives no way to run anything else", async (t) => {
  const dir = await Deno.makeTempDir();
  const mark = join(dir, "mark");
  await using node = await startRoutingNode();
  await using spoke = await spokeOf(node, "dev1", {
    operations: shellOperations({
      say: { program: "printf", args: ["%s."], more: /^[^-]/ },
      env: { program: "env" },
      flood: { program: "sh", args: ["-c", "yes; true"], maxMs: 300 },
      much: { program: "sh", args: ["-c", "head -c 1000000 /dev/zero | tr '\\0' x"] },
      family: {
        program: "sh",
        args: ["-c", `(sleep 60; touch ${mark}) & echo $! > ${mark}.pid; wait`],
      },
      fails: { program: "sh", args: ["-c", "echo no >&2; exit 3"] },
    }),
  });
  await spoke.online();
  await using client = clientOf(node);
  const run = (command: string, args?: string[], signal?: AbortSignal) =>
    client.call("/dev1/shell/run", args === undefined ? { command } : { command, args }, {
      ...TOLD,
      ...(signal === undefined ? {} : { signal }),
    });
  try {
    await t.step("what a shell would take apart arrives as it is", async () => {
      const args = ["$(touch mark)", "; touch mark", "`id`", "a b", "* | cat", "\n", "$HOME"];
      deepStrictEqual(await run("say", args), {
        ...{ code: 0, stdout: args.map((arg) => `${arg}.`).join(""), stderr: "", isCut: false },
      });
    });

    await t.step("what is not on the list is refused, however it is spelled", async () => {
      for (const name of ["sh", "/bin/sh", "say ", "__proto__", "constructor", "toString", ""]) {
        await rejects(run(name), { code: "NOT_ALLOWED" }, name);
      }
      await rejects(run("env", ["sh"]), { code: "NOT_ALLOWED" });
      await rejects(run("say", ["ok", "-v"]), { code: "NOT_ALLOWED" });
      await rejects(run("say", Array.from({ length: 17 }, () => "x")), {
        code: "VALIDATION_ERROR",
      });
    });

    await t.step("a command sees nothing of the spoke's own environment", async () => {
      const { stdout } = Object(await run("env"));
      deepStrictEqual(String(stdout).trim().split("\n").map((line) => line.split("=")[0]), [
        "PATH",
      ]);
    });

    await t.step("a failure is an answer", async () => {
      deepStrictEqual(await run("fails"), { code: 3, stdout: "", stderr: "no\n", isCut: false });
    });

    await t.step("output is bounded, and time is", async () => {
      const { stdout, isCut, code } = Object(await run("much"));
      deepStrictEqual([String(stdout).length, isCut, code], [64 * 1024, true, 0]);
      await rejects(run("flood"), { code: "TOOK_TOO_LONG" });
    });

    await t.step("when the caller leaves, the process and its children are killed", async () => {
      const leaving = new AbortController();
      const call = rejects(run("family", undefined, leaving.signal), { code: "ABORTED" });
      const pid = await until(async () => Number(await Deno.readTextFile(`${mark}.pid`)), {
        what: "the child of the command",
      });
      leaving.abort();
      await call;
      await until(() => !isAlive(pid), { what: "the child to be killed" });
    });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("the MCP spoke offers a server's tools, but for those without a name", async () => {
  const server = await startMcpServer([
    {
      name: "shout",
      description: "In capitals",
      inputSchema: { properties: { text: { type: "string" } }, required: ["text"] },
      outputSchema: { properties: { text: { type: "string" } } },
      call: (input) => ({
        content: [],
        structuredContent: { text: String(Object(input).text).toUpperCase() },
      }),
    },
    { name: "has a space", call: () => ({ content: [] }) },
  ]);
  try {
    await using node = await startRoutingNode();
    await using _example = await runExample("mcp_spoke.ts", {
      ...{ url: node.url, key: "node:dev1" },
      words: { NAME: "loud", "https://HOST/mcp": server.url },
    });
    await known(node, "dev1");
    await using client = clientOf(node);
    deepStrictEqual(await client.call("/dev1/loud/shout", { text: "hello" }), { text: "HELLO" });
    await rejects(client.call("/dev1/loud/shout", {}), { code: "VALIDATION_ERROR" });
    const listed = JSON.stringify(await client.call("/services/list-peers"));
    ok(listed.includes("loud/shout") && !listed.includes("has a"), listed);
  } finally {
    await server.close();
  }
});

Deno.test("the OpenAPI spoke offers a service's paths, and keeps its secret", async () => {
  const seen: (string | null)[] = [];
  const document = {
    openapi: "3.1.0",
    info: { title: "Pets", version: "1.0.0" },
    paths: {
      "/pets/{id}": {
        get: {
          operationId: "getPet",
          parameters: [{ name: "id", in: "path", required: true, schema: { type: "integer" } }],
          responses: {
            200: {
              description: "A pet",
              content: { "application/json": { schema: { type: "object" } } },
            },
          },
        },
      },
    },
  };
  const service = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/openapi.json") return Response.json(document);
    seen.push(request.headers.get("authorization"));
    return Response.json({ path: pathname });
  });
  const at = `http://127.0.0.1:${service.addr.port}`;
  try {
    await using node = await startRoutingNode();
    await using _example = await runExample("openapi_spoke.ts", {
      ...{ url: node.url, key: "node:dev1", env: { SERVICE_TOKEN: "s3cret" } },
      words: { NAME: "pets", "https://HOST": at },
    });
    await known(node, "dev1");
    await using client = clientOf(node);
    deepStrictEqual(await client.call("/dev1/pets/getPet", { id: 7 }), { path: "/pets/7" });
    deepStrictEqual(seen, ["Bearer s3cret"]);
    await rejects(client.call("/dev1/pets/getPet", { id: "../x" }), { code: "VALIDATION_ERROR" });
  } finally {
    await service.shutdown();
  }
});

/** A process that was killed and not waited for yet is none. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return false; // there is no such process
  }
}
