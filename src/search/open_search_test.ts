import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { OperationType } from "@alkdev/operations";
import { Type } from "@sinclair/typebox";
import type { SearchRequest } from "../../bridges/ports.ts";
import { searchOver, spoke } from "./_spokes_testing.ts";

const ANN = { id: "ann", scopes: ["spokes:call"] };

const FILES = {
  "fs/readFile": { description: "Gives the content of a file", tags: ["disk"] },
  "fs/writeFile": {
    description: "Puts content into a file",
    inputSchema: Type.Object({ path: Type.String(), overwrite: Type.Boolean() }),
  },
  "fs/list": { description: "Names all entries of a folder" },
};

for (
  const [what, query, expected] of [
    ["a name", "readFile", "dev1/fs/readFile"],
    ["a name in other case", "READFILE", "dev1/fs/readFile"],
    ["a name as two words", "read file", "dev1/fs/readFile"],
    ["a full name", "/dev1/fs/readFile", "dev1/fs/readFile"],
    ["the beginning of a name", "wri", "dev1/fs/writeFile"],
    ["the middle of a name", "itefi", "dev1/fs/writeFile"],
    ["words of a description", "entries folder", "dev1/fs/list"],
    ["a plural", "folders", "dev1/fs/list"],
    ["a tag", "disk", "dev1/fs/readFile"],
    ["a field", "overwrite", "dev1/fs/writeFile"],
    ["letters swapped", "raed", "dev1/fs/readFile"],
    ["a letter missing", "folde", "dev1/fs/list"],
    ["a letter too many", "writte", "dev1/fs/writeFile"],
    ["two letters wrong in a long word", "overwridde", "dev1/fs/writeFile"],
    ["a sentence", "how do I read the content of a file", "dev1/fs/readFile"],
    ["accents", "réad", "dev1/fs/readFile"],
  ] as const
) {
  Deno.test(`a search for ${what} ("${query}") finds ${expected} first`, () => {
    const { find } = searchOver([spoke("dev1", FILES)]);
    strictEqual(find(query)[0], expected);
  });
}

for (const query of ["qqqqqq", "!!!", "x"]) {
  Deno.test(`a search for "${query}" finds nothing`, () => {
    deepStrictEqual(searchOver([spoke("dev1", FILES)]).find(query), []);
  });
}

Deno.test("words in scripts without spaces are found within others", () => {
  const { find } = searchOver([spoke("dev1", { "a/b": { description: "读取文件内容" } })]);
  deepStrictEqual(find("文件内"), ["dev1/a/b"]);
});

Deno.test("what has more of the words comes first, then what has them in its name", () => {
  const { find } = searchOver([spoke("dev1", {
    "a/other": { description: "read an invoice" },
    "a/invoice": { description: "something" },
    "a/readInvoice": {},
    "a/write": { description: "an invoice" },
  })]);
  deepStrictEqual(find("read invoice"), [
    "dev1/a/readInvoice",
    "dev1/a/other",
    "dev1/a/invoice",
    "dev1/a/write",
  ]);
});

Deno.test("the right word comes before one that is like it", () => {
  const { find } = searchOver([spoke("dev1", { "a/cart": {}, "a/card": {}, "a/cartoon": {} })]);
  deepStrictEqual(find("cart"), ["dev1/a/cart", "dev1/a/cartoon"]);
  deepStrictEqual(find("carr").toSorted(), ["dev1/a/card", "dev1/a/cart"]);
});

Deno.test("a search that names a node finds what that node offers first", () => {
  const { find } = searchOver([spoke("alpha", FILES), spoke("beta", FILES)]);
  deepStrictEqual(find("beta read").slice(0, 2), ["beta/fs/readFile", "alpha/fs/readFile"]);
  deepStrictEqual(find("beta").toSorted(), [
    ...["beta/fs/list", "beta/fs/readFile", "beta/fs/writeFile"],
  ]);
});

Deno.test("what many nodes offer is kept once, and does not hide the rest", () => {
  const many = Array.from({ length: 500 }, (_, i) => spoke(`n${i}`, FILES));
  const { find, search } = searchOver([...many, spoke("z", { "z/profile": {} })]);
  strictEqual(search.size.documents, 4);
  const found = find("file");
  strictEqual(found.length, 100);
  deepStrictEqual(found.slice(0, 4).toSorted(), [
    ...["n0/fs/readFile", "n0/fs/writeFile", "n1/fs/readFile", "z/z/profile"],
  ]);
  strictEqual(new Set(found).size, 100);
});

