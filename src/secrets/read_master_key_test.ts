import { match, ok, rejects, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { newKeyRing, newMasterKey, openKeyRing, parseMasterKey } from "../crypto/mod.ts";
import { createInput, type InputStream } from "./input.ts";
import { type MasterKeySource, readMasterKey } from "./read_master_key.ts";

const KEY = newMasterKey();

function inputOf(text: string, isTerminal = false) {
  const bytes = new TextEncoder().encode(text);
  const raw: boolean[] = [];
  const asked: string[] = [];
  let at = 0;
  const stream: InputStream = {
    // One byte at a time: what is read at once is the system's choice.
    read(buffer) {
      const byte = bytes[at++];
      if (byte === undefined) return Promise.resolve(null);
      buffer[0] = byte;
      return Promise.resolve(1);
    },
    isTerminal: () => isTerminal,
    setRaw: (on) => void raw.push(on),
  };
  return { input: createInput(stream, (question) => asked.push(question)), raw, asked };
}

/** Whether a source gives the key `KEY`. */
async function givesKey(source: MasterKeySource, text = ""): Promise<boolean> {
  const { input } = inputOf(text, source.input === "prompt");
  const key = await readMasterKey(source, { input });
  ok(key !== undefined);
  const ring = await newKeyRing(parseMasterKey(KEY), { now: "2026-01-01T00:00:00Z" });
  return await openKeyRing(ring, { masterKeys: [key] }).then(() => true, () => false);
}

async function reason(
  source: MasterKeySource,
  options: { text?: string; commandMs?: number } = {},
) {
  const { input } = inputOf(options.text ?? "");
  const error = await readMasterKey(source, { input, ...options }).then(
    () => undefined,
    (error: unknown) => error,
  );
  ok(error instanceof Error);
  ok(!Deno.inspect(error).includes(KEY.slice(8)), "the error does not hold the key");
  return error.message;
}

async function inDirectory(use: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await use(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("a master key is read from a file of its owner, with one line end after it", async () => {
  await inDirectory(async (dir) => {
    const file = join(dir, "key");
    await Deno.writeTextFile(file, `${KEY}\n`, { mode: 0o600 });
    ok(await givesKey({ file }));
    await Deno.chmod(file, 0o400);
    ok(await givesKey({ file }));
  });
});

for (const mode of [0o640, 0o604, 0o601, 0o620, 0o644, 0o777]) {
  Deno.test(`a key file of mode ${mode.toString(8)} is refused, and what to do is said`, async () => {
    await inDirectory(async (dir) => {
      const file = join(dir, "key");
      await Deno.writeTextFile(file, KEY);
      await Deno.chmod(file, mode);
      match(await reason({ file }), /others may read it: chmod 600 .*key/);
      // Nor through a name that nobody else can see.
      await Deno.symlink(file, join(dir, "link"));
      match(await reason({ file: join(dir, "link") }), /others may read it/);
    });
  });
}

Deno.test("a key file that is none, too long, too weak or no text is refused without its content", async () => {
  await inDirectory(async (dir) => {
    match(await reason({ file: dir }), /it is no regular file/);
    match(
      await reason({ file: join(dir, "missing") }),
      /Cannot read the master key from the file .*missing/,
    );
    const file = join(dir, "key");
    await Deno.writeTextFile(file, KEY.repeat(100), { mode: 0o600 });
    match(await reason({ file }), /too long/);
    await Deno.writeTextFile(file, "short");
    match(await reason({ file }), /at least 16 characters/);
    await Deno.writeFile(file, new Uint8Array(20).fill(0xff));
    match(await reason({ file }), /it is no text/);
    await new Deno.Command("mkfifo", { args: ["-m", "600", join(dir, "pipe")] }).output();
    match(await reason({ file: join(dir, "pipe") }), /it is no regular file/);
  });
});

Deno.test("a master key is taken out of the environment", async () => {
  const env = "T_MASTER_KEY";
  Deno.env.set(env, KEY);
  ok(await givesKey({ env }));
  strictEqual(Deno.env.get(env), undefined);
  const { stdout } = await new Deno.Command("env").output();
  ok(!new TextDecoder().decode(stdout).includes(KEY), "children do not see it");
  match(await reason({ env }), /the variable T_MASTER_KEY: it is not set/);
});

Deno.test("a variable is removed also when it holds no master key", async () => {
  Deno.env.set("T_MASTER_KEY", "short");
  match(await reason({ env: "T_MASTER_KEY" }), /at least 16 characters/);
  strictEqual(Deno.env.get("T_MASTER_KEY"), undefined);
});

Deno.test("a master key is what a command prints, without a shell in between", async () => {
  ok(await givesKey({ command: ["printf", "%s\\n", KEY] }));
  match(await reason({ command: ["printf", "%s", "$(yes)"] }), /at least 16 characters/);
});

const COMMANDS: readonly (readonly [readonly string[], RegExp])[] = [
  [["sh", "-c", `echo '${KEY}'; exit 3`], /the command sh: it ended with code 3/],
  [["sh", "-c", `echo '${KEY}' >&2; exit 1`], /code 1/],
  [
    ["sh", "-c", `trap "" PIPE; while :; do echo '${KEY}'; done`],
    /it printed more than 4096 bytes/,
  ],
  [["yes", KEY], /it printed more than 4096 bytes/],
  [["sh", "-c", `echo '${KEY}'; exec sleep 60`], /it took longer than 300 ms/],
  [["no-such-program-here"], /the command no-such-program-here/],
  [["true"], /at least 16 characters/],
];
for (const [command, expected] of COMMANDS) {
  Deno.test(`a command ${command.join(" ").slice(0, 14)}… that ${expected.source} is refused without what it printed`, async () => {
    match(await reason({ command }, { commandMs: 300 }), expected);
  });
}

Deno.test("a master key is the first line of standard input, and leaves the rest", async () => {
  ok(await givesKey({ input: "stdin" }, `${KEY}\r\nmore`));
  ok(await givesKey({ input: "stdin" }, KEY));
  const { input } = inputOf(`${KEY}\nthe value\nof two lines\n`);
  await readMasterKey({ input: "stdin" }, { input });
  strictEqual(await input.rest(), "the value\nof two lines");
});

Deno.test("a master key that is typed is not shown, and may be corrected", async () => {
  const { input, raw, asked } = inputOf(`${KEY}aü\x7f\x7f\rrest`, true);
  strictEqual(await input.hidden("Key: "), KEY);
  strictEqual(raw.join(), "true,false");
  strictEqual(asked.join("|"), "Key: |\n");
});

Deno.test("a question needs a terminal, and can be given up", async () => {
  match(await reason({ input: "prompt" }), /standard input is no terminal/);
  const { input, raw } = inputOf("abc\x03", true);
  await rejects(input.hidden("Key: "), /given up/);
  strictEqual(raw.join(), "true,false");
});

Deno.test("without a source there is no master key", async () => {
  strictEqual(await readMasterKey({}, { input: inputOf("").input }), undefined);
});
