/** Nodes that a test kills or stops by a signal. */
import { fileURLToPath } from "node:url";

/** A node in a process of its own. */
export interface NodeProcess extends AsyncDisposable {
  readonly url: string;
  /** Sends a signal: SIGKILL, SIGSTOP, SIGCONT. */
  signal(signal: Deno.Signal): void;
}

/** Starts a node of `realm`, at a given port or at any. */
export async function startNodeProcess(realm: string, port = 0): Promise<NodeProcess> {
  const program = fileURLToPath(new URL("_node_process.ts", import.meta.url));
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", program, realm, String(port)],
    ...{ stdin: "piped", stdout: "piped", stderr: "inherit" },
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value = "" } = await lines.read();
  let isGone = false;
  const gone = child.status.then(() => void (isGone = true));
  return {
    url: value.trim(),
    signal: (signal) => child.kill(signal),
    async [Symbol.asyncDispose]() {
      if (!isGone) child.kill("SIGKILL");
      await gone;
      await lines.cancel();
      await child.stdin.close().catch(() => {}); // its other end is gone
    },
  };
}
