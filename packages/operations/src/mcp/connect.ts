/**
 * Connects clients to servers.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { anySdk } from "./any_sdk.ts";
import type { MCPLink } from "./connection.ts";
import { handshakeSdk } from "./handshake_sdk.ts";
import { openTransport } from "./transport.ts";
import type { MCPClient, MCPClientConfig } from "./types.ts";

const log = getLogger("operations:mcp");

/** Connects a new client, as the configuration says. */
export async function connect(name: string, config: MCPClientConfig): Promise<MCPLink> {
  const sdk = config.revisions === "any" ? anySdk : handshakeSdk;
  const transport = await openTransport(name, { config, sdk });
  const client = await sdk.client({ name: `alkdev-${name}`, version: "1.0.0" }, config);
  try {
    await client.connect(transport, timeoutOf(config));
    return { client, transport };
  } catch (error) {
    await closeQuietly(name, client);
    throw error;
  }
}

/** Closes a client that nobody needs; why that fails is logged. */
export async function closeQuietly(name: string, client: MCPClient): Promise<void> {
  await client.close().catch((error) => log.error("client cannot be closed", { name, error }));
}

/** How long one request may take, in the SDKs' words. */
export function timeoutOf({ timeoutMs }: MCPClientConfig): { timeout?: number } {
  return timeoutMs === undefined ? {} : { timeout: timeoutMs };
}
