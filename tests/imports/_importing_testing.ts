/** Hubs that import services, and what callers of them see. */
import type { FlagValues } from "../../src/config/mod.ts";
import { newMasterKey, parseMasterKey } from "../../src/crypto/mod.ts";
import { startHub } from "../../src/start_hub.ts";
import { hubEnvironment, operatorOf } from "../calls/_hubs_testing.ts";
import { testConfig } from "../harness/hub.ts";
import { until } from "../harness/until.ts";

/** What a call over HTTP came to. */
export interface Answered {
  readonly status: number;
  /** What is in it is what tests look at. */
  readonly body: Awaited<ReturnType<Response["json"]>>;
}

/** A call. */
export interface Called {
  readonly operation: string;
  readonly input: unknown;
}

/** A node, as somebody with a key sees it. */
export interface Importing {
  readonly url: string;
  call(operation: string, input?: unknown): Promise<Answered>;
  /** What many calls came to, fifty at a time. */
  batch(calls: readonly Called[]): Promise<readonly Answered["body"][]>;
  /** The events of a subscription, as text. */
  subscribe(operation: string, input?: unknown): Promise<string>;
  /** Waits for the first event of a subscription, and leaves it. */
  leave(operation: string): Promise<string>;
  get(path: string): Promise<Answered>;
  /** Names of what is found, in order, once these are. */
  names(query: string, expected: readonly string[]): Promise<void>;
  /** Names of what is found, the best first. */
  found(query: string): Promise<readonly string[]>;
  /** How an import is, once it is as wanted. */
  status(namespace: string, isWanted?: (status: Status) => boolean): Promise<Status>;
  /** Loads an import now. */
  refresh(namespace: string): Promise<Status>;
}

/** How an import is. */
export interface Status {
  readonly state: string;
  readonly operations: number;
  readonly skipped: readonly { readonly what: string; readonly reason: string }[];
  readonly skippedCount: number;
  readonly failures: number;
  readonly location: string;
  readonly loadedAt?: number;
  readonly nextAt?: number;
  readonly error?: string;
}

/** A hub, and who asks it. */
export interface ImportingHub extends AsyncDisposable {
  /** Its nodes, as their administrator sees them. */
  readonly nodes: readonly Importing[];
  /** The first of them. */
  readonly admin: Importing;
  /** The first node, as somebody with no more than these scopes sees it. */
  as(...scopes: string[]): Promise<Importing>;
  setSecret(provider: string, token: string, account?: string): Promise<void>;
  spoke(name: string): Promise<string>;
}

const HASH_KEY = "0123456789abcdef0123456789abcdef";

/** Starts a hub that imports; its services may be at private addresses. */
export async function startImporting(
  imports: Readonly<Record<string, object>>,
  { nodes: count = 1, flags = {} }: { readonly nodes?: number; readonly flags?: FlagValues } = {},
): Promise<ImportingHub> {
  await using stack = new AsyncDisposableStack();
  const { env } = stack.use(await hubEnvironment());
  const masterKeys = [parseMasterKey(newMasterKey())];
  const entries = Object.entries(imports);
  const config = await testConfig({
    ...{ realm: env.HUB_REALM, nats: { url: env.NATS_URL }, postgres: { url: env.DATABASE_URL } },
    ...{ http: { port: 0 }, shutdown: { lingerMs: 0 }, auth: { hashKey: HASH_KEY } },
    imports: Object.fromEntries(
      entries.map(([name, one]) => [name, { allowPrivate: true, ...one }]),
    ),
    ...flags,
  });
  const urls: string[] = [];
  for (let at = 0; at < count; at++) {
    urls.push(stack.use(await startHub(config, { masterKeys })).url);
  }
  const { key, spoke } = stack.use(await operatorOf(env));
  const adminKey = await key("admin", "spokes:call", "credentials:write");
  const [admin, ...others] = urls.map((url) => seen(url, adminKey));
  if (admin === undefined) throw new RangeError("A hub has at least one node");
  const parts = stack.move();
  return {
    ...{ nodes: [admin, ...others], admin, spoke },
    as: async (...scopes) => seen(admin.url, await key(...scopes)),
    async setSecret(provider, token, account) {
      const input = {
        ...{ provider, credential: { kind: "bearer", token } },
        ...(account === undefined ? {} : { account }),
      };
      const { status, body } = await admin.call("/hub/credentials/set", input);
      if (status !== 200) throw new Error(`The secret was not set: ${JSON.stringify(body)}`);
    },
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}

function seen(url: string, key: string): Importing {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const post = (path: string, body: unknown) =>
    fetch(`${url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  const call = async (operation: string, input: unknown = {}) => {
    const response = await post("/call", { operation, input });
    return { status: response.status, body: await response.json() };
  };
  const get = async (path: string) => {
    const response = await fetch(`${url}${path}`, { headers });
    return { status: response.status, body: await response.json() };
  };
  const found = async (query: string): Promise<readonly string[]> => {
    const { body } = await get(`/search?query=${query}&limit=500`);
    return body.output.operations.map(({ name }: { name: string }) => name);
  };
  const find = async (namespace: string): Promise<Status> => {
    const { status, body } = await call("/hub/imports/list");
    if (status !== 200) throw new Error(`The list of imports: ${JSON.stringify(body)}`);
    return body.output.imports.find((each: { namespace: string }) => each.namespace === namespace);
  };
  return {
    ...{ url, call, get },
    subscribe: async (operation, input = {}) =>
      await (await post("/subscribe", { operation, input })).text(),
    async batch(calls) {
      const results: Answered["body"][] = [];
      for (let at = 0; at < calls.length; at += 50) {
        const response = await post("/batch", calls.slice(at, at + 50));
        results.push(...(await response.json()).results);
      }
      return results;
    },
    async leave(operation) {
      const leaving = new AbortController();
      const body = JSON.stringify({ operation, input: {} });
      const { signal } = leaving;
      const response = await fetch(`${url}/subscribe`, { method: "POST", headers, body, signal });
      const first = await response.body?.getReader().read();
      leaving.abort();
      return new TextDecoder().decode(first?.value);
    },
    found,
    names: async (query, expected) =>
      void await until(async () => {
        const names = (await found(query)).toSorted();
        if (names.join() === expected.join()) return true;
        throw new Error(`Found ${names.join()}`);
      }, { what: `"${query}" to find ${expected.join()}` }),
    status: (namespace, isWanted = ({ state }) => state === "ok") =>
      until(async () => {
        const status = await find(namespace);
        return isWanted(status) ? status : undefined;
      }, { what: `${namespace} to be as wanted` }),
    refresh: async (namespace) => (await call("/hub/imports/refresh", { namespace })).body.output,
  };
}