Deno.test("nobody finds what they may not call, whatever they ask", () => {
  const { search, find } = searchOver(
    [spoke("dev1", { "a/open": {}, "a/secret": { scopes: ["top"] } })],
    { own: { "hub/keys/create": { scopes: ["admin"] }, "services/list": {} } },
  );
  deepStrictEqual(find(""), ["services/list", "dev1/a/open"]);
  deepStrictEqual(find("secret"), []);
  deepStrictEqual(find("dev1"), ["dev1/a/open"]);
  deepStrictEqual(find("secret", ["spokes:call", "top"]), ["dev1/a/secret"]);
  deepStrictEqual(find("", ["admin"]), ["hub/keys/create", "services/list"]);
  const nobody = search.find({ identity: null, query: "", limit: 10 });
  deepStrictEqual(nobody.operations.map(({ name }) => name), ["services/list"]);
});

Deno.test("what somebody may not call changes nothing of what they find", () => {
  const visible = { "a/customer": {}, "a/custom": {}, "b/getCustomer": { description: "cart" } };
  const hidden = Object.fromEntries(
    Array.from({ length: 2000 }, (_, i) => [`c/custmer${i}`, { scopes: ["top"] }]),
  );
  const exact = { "c/custmer": { scopes: ["top"] }, ...hidden };
  const alone = searchOver([spoke("dev1", visible)]);
  const among = searchOver([spoke("dev1", visible), spoke("dev2", exact)]);
  for (const query of ["custmer", "customer cart", "cust", "get custmer", ""]) {
    deepStrictEqual(among.find(query), alone.find(query), query);
  }
});

Deno.test("nodes that somebody may not call do not hide the one that they name", () => {
  const hidden = Array.from(
    { length: 100 },
    (_, i) => spoke(`build-${i}`, { "a/secret": { scopes: ["top"] } }),
  );
  const { find } = searchOver([...hidden, spoke("build-mine", { "a/open": {} })]);
  deepStrictEqual(find("build"), ["build-mine/a/open"]);
});

Deno.test("rules decide for each node what of it is found", () => {
  const access = { requiredScopes: ["spokes:call"] };
  const { find } = searchOver([spoke("dev1", FILES), spoke("dev2", FILES)], {
    rules: [
      { peer: "dev2", names: ["fs/list"], access: { requiredScopes: ["special"] } },
      { peer: "dev1", names: ["fs/read*"], access },
    ],
  });
  deepStrictEqual(find(""), ["dev1/fs/readFile"]);
  deepStrictEqual(find("", ["special"]), ["dev2/fs/list"]);
});

Deno.test("nodes come, change, move and go, and the search follows", () => {
  const { spokes, find, search } = searchOver([]);
  deepStrictEqual(find("read"), []);
  const entry = spoke("dev1", FILES);
  spokes.set(entry);
  deepStrictEqual(find("read"), ["dev1/fs/readFile"]);
  spokes.set({ ...entry, node: "n2", revision: entry.revision + 1 });
  deepStrictEqual(find("read"), ["dev1/fs/readFile"]);
  spokes.set({ ...spoke("dev1", { "fs/copy": {} }), revision: 1e9 });
  deepStrictEqual([find("read"), find("copy")], [[], ["dev1/fs/copy"]]);
  spokes.delete("dev1", Infinity);
  deepStrictEqual(find(""), []);
  deepStrictEqual(search.size, { documents: 0, words: 0, waiting: 0 });
});

