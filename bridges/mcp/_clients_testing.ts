/** The official clients of all revisions, as one; for tests. */
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as FormerClient } from "@modelcontextprotocol/sdk/client";
// @ts-types="@modelcontextprotocol/sdk/client/streamableHttp"
import { StreamableHTTPClientTransport as FormerTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { HANDSHAKES, STATELESS } from "./revisions.ts";

/** What both clients can be asked. */
export interface AnyClient extends AsyncDisposable {
  readonly revision: string | undefined;
  readonly instructions: string | undefined;
  readonly session: string | undefined;
  listTools(): Promise<{ tools: { name: string }[] }>;
  callTool(
    params: { name: string; arguments: Record<string, unknown> },
    options?: {
      signal?: AbortSignal;
      onprogress?: (
        told: {
          progress: number;
          total?: number | undefined;
          message?: string | undefined;
        },
      ) => void;
    },
  ): Promise<Record<string, unknown>>;
}

/** What a client says that it is. */
export const about = { name: "test", version: "1.0.0" };
/** How a client shows its token. */
export const authorizedBy = (token: string) => ({
  requestInit: { headers: { authorization: `Bearer ${token}` } },
});

/** The official client of the stateless revision, or of those before it. */
export const CLIENTS: Readonly<
  Record<string, (url: string, token?: string) => Promise<AnyClient>>
> = {
  async [STATELESS](url, token = "token-of-ann") {
    const client = new Client(about, { versionNegotiation: { mode: { pin: STATELESS } } });
    const transport = new StreamableHTTPClientTransport(new URL(url), authorizedBy(token));
    await client.connect(transport);
    return {
      revision: client.getNegotiatedProtocolVersion(),
      instructions: client.getInstructions(),
      session: transport.sessionId,
      listTools: () => client.listTools(),
      callTool: (params, options) => client.callTool(params, options),
      [Symbol.asyncDispose]: () => client.close(),
    };
  },
  async [HANDSHAKES[0]](url, token = "token-of-ann") {
    const client = new FormerClient(about);
    const transport = new FormerTransport(new URL(url), authorizedBy(token));
    // Its types leave out that what is optional may be undefined.
    // deno-lint-ignore no-explicit-any -- see above
    await client.connect(transport as any);
    return {
      revision: transport.protocolVersion,
      instructions: client.getInstructions(),
      session: transport.sessionId,
      listTools: () => client.listTools(),
      callTool: (params, options) => client.callTool(params, undefined, options),
      [Symbol.asyncDispose]: () => client.close(),
    };
  },
};
