/** Spokes and hub nodes as processes, which a test kills, stops and measures. */
import { fileURLToPath } from "node:url";
import { type HubProcess, spawnHub } from "../harness/hub.ts";
import { hubEnvironment, type Hubs, operatorOf, type Place, socketUrl } from "./_hubs_testing.ts";

/** A spoke in a process of its own. */
export interface SpokeProcess extends AsyncDisposable {
  readonly pid: number;
  signal(signal: Deno.Signal): void;
}

/** Starts a spoke that offers what `connectSpoke()` of the routing's tests does. */
export async function startSpokeProcess(
  { url }: Place,
  name: string,
  token: string,
): Promise<SpokeProcess> {
  const program = fileURLToPath(new URL("_spoke_process.ts", import.meta.url));
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", program, url, name, token],
    ...{ stdin: "null", stdout: "piped", stderr: "inherit" },
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  let isGone = false;
  const gone = child.status.then(() => void (isGone = true));
  return {
    pid: child.pid,
    signal: (signal) => child.kill(signal),
    async [Symbol.asyncDispose]() {
      if (!isGone) child.kill("SIGKILL");
      await gone;
      await reader.cancel();
    },
  };
}

/** A hub whose nodes are processes. */
export interface HubProcesses extends Hubs {
  readonly processes: readonly HubProcess[];
}

/** What its processes are told on top of what all are. */
export interface SpawnHubsOptions {
  /** Default: the NATS that tests share. */
  readonly natsUrl?: string;
  /** How long a node may be silent. */
  readonly silentMs?: number;
}

/** Starts `count` processes of one hub. */
export async function spawnHubs(
  count: number,
  { natsUrl, silentMs }: SpawnHubsOptions = {},
): Promise<HubProcesses> {
  await using stack = new AsyncDisposableStack();
  const shared = stack.use(await hubEnvironment(natsUrl));
  const own = silentMs === undefined ? {} : { HUB_NODE_SILENT_MS: String(silentMs) };
  const env = { ...shared.env, ...own };
  const spawn = () => stack.use(spawnHub({ args: [], env }));
  // The first makes the streams, and the installation.
  const first = spawn();
  await first.ready;
  const processes = [first, ...Array.from({ length: count - 1 }, spawn)];
  const urls = await Promise.all(processes.map(({ ready }) => ready));
  const world = stack.use(await operatorOf(env));
  const parts = stack.move();
  return {
    ...world,
    processes,
    nodes: urls.map((url) => ({ url: socketUrl(url) })),
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}

/** Memory of a process that is its own, in bytes. */
export async function memoryOf(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}
