/**
 * Ways to MCP servers.
 *
 * @module
 */
import { CallError, InfrastructureErrorCode } from "../error.ts";
import type { MCPSdk } from "./sdk.ts";
import type { MCPClientConfig, MCPTransport } from "./types.ts";

/** The protocol's answer of servers that offer no stream. */
const NO_STREAM = 405;

/** Puts the token of the moment into each request. */
function authorizedFetch(
  token: NonNullable<MCPClientConfig["token"]>,
  fetch: typeof globalThis.fetch,
): typeof globalThis.fetch {
  return async (url, init) => {
    const headers = new Headers(init?.headers);
    const secret = await token();
    if (secret !== undefined) headers.set("Authorization", `Bearer ${secret}`);
    return await fetch(url, { ...init, headers });
  };
}

/**
 * Says of streams that are asked for by a transport which is closed that there are none. A failure it
 * would take for a loss, and wait to ask again for longer than it is there.
 */
function endingFetch(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  return async (url, init) => {
    try {
      return await fetch(url, init);
    } catch (error) {
      if (init?.method !== "GET" || init.signal?.aborted !== true) throw error;
      return new Response(null, { status: NO_STREAM });
    }
  };
}

/**
 * Makes the transport that the configuration of the server `name` asks for; it connects later.
 *
 * @throws {CallError} `EXECUTION_ERROR` if it asks for none.
 */
export async function openTransport(
  name: string,
  { config, sdk }: { readonly config: MCPClientConfig; readonly sdk: MCPSdk },
): Promise<MCPTransport> {
  const { url, command, args = [], env, cwd, headers, token } = config;
  if (url !== undefined) {
    const { fetch = globalThis.fetch.bind(globalThis) } = config;
    return await sdk.http(new URL(url), {
      ...(headers === undefined ? {} : { requestInit: { headers } }),
      fetch: endingFetch(token === undefined ? fetch : authorizedFetch(token, fetch)),
    });
  }
  if (command !== undefined) {
    return await sdk.stdio({
      command,
      args,
      ...(env === undefined ? {} : { env }),
      ...(cwd === undefined ? {} : { cwd }),
    });
  }
  throw new CallError(
    InfrastructureErrorCode.EXECUTION_ERROR,
    `Cannot connect to MCP server ${name}: its configuration has neither url nor command`,
  );
}
