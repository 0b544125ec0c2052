/**
 * The SDK of all revisions: it asks a server whether it speaks the one without sessions, and begins
 * with a handshake where it does not.
 *
 * @module
 */
import type { Client, Transport } from "@modelcontextprotocol/client";
import { type ChangeStream, followChanges } from "./change_stream.ts";
import { MAX_PAGES, type MCPSdk, toldOfChanges, UNCHECKED } from "./sdk.ts";
import type { MCPClient, MCPTransport } from "./types.ts";

/** `@modelcontextprotocol/client`. */
export const anySdk: MCPSdk = {
  async http(url, options) {
    const { StreamableHTTPClientTransport } = await import("@modelcontextprotocol/client");
    return new StreamableHTTPClientTransport(url, options);
  },
  async stdio(options) {
    const { StdioClientTransport } = await import("@modelcontextprotocol/client/stdio");
    return new StdioClientTransport(options);
  },
  async client(about, { onToolsChanged, patterns }) {
    const { Client } = await import("@modelcontextprotocol/client");
    const client = new Client(about, {
      versionNegotiation: { mode: "auto" },
      // Whatever a server asks back is declined.
      inputRequired: { autoFulfill: false },
      listMaxPages: MAX_PAGES,
      ...(onToolsChanged === undefined ? {} : { listChanged: toldOfChanges(onToolsChanged) }),
      ...(patterns === "shown" ? { jsonSchemaValidator: UNCHECKED } : {}),
    });
    return clientOf(client, onToolsChanged);
  },
};

function clientOf(client: Client, onToolsChanged: (() => void) | undefined): MCPClient {
  const changes: ChangeStream | undefined = onToolsChanged && followChanges(client, onToolsChanged);
  return {
    get transport() {
      return client.transport;
    },
    async connect(transport, options) {
      await client.connect(transportOf(transport), options);
      changes?.begun();
    },
    async listTools(_page, options) {
      // Before it is asked, so that no change is missed in between.
      await changes?.ensure(options);
      // All pages, and never what it remembers: whoever asks wants to know how it is now.
      return await client.listTools(undefined, { ...options, cacheMode: "refresh" });
    },
    callTool: (params, _schema, options) => client.callTool(params, options),
    close: () => client.close(),
  };
}

function transportOf(transport: MCPTransport): Transport {
  // Made by this SDK, a few lines above.
  return transport as Transport;
}
