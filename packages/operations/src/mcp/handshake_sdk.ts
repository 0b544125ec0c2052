/**
 * The SDK of the revisions that begin with a handshake, up to 2025-11-25.
 *
 * @module
 */
import { type MCPSdk, toldOfChanges, UNCHECKED } from "./sdk.ts";

/** `@modelcontextprotocol/sdk`. */
export const handshakeSdk: MCPSdk = {
  async http(url, options) {
    const { StreamableHTTPClientTransport } = await import(
      "@modelcontextprotocol/sdk/client/streamableHttp.js"
    );
    return new StreamableHTTPClientTransport(url, options);
  },
  async stdio(options) {
    const { StdioClientTransport } = await import("@modelcontextprotocol/sdk/client/stdio.js");
    return new StdioClientTransport(options);
  },
  async client(about, { onToolsChanged, patterns }) {
    const { Client } = await import("@modelcontextprotocol/sdk/client/index.js");
    return new Client(about, {
      ...(onToolsChanged === undefined ? {} : { listChanged: toldOfChanges(onToolsChanged) }),
      // The SDK would run them on answers, before anybody here sees those.
      ...(patterns === "shown" ? { jsonSchemaValidator: UNCHECKED } : {}),
    });
  },
};
