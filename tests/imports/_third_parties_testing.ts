/**
 * Programs and documents of others, from their npm packages in pinned versions. They are fetched into
 * Deno's cache when a test first asks for them, and are no part of this project: neither its lock file
 * nor its packages know them.
 *
 * @module
 */
import { freePort } from "../../src/embedded/free_port.ts";
import { until } from "../harness/until.ts";

/** The reference server of MCP, which has a tool of each kind. */
const MCP_SERVER = "npm:@modelcontextprotocol/server-everything@2026.8.31";
/** The API of GitHub as it was at the end of 2020: 706 operations, and 8 MB to fetch. */
const GITHUB = "npm:@octokit/openapi@2.2.1/generated/api.github.com.json";
/** Time to fetch a package over a slow line. */
const FETCH_MS = 120_000;

const APART = ["--no-lock", "--no-config", "--node-modules-dir=none", "--quiet"];

/** A document as its package has it. */
export async function githubDocument(): Promise<string> {
  const script = `import document from ${JSON.stringify(GITHUB)} with { type: "json" };
    await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(document)));`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", ...APART, "--allow-all", "-"],
    ...{ stdin: "piped", stdout: "piped", stderr: "piped" },
  }).spawn();
  await new Blob([script]).stream().pipeTo(child.stdin);
  const { success, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (!success) throw new Error(`The document cannot be fetched: ${text(stderr)}`);
  return text(stdout);
}

/** A server that runs until it is disposed of. */
export interface McpProgram extends AsyncDisposable {
  readonly url: string;
}

/** Starts the reference server of MCP over streamable HTTP. */
export async function startMcpProgram(): Promise<McpProgram> {
  const port = freePort();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", ...APART, "--allow-all", MCP_SERVER, "streamableHttp"],
    env: { PORT: String(port) },
    ...{ stdin: "null", stdout: "piped", stderr: "piped" },
  }).spawn();
  let printed = "", hasEnded = false;
  const read = async (bytes: ReadableStream<Uint8Array>) => {
    for await (const text of bytes.pipeThrough(new TextDecoderStream())) printed += text;
  };
  const ended = Promise.all([child.status, read(child.stdout), read(child.stderr)])
    .then(() => hasEnded = true);
  await until(() => hasEnded || printed.includes("listening on port"), {
    what: "the MCP server to listen",
    timeoutMs: FETCH_MS,
  });
  if (hasEnded) throw new Error(`The MCP server has ended: ${printed}`);
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
