import { strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { libraryId, nameOfLibraryId, parseOperationName, registryName, wireId } from "./names.ts";

const long = "a".repeat(64);

// call-protocol.md §4
const rows: readonly [string, string | undefined][] = [
  ["/fs/readFile", "fs/readFile"],
  ["fs/readFile", "fs/readFile"],
  ["//fs/readFile", undefined],
  ["/docker/container/exec", "docker/container/exec"],
  ["/a/b/c/d/e/f", "a/b/c/d/e/f"],
  ["/a/b/c/d/e/f/g", undefined],
  ["/a", "a"],
  ["", undefined],
  ["/", undefined],
  ["/fs/", undefined],
  ["/fs//x", undefined],
  ["/fs/.", undefined],
  ["/fs/..", undefined],
  ["/fs/.hidden", undefined],
  ["/fs/a.b-c_d", "fs/a.b-c_d"],
  ["/fs/-a", undefined],
  ["/fs/a%2Fb", undefined],
  ["/fs/a b", undefined],
  ["/fs/é", undefined],
  ["/fs/a\n", undefined],
  ["/fs/*", undefined],
  [`/${long}`, long],
  [`/${long}a`, undefined],
  [
    `/${[long, long, long, "a".repeat(61)].join("/")}`,
    [long, long, long, "a".repeat(61)].join("/"),
  ],
  [`/${[long, long, long, "a".repeat(62)].join("/")}`, undefined],
  ["x".repeat(1_000_000), undefined],
];
for (const [text, name] of rows) {
  Deno.test(`parseOperationName() reads ${JSON.stringify(text.slice(0, 40))} as ${name?.slice(0, 20)}`, () => {
    strictEqual(parseOperationName(text), name);
  });
}

Deno.test("a library id is split at its first dot only", () => {
  strictEqual(nameOfLibraryId("fs.readFile"), "fs/readFile");
  strictEqual(nameOfLibraryId("fs.read.file"), "fs/read.file");
  strictEqual(nameOfLibraryId("docker.container/exec"), "docker/container/exec");
  strictEqual(nameOfLibraryId("nodot"), undefined);
  strictEqual(nameOfLibraryId(".x"), undefined);
});

Deno.test("a namespace with a dot or a slash has no registry name", () => {
  strictEqual(registryName({ namespace: "a.b", name: "c" }), undefined);
  strictEqual(registryName({ namespace: "a/b", name: "c" }), undefined);
  strictEqual(registryName({ namespace: "a", name: "b.c" }), "a/b.c");
});

Deno.test("names survive the way to the wire and back, and to the library and back", () => {
  const segment = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,20}$/);
  fc.assert(fc.property(fc.array(segment, { minLength: 2, maxLength: 6 }), (segments) => {
    const name = segments.join("/");
    strictEqual(parseOperationName(wireId(name)), name);
    strictEqual(nameOfLibraryId(libraryId(name)), name);
  }));
});