Deno.test("while a node's operations are looked at anew, those before are found, and never none", async () => {
  const many = (word: string) =>
    Object.fromEntries(Array.from({ length: 90 }, (_, i) => [`a/${word}${i}`, {}]));
  // Much less than it takes.
  const { spokes, find, search } = searchOver([spoke("dev1", many("former"))], { sliceMs: 0.1 });
  const turn = () => new Promise((resolve) => setTimeout(resolve, 0));
  while (search.size.waiting > 0) await turn();
  strictEqual(find("").length, 90);
  spokes.set({ ...spoke("dev1", many("latter")), revision: 1e9 });
  const seen: string[] = [];
  for (; search.size.waiting > 0; await turn()) seen.push(find("").join());
  seen.push(find("").join());
  const [former = "", latter = ""] = [...new Set(seen)];
  deepStrictEqual([former.split(",").length, latter.split(",").length], [90, 90]);
  ok(former.includes("former1") && latter.includes("latter1"));
  strictEqual(new Set(seen).size, 2);
  strictEqual(search.size.documents, 90);
});

Deno.test("a search that is disposed of follows no more", () => {
  const { spokes, find, search } = searchOver([]);
  search[Symbol.dispose]();
  spokes.set(spoke("dev1", FILES));
  deepStrictEqual(find(""), []);
});

Deno.test("ten thousand comings and goings leave nothing behind", () => {
  const { spokes, find, search } = searchOver([spoke("stays", FILES)]);
  const before = search.size;
  for (let i = 0; i < 10_000; i++) {
    spokes.set(spoke("comes", { [`a/op${i % 100}x${i}`]: { description: `word${i} shared` } }));
    if (i % 3 === 0) spokes.delete("comes", Infinity);
  }
  spokes.delete("comes", Infinity);
  deepStrictEqual(search.size, before);
  deepStrictEqual(find("read"), ["stays/fs/readFile"]);
});

Deno.test("namespace, types and peers narrow what is found", () => {
  const { search } = searchOver(
    [spoke("dev1", { ...FILES, "log/tail": { type: OperationType.SUBSCRIPTION } })],
    { own: { "fs/own": { description: "file" } } },
  );
  const names = (about: Partial<SearchRequest>) =>
    search.find({ identity: ANN, limit: 100, ...about }).operations.map(({ name }) => name);
  deepStrictEqual(names({ types: ["subscription"] }), ["dev1/log/tail"]);
  deepStrictEqual(names({ namespace: "log" }), ["dev1/log/tail"]);
  deepStrictEqual(names({ query: "file", peers: false }), ["fs/own"]);
  deepStrictEqual(names({ peers: false }), ["fs/own"]);
  deepStrictEqual(names({ query: "tail", namespace: "fs" }), []);
});

for (const query of ["", "file"]) {
  Deno.test(`the pages of a search for "${query}" hold everything once`, () => {
    const entries = Array.from({ length: 30 }, (_, i) => spoke(`n${i}`, FILES));
    const { search } = searchOver(entries, { own: { "hub/file": {} } });
    const whole = search.find({ identity: ANN, query, limit: 500 });
    strictEqual(whole.nextCursor, undefined);
    const paged: string[] = [];
    let cursor: string | undefined;
    do {
      const page = search.find({
        ...{ identity: ANN, query, limit: 7 },
        ...(cursor === undefined ? {} : { cursor }),
      });
      paged.push(...page.operations.map(({ name }) => name));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    deepStrictEqual(paged, whole.operations.map(({ name }) => name));
    ok(paged.length > 60);
  });
}

Deno.test("a list by name goes on where it was, whatever has come and gone", () => {
  const { search, spokes } = searchOver(["a", "b", "c"].map((id) => spoke(id, FILES)));
  const first = search.find({ identity: ANN, limit: 4 });
  spokes.delete("b", Infinity);
  spokes.set(spoke("aa", { "x/y": {} }));
  const next = search.find({ identity: ANN, limit: 3, cursor: first.nextCursor ?? "" });
  deepStrictEqual(next.operations.map(({ name }) => name), [
    ...["c/fs/list", "c/fs/readFile", "c/fs/writeFile"],
  ]);
});

for (const [query, cursor] of [["", "o:10"], ["file", "n:a/b"], ["file", "o:-1"], ["", "x"]]) {
  Deno.test(`the cursor "${cursor}" is refused in a search for "${query}"`, () => {
    const { search } = searchOver([spoke("dev1", FILES)]);
    throws(
      () => search.find({ identity: ANN, limit: 1, query: query ?? "", cursor: cursor ?? "" }),
      {
        code: "VALIDATION_ERROR",
      },
    );
  });
}
