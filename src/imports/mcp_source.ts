/**
 * Operations of MCP servers: their tools.
 *
 * @module
 */
import { CallError, InfrastructureErrorCode } from "@alkdev/operations";
import {
  closeMCPClient,
  createMCPClient,
  type MCPClientConfig,
  type MCPClientWrapper,
} from "@alkdev/operations/from-mcp";
import { collectOperations } from "./collect_operations.ts";
import { importHash } from "./import_hash.ts";
import type { ImportSettings } from "./import_settings.ts";
import type { ImportSource, LoadedImport } from "./import_source.ts";
import { openOutbound } from "./outbound.ts";

/** What an import of a server needs. */
export interface McpSourceOptions {
  readonly settings: ImportSettings;
  /** The secret of the moment; undefined where there is none now. */
  readonly secret: () => string | undefined;
}

type Tools = MCPClientWrapper["tools"];

/** A call may take ten minutes, and some servers answer with nothing before they answer. */
const HEADERS_MS = 610_000;
/** More than any import may have, before some of them are chosen. */
const MAX_TOOLS = 10_000;

/**
 * Opens an import of a server; nothing is asked for yet. One connection serves all calls: one over which
 * tools cannot be listed goes on until another has taken its place.
 */
export function openMcpSource({ settings, secret }: McpSourceOptions): ImportSource {
  const { namespace, maxResponseBytes, allowPrivate } = settings;
  const outbound = openOutbound({ allowPrivate, maxResponseBytes, headersTimeoutMs: HEADERS_MS });
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of listeners) listener();
  };
  const config = clientConfig(settings, {
    // A session may belong to whoever began it: listing the tools shows whether it still serves.
    secret: noticing(secret, tell),
    ...{ fetch: outbound.fetch, onToolsChanged: tell },
  });
  /** All that are open: the present one, one that is to follow it, and those with calls to end. */
  const open = new Set<MCPClientWrapper>();
  let present: MCPClientWrapper | undefined;
  let isSuspect = false;
  let known: string | undefined;
  let isClosed = false;

  async function connect(): Promise<MCPClientWrapper> {
    const connected = await createMCPClient(namespace, config);
    open.add(connected);
    if (!isClosed) return connected;
    await close(connected);
    throw new Error("the import was closed");
  }

  async function close(client: MCPClientWrapper): Promise<void> {
    open.delete(client);
    await closeMCPClient(client);
  }

  /** Lets a connection end the calls that it has. */
  function drain(client: MCPClientWrapper): void {
    client.drain?.().then(() => open.delete(client));
  }

  async function listTools(listed: () => Promise<Tools>) {
    try {
      return await listed();
    } catch (error) {
      // The connection looks after a server that is away. One that refuses is begun anew next time.
      isSuspect ||= !isAway(error);
      throw error;
    }
  }

  async function collect(tools: Tools, signal: AbortSignal) {
    return await collectOperations(tools, {
      ...{ settings, signal, titleOf: ({ name }) => name },
      grants: { provenance: "FromMCP" },
    });
  }

  const hashOf = (tools: Tools) => importHash(namespace, JSON.stringify(tools));

  async function load(signal: AbortSignal): Promise<LoadedImport | undefined> {
    if (present?.listTools === undefined || isSuspect) return await loadAnew(signal);
    const tools = await listTools(present.listTools);
    const hash = hashOf(tools);
    if (hash === known) return undefined;
    const collected = await collect(tools, signal);
    known = hash;
    return { hash, ...collected };
  }

  /** Operations of a new connection are other ones, though they may look the same. */
  async function loadAnew(signal: AbortSignal): Promise<LoadedImport> {
    const connected = await connect();
    try {
      const hash = hashOf(connected.tools), former = present;
      const collected = await collect(connected.tools, signal);
      present = connected;
      isSuspect = false;
      known = hash;
      return { hash, ...collected, onPublished: () => former && drain(former) };
    } catch (error) {
      await close(connected);
      throw error;
    }
  }

  return {
    load,
    onChanged: (listener) => void listeners.add(listener),
    async [Symbol.asyncDispose]() {
      isClosed = true;
      listeners.clear();
      try {
        await Promise.all(Array.from(open, close));
      } finally {
        outbound[Symbol.dispose]();
      }
    },
  };
}

/** The same secret; tells whenever it has become another. */
function noticing(
  secret: () => string | undefined,
  onChange: () => void,
): () => string | undefined {
  let last: string | undefined;
  return () => {
    const found = secret();
    if (found !== last && last !== undefined) onChange();
    last = found;
    return found;
  };
}

function isAway(error: unknown): boolean {
  return error instanceof CallError && error.retryable;
}

function clientConfig(
  { namespace, location, headers, timeoutMs, credential }: ImportSettings,
  { secret, ...parts }: Pick<McpSourceOptions, "secret"> & Partial<MCPClientConfig>,
): MCPClientConfig {
  // Nothing here starts a program: servers are reached at an address, or not at all.
  const config: MCPClientConfig = {
    ...{ url: location, headers: { ...headers }, timeoutMs, maxTools: MAX_TOOLS },
    ...{ revisions: "any", results: "mcp", patterns: "shown", ...parts },
  };
  if (credential === undefined) return config;
  return {
    ...config,
    token() {
      const found = secret();
      if (found !== undefined) return found;
      // Without it the server would take the hub for somebody else.
      const message = `Cannot call ${namespace}: there is no credential for it`;
      const details = { reason: "credential_unavailable" };
      throw new CallError(InfrastructureErrorCode.EXECUTION_ERROR, message, details);
    },
  };
}
