import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { dirname, join, normalize } from "node:path";

const root = new URL("..", import.meta.url);

/** What must never be committed. Patterns are written so that they do not match themselves. */
const FORBIDDEN: readonly (readonly [what: string, pattern: RegExp])[] = [
  ["a private key", /-----BEGIN [A-Z ]*PRIVATE[ ]KEY-----\s+[A-Za-z0-9+/]{40}/],
  ["a cloud access key", /\bAKIA[0-9A-Z]{16}\b/],
  ["a GitHub token", /\bgh[pousr]_[A-Za-z0-9]{36}\b/],
  ["a key of the hub", /\balk_[A-Za-z0-9]{24,}/],
  ["a NATS seed", /\bS[UAONCX][A-Z2-7]{56}\b/],
  ["a provider's key", /\bsk-(?:proj-|ant-)?[A-Za-z0-9_-]{40,}\b/],
  [
    "a path of somebody's machine",
    /(?<![\w.$}-])\/(?:root|home\/[\w.-]+|Users\/[\w.-]+|work)\/[\w.]/,
  ],
  [
    "the host of a package registry",
    /\b(?:registry\.npmjs|(?:deb|security|ftp)\.debian|archive\.ubuntu)[.]/,
  ],
];

const files = await trackedFiles();

Deno.test("no committed file holds a secret, a path of a machine or a package registry's host", async () => {
  ok(files.length > 50, "the list of files was read");
  const found: string[] = [];
  for (const file of files) {
    const text = await readText(file);
    for (const [what, pattern] of FORBIDDEN) {
      const match = pattern.exec(text);
      if (match) found.push(`${file}: ${what}: ${match[0].slice(0, 40)}`);
    }
  }
  deepStrictEqual(found, []);
});

const CAUGHT = [
  ["a private key", `-----BEGIN PRIVATE ${"KEY"}-----\n${"A".repeat(64)}`],
  ["a cloud access key", `key = AKIA${"A".repeat(16)}`],
  ["a GitHub token", `ghp_${"a".repeat(36)}`],
  ["a provider's key", `sk-${"a".repeat(48)}`],
  ["a key of the hub", `alk_${"a".repeat(24)}`],
  ["a NATS seed", `SU${"A".repeat(56)}`],
  ["a path of somebody's machine", `cd /${"home"}/jane-doe.1/x`],
  ["a path of somebody's machine", `see /${"root"}/projects`],
  ["a path of somebody's machine", `"/${"home"}/ada/x"`],
  ["the host of a package registry", `https://deb.${"debian"}.org/debian`],
] as const;

for (const [what, text] of CAUGHT) {
  Deno.test(`the scan finds ${what} in ${JSON.stringify(text.slice(0, 24))}`, () => {
    strictEqual(FORBIDDEN.find(([, pattern]) => pattern.test(text))?.[0], what);
  });
}

Deno.test("every relative link in a document leads to a file", async () => {
  const broken: string[] = [];
  for (const file of files.filter((name) => name.endsWith(".md"))) {
    // Code is no prose: what looks like a link there is none.
    const text = (await readText(file)).replaceAll(/```.*?```/gs, "").replaceAll(/`[^`]*`/g, "");
    for (const [, target = ""] of text.matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const path = normalize(join(dirname(file), target));
      if (!await exists(path)) broken.push(`${file}: ${target}`);
    }
  }
  deepStrictEqual(broken, []);
});

Deno.test("every npm package is pinned to one version", async () => {
  const { imports }: { imports: Record<string, string> } = JSON.parse(await readText("deno.json"));
  const loose = Object.values(imports).filter((it) =>
    !/^npm:(@[^/]+\/)?[^@/]+@\d+\.\d+\.\d+\S*$/.test(it)
  );
  deepStrictEqual(loose, []);
});

async function trackedFiles(): Promise<string[]> {
  const { stdout } = await new Deno.Command("git", {
    args: ["ls-files", "--cached", "--others", "--exclude-standard"],
    cwd: root,
  }).output();
  const names = new TextDecoder().decode(stdout).split("\n");
  return names.filter((name) => name !== "");
}

async function readText(file: string): Promise<string> {
  return await Deno.readTextFile(new URL(file, root)).catch((error) => {
    // Deleted but not committed yet.
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  });
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(new URL(path, root)).then(() => true, () => false);
}
