import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { loadDocument } from "./load_document.ts";

/** Loads from a service that redirects so, and remembers who was asked. */
function loading(redirects: Readonly<Record<string, string>>) {
  const asked: string[] = [];
  const fetch: typeof globalThis.fetch = (input) => {
    const url = String(input), location = redirects[url];
    asked.push(url);
    const headers = location === undefined ? {} : { location };
    return Promise.resolve(
      new Response("{}", { status: location === undefined ? 200 : 302, headers }),
    );
  };
  const load = (location: string) =>
    loadDocument({
      ...{ location, fetch, maxBytes: 100, timeoutMs: 60_000, validators: {} },
      signal: new AbortController().signal,
    });
  return { asked, load };
}

Deno.test("loadDocument() follows redirects, and knows where the document lies", async () => {
  const { asked, load } = loading({
    "http://a.example/doc": "https://a.example/doc",
    "https://a.example/doc": "https://b.example/v2/doc",
  });
  strictEqual((await load("http://a.example/doc"))?.url?.href, "https://b.example/v2/doc");
  deepStrictEqual(asked, [
    ...["http://a.example/doc", "https://a.example/doc", "https://b.example/v2/doc"],
  ]);
});

for (
  const [what, location, words] of [
    ["out of encryption", "http://a.example/doc", /redirected to http:\/\/a\.example/],
    ["to what is no address of the web", "ftp://a.example/doc", /redirected to ftp:\/\/a\.example/],
    ["for ever", "https://a.example/doc", /redirected too often/],
  ] as const
) {
  Deno.test(`loadDocument() follows no redirect ${what}`, async () => {
    const { asked, load } = loading({ "https://a.example/doc": location });
    await rejects(load("https://a.example/doc"), words);
    strictEqual(asked.length, what === "for ever" ? 4 : 1);
  });
}
