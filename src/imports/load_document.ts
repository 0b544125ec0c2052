/**
 * Reads documents: again only where they have changed.
 *
 * @module
 */
import { resolve } from "node:path";
import { redirectOf } from "@alkdev/operations/from-openapi";
import { isUrl } from "../config/mod.ts";

/** A document as text. */
export interface LoadedDocument {
  readonly text: string;
  /** Where it lies; undefined for a file. */
  readonly url: URL | undefined;
  /** What its server wants to be told the next time. */
  readonly validators: Validators;
}

/** What a server said of the version that it gave. */
export interface Validators {
  readonly etag?: string;
  readonly lastModified?: string;
}

/** How a document is read. */
export interface LoadDocumentOptions {
  readonly location: string;
  readonly fetch: typeof globalThis.fetch;
  readonly maxBytes: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Of the version that is known. */
  readonly validators: Validators;
}

const MAX_REDIRECTS = 3;
const ACCEPT = "application/json, application/yaml;q=0.9, text/yaml;q=0.9, */*;q=0.5";

/**
 * Reads a document from its address or file; undefined if its server says that it has not changed.
 *
 * @throws {Error} that says what is wrong.
 */
export async function loadDocument(
  options: LoadDocumentOptions,
): Promise<LoadedDocument | undefined> {
  if (!isUrl(options.location)) return await readFile(options);
  const { response, url } = await ask(options);
  if (response.status === 304) return undefined;
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`the document was answered with HTTP ${response.status}`);
  }
  const etag = response.headers.get("etag");
  const lastModified = response.headers.get("last-modified");
  return {
    text: await response.text(),
    url,
    validators: {
      ...(etag === null ? {} : { etag }),
      ...(lastModified === null ? {} : { lastModified }),
    },
  };
}

/** A document holds no secret and is sent none: it may lie elsewhere than where it is asked for. */
async function ask(
  { location, fetch, timeoutMs, signal, validators }: LoadDocumentOptions,
): Promise<{ readonly response: Response; readonly url: URL }> {
  const { etag, lastModified } = validators;
  const headers = {
    accept: ACCEPT,
    ...(etag === undefined ? {} : { "if-none-match": etag }),
    ...(lastModified === undefined ? {} : { "if-modified-since": lastModified }),
  };
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  let url = new URL(location);
  for (let count = 0;; count++) {
    const response = await fetch(url, { headers, signal: limit, redirect: "manual" });
    const next = response.status === 304 ? undefined : redirectOf(response, url);
    if (next === undefined) return { response, url };
    await response.body?.cancel();
    const isSafe = next.protocol === "https:" || next.protocol === url.protocol;
    if (!isSafe || !/^https?:$/.test(next.protocol)) {
      throw new Error(`the document was redirected to ${next.protocol}//${next.host}`);
    }
    if (count === MAX_REDIRECTS) throw new Error("the document was redirected too often");
    url = next;
  }
}

async function readFile(
  { location, maxBytes, signal }: LoadDocumentOptions,
): Promise<LoadedDocument> {
  const path = resolve(location);
  const { size, isFile } = await Deno.stat(path);
  if (!isFile) throw new Error("the document is no file");
  if (size > maxBytes) throw new Error(`the document is larger than ${maxBytes} bytes`);
  return { text: await Deno.readTextFile(path, { signal }), url: undefined, validators: {} };
}
