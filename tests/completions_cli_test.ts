/** `hub completions`, in the shells themselves. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { printed, startRemote, testHome } from "./_remote_cli_testing.ts";
import { fromFileUrl } from "./harness/paths.ts";
import { runHub } from "./harness/hub.ts";

/** What stands in for the hub's program: names of a hub that is not to be trusted, and who asked. */
const FAKE_NAMES = ["/dev1/fs/read", "/dev1/fs/write", "/dev1/$(touch owned)", "/hub/keys/list"];

/** A shell, and how it is asked what the last of these words may become. */
interface Asked {
  readonly shell: string;
  /** Beside those after "hub": a script that asks for each list of words, one line for each answer. */
  readonly script: (file: string, lines: readonly (readonly string[])[]) => string;
}

const quoted = (word: string) => `'${word}'`;

const BASH_AND_ZSH_FAKE = `
hub() { printf '%s\\n' "$*" >> asked; printf '%s\\n' ${FAKE_NAMES.map(quoted).join(" ")}; }`;

const SHELLS: readonly Asked[] = [
  {
    shell: "bash",
    script: (file, lines) =>
      [
        BASH_AND_ZSH_FAKE,
        `. ${file}`,
        ...lines.flatMap((words) => [
          `COMP_WORDS=(hub ${words.map(quoted).join(" ")}); COMP_CWORD=${words.length}; _hub`,
          `echo "\${COMPREPLY[*]}"`,
        ]),
      ].join("\n"),
  },
  {
    shell: "zsh",
    script: (file, lines) =>
      [
        BASH_AND_ZSH_FAKE,
        // What belongs to the line editor, which does not run here; it chooses by what was typed.
        "compdef() { : }; _files() { found=() }",
        `compadd() { found=(); for n in $names; [[ $n == \${words[-1]}* ]] && found+=$n }`,
        `. ${file}`,
        ...lines.flatMap((words) => [
          `words=(hub ${words.map(quoted).join(" ")}); CURRENT=${words.length + 1}; _hub`,
          `echo "$found"`,
        ]),
      ].join("\n"),
  },
  {
    shell: "fish",
    script: (file, lines) =>
      [
        `function hub; echo "$argv" >> asked; printf '%s\\n' ${
          FAKE_NAMES.map(quoted).join(" ")
        }; end`,
        `source ${file}`,
        ...lines.map((words) =>
          `echo (complete -C ${quoted(`hub ${words.join(" ")}`)} | string replace -r '\\t.*' '')`
        ),
      ].join("\n"),
  },
];

const LINES: readonly (readonly [words: string[], found: RegExp])[] = [
  [["cal"], /^call$/],
  [["actor", "s"], /^send stop$/],
  [["call", "--idem"], /^--idempotency-key$/],
  [["completions", ""], /^bash fish zsh$/],
  [["call", "/dev1/fs/r"], /^\/dev1\/fs\/read$/],
  [["call", "--profile", "work", "/dev1/fs/w"], /^\/dev1\/fs\/write$/],
  [["schema", "/hub/k"], /^\/hub\/keys\/list$/],
  [["ops", "--allow-http", "--pro"], /^--profile$/],
  [["call", "--url", "http://lan", "--allow-http", "/hub/k"], /^\/hub\/keys\/list$/],
];

const isThere = async (shell: string) =>
  (await new Deno.Command("sh", { args: ["-c", `command -v ${shell}`] }).output()).success;

for (const { shell, script } of SHELLS) {
  Deno.test({
    name: `${shell} completes commands, options and operations`,
    ignore: !await isThere(shell),
    async fn() {
      await using home = await testHome();
      const file = join(home.root, "script");
      await Deno.writeTextFile(file, printed(await home.run(["completions", shell])));
      const run = async (lines: readonly (readonly string[])[]) => {
        const { stdout, stderr, success } = await new Deno.Command(shell, {
          args: [...shell === "zsh" ? ["-f"] : [], "-c", script(file, lines)],
          cwd: home.root,
        }).output();
        const text = new TextDecoder().decode(stderr);
        ok(success && text === "", text);
        return new TextDecoder().decode(stdout).trimEnd().split("\n");
      };
      const found = await run(LINES.map(([words]) => words));
      for (const [at, [words, expected]] of LINES.entries()) {
        match((found[at] ?? "").split(" ").toSorted().join(" "), expected, words.join(" "));
      }
      const asked = async () =>
        (await Deno.readTextFile(join(home.root, "asked"))).trimEnd().split("\n");
      deepStrictEqual(await asked(), [
        "completions --operations /dev1/fs/",
        "completions --operations /dev1/fs/ --profile work",
        "completions --operations /hub/",
        "completions --operations /hub/ --url http://lan --allow-http",
      ]);
      await run([["call", "/dev1/fs/r"], ["call", "/dev1/fs/w"], ["schema", "/dev1/fs/"]]);
      strictEqual((await asked()).length, 5, "what was asked within a minute is not asked again");
      // What a hub names is data.
      await run([["call", "/dev1/"]]);
      ok(!Array.from(Deno.readDirSync(home.root), ({ name }) => name).includes("owned"));
    },
  });
}

Deno.test("names of operations are those of the hub that is meant, and none where there is no hub", async () => {
  await using remote = await startRemote();
  const names = async (...args: string[]) =>
    printed(await remote.run("completions", "--operations", ...args)).trimEnd().split("\n");
  deepStrictEqual(await names("/dev1/text/"), [
    ..."count fail upper wait".split(" ").map((name) => `/dev1/text/${name}`),
  ]);
  ok((await names("")).includes("/hub/keys/create"));
  deepStrictEqual(await names("/no/such/"), [""]);
  deepStrictEqual(await names("", "--url", "http://127.0.0.1:9"), [""]);
});

Deno.test("bash asks a real hub", { ignore: !await isThere("bash") }, async () => {
  await using remote = await startRemote();
  const main = fromFileUrl("../../src/main.ts");
  const script = `hub() { ${Deno.execPath()} run -A ${main} "$@"; }
eval "$(hub completions bash)"
COMP_WORDS=(hub call /dev1/text/u); COMP_CWORD=2; _hub; echo "\${COMPREPLY[*]}"`;
  const { stdout } = await new Deno.Command("bash", {
    args: ["-c", script],
    env: { ...remote.home.env, ...remote.env },
  }).output();
  strictEqual(new TextDecoder().decode(stdout), "/dev1/text/upper\n");
});

Deno.test("a shell that there is no script for is refused with those there are", async () => {
  const { code, stderr } = await runHub({ args: ["completions", "tcsh"] });
  strictEqual(code, 1);
  match(stderr, /Allowed choices are bash, zsh, fish/);
  match((await runHub({ args: ["completions"] })).stderr, /Say which shell: bash, zsh, fish/);
});
