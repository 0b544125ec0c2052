/**
 * One run: three hub processes, three nats-servers, clients that work, and faults; then peace, and
 * everything that clients were told is compared with what the logs hold.
 *
 * @module
 */
import { type Bus, openBus } from "@hub/bus";
import { createRandom, type Random } from "../../actors/runtime/_random.ts";
import { until } from "../harness/until.ts";
import { checkPast } from "./check_past.ts";
import { checkReplies } from "./check_replies.ts";
import { checkSnapshots } from "./check_snapshots.ts";
import { runClient } from "./client.ts";
import { type ChaosDurability, type Cluster, startCluster } from "./cluster.ts";
import { drawFaults, HUB_FAULTS, SERVER_FAULTS } from "./faults.ts";
import { findFollowUps } from "./follow_ups.ts";
import type { History, Looked, Sent } from "./history.ts";
import { type ChaosHub, openHub } from "./hubs.ts";
import { injectHubFaults, injectServerFaults } from "./inject.ts";
import { createActors } from "./plan.ts";
import { checkWatched, watchActor, type Watched } from "./watcher.ts";
import { type LogReader, openLogReader, type Raw, toLogs } from "./read_logs.ts";

/** What a run is made of. */
export interface ChaosOptions {
  /** The nats-server program. */
  readonly program: string;
  readonly databaseUrl: string;
  readonly realm: string;
  readonly seed: number;
  /** How long faults go on; all else comes on top of it. */
  readonly faultsMs: number;
  /** Default `replicated`. */
  readonly durability?: ChaosDurability;
  readonly clients?: number;
  readonly actors?: number;
  /** Folder in which the output of each hub is kept. */
  readonly logs?: string;
  /** Told what happens, as it happens. */
  readonly onStep?: (what: string) => void;
  /** Told now and then how many commands were answered. */
  readonly onProgress?: (answered: number) => void;
}

/** What a run has come to. */
export interface ChaosReport {
  /** What is wrong; empty if all is well. */
  readonly findings: readonly string[];
  readonly faults: readonly string[];
  readonly answered: number;
  readonly unknown: number;
  readonly refused: number;
  readonly looks: number;
  /** Events in the logs of the checked actors. */
  readonly events: number;
  /** The longest that a command took until it was answered, in milliseconds. */
  readonly longestMs: number;
}

const HUBS = ["h1", "h2", "h3"];
const WATCHED = ["a0", "a1"];
const HUBS_SUFFER = { acts: HUB_FAULTS, longestRestMs: 3_000 };
/** It takes servers some seconds to elect a leader. */
const SERVERS_SUFFER = { acts: SERVER_FAULTS, longestRestMs: 8_000 };
/** What was begun has to be answered by then, and what was asked for to be there. */
const CALM_MS = 120_000;
const PROGRESS_MS = 10_000;
const SHOWN = 20;

/** Runs once. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { program, realm, databaseUrl, seed, logs, durability = "replicated" } = options;
  const { onStep = () => {} } = options;
  await using stack = new AsyncDisposableStack();
  const cluster = stack.use(await startCluster(program, durability));
  const ports = cluster.servers.map(({ port }) => port);
  const hubs = HUBS.map((name) =>
    stack.use(openHub(name, { ports, realm, databaseUrl, durability, logs }))
  );
  await Promise.all(hubs.map((hub) => hub.start()));
  const open = async (name: string) => stack.use(await openClientBus(cluster, { name, realm }));
  const bus = await open("checker");
  const reader = await openLogReader(bus);
  // What is not whole yet has no majority to lose.
  await reader.lead("s1");
  onStep("three hubs and three servers are ready");
  await using watching = await startWatchers(open);
  const { history, faults } = await work({ ...options, hubs, cluster, open });
  onStep(`peace: ${history.sent.length} commands, ${history.looked.length} looks`);
  const { watched } = watching;
  const { messages, findings } = await check({ bus, reader, cluster, history, watched });
  const of = (is: Sent["outcome"]["is"]) => history.sent.filter(({ outcome }) => outcome.is === is);
  onStep(`checked with seed ${seed}`);
  return {
    findings: [...hubs.flatMap(({ deaths }) => deaths), ...findings],
    faults,
    answered: of("answered").length,
    unknown: of("unknown").length,
    refused: of("refused").length,
    looks: history.looked.length,
    events: [...toLogs(messages).values()].reduce((sum, log) => sum + log.length, 0),
    longestMs: Math.max(0, ...of("answered").map(({ begunAt, endedAt }) => endedAt - begunAt)),
  };
}

async function openClientBus(
  { url }: Cluster,
  { name, realm }: { readonly name: string; readonly realm: string },
): Promise<Bus> {
  const servers = url.split(",");
  return await openBus({ servers, name, realm, reconnectWaitMs: 100, pingIntervalMs: 1_000 });
}

/** Watches the first actors, until it is disposed of. */
async function startWatchers(
  open: WorkOptions["open"],
): Promise<AsyncDisposable & { readonly watched: readonly Watched[] }> {
  const stopping = new AbortController();
  const watched = WATCHED.map((actor) => ({ actor, places: [] as string[] }));
  const buses = await Promise.all(WATCHED.map((actor) => open(`watcher of ${actor}`)));
  const watchers = watched.map(({ actor, places }, at) => {
    const bus = buses[at];
    if (bus === undefined) throw new Error(`No connection to watch ${actor}`);
    const options = { actor, bus, signal: stopping.signal };
    return watchActor(options, (place) => void places.push(place));
  });
  return {
    watched,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await Promise.all(watchers);
    },
  };
}

interface WorkOptions extends ChaosOptions {
  readonly hubs: readonly ChaosHub[];
  readonly cluster: Cluster;
  readonly open: (name: string) => Promise<Bus>;
}

/** Lets clients work while faults happen, and until each has its answers. */
async function work(options: WorkOptions) {
  const { seed, hubs, cluster, faultsMs, onStep = () => {}, onProgress = () => {} } = options;
  const sent: Sent[] = [], looked: Looked[] = [], faults: string[] = [];
  const endAt = performance.now() + faultsMs;
  const isOver = () => performance.now() > endAt;
  const lane = (nth: number): Random => createRandom(seed * 1_000 + nth);
  const onFault = (what: string) => {
    faults.push(what);
    onStep(what);
  };
  const over = new AbortController();
  const answered = () => sent.filter(({ outcome }) => outcome.is === "answered").length;
  const telling = setInterval(() => onProgress(answered()), PROGRESS_MS);
  const actors = createActors(options.actors ?? 24);
  // Clients go on for as long as a fault does, and are answered in the peace after it.
  let stopped = false;
  const clients = Array.from({ length: options.clients ?? 10 }, async (_, nth) => {
    const name = `c${nth}`;
    await runClient({
      ...{ name, actors, bus: await options.open(name), random: lane(10 + nth) },
      ...{ until: () => stopped, signal: over.signal },
      onSent: (one) => void sent.push(one),
      onLooked: (one) => void looked.push(one),
    });
  });
  try {
    await Promise.all([
      injectHubFaults(drawFaults(lane(1), HUBS_SUFFER), { hubs, until: isOver, onFault }),
      injectServerFaults(drawFaults(lane(2), SERVERS_SUFFER), { cluster, until: isOver, onFault }),
    ]);
    stopped = true;
    const timer = setTimeout(() => over.abort(), CALM_MS);
    await Promise.all(clients).finally(() => clearTimeout(timer));
  } finally {
    stopped = true;
    over.abort();
    clearInterval(telling);
    await Promise.allSettled(clients);
  }
  return { history: { sent, looked }, faults };
}

interface CheckOptions {
  readonly bus: Bus;
  readonly reader: LogReader;
  readonly cluster: Cluster;
  readonly history: History;
  readonly watched: readonly Watched[];
}

/** Waits until the logs show all that was asked for, and checks everything. */
async function check(
  { bus, reader, cluster, history, watched }: CheckOptions,
): Promise<{ readonly messages: readonly Raw[]; readonly findings: readonly string[] }> {
  let messages: readonly Raw[] = [];
  const missing = () => {
    const logs = toLogs(messages);
    return [...findFollowUps(logs).missing, ...checkWatched(watched, logs).missing];
  };
  await until(async () => {
    messages = await reader.readAll();
    return missing().length === 0;
  }, { what: "all that was asked for", timeoutMs: CALM_MS }).catch(() => undefined);
  const logs = toLogs(messages);
  const findings = [
    ...checkReplies(history, logs),
    ...checkPast(history, logs),
    ...findFollowUps(logs).wrong,
    ...checkWatched(watched, logs).wrong,
    ...missing().map((what) => `${what} has never come`),
    ...history.sent.filter(({ outcome, tries }) => outcome.is === "unknown" && tries > 1)
      .map(({ event }) => `${event.label} got no answer in ${CALM_MS} ms of peace`),
    ...await checkSnapshots(bus, messages),
    ...await checkReplicas({ reader, cluster, messages }),
  ];
  const left = findings.length - SHOWN;
  return {
    messages,
    findings: left <= 0 ? findings : [...findings.slice(0, SHOWN), `and ${left} more`],
  };
}

/** Each server has the same logs, as it shows when it is their leader. */
async function checkReplicas(
  { reader, cluster, messages }: Pick<CheckOptions, "reader" | "cluster"> & {
    readonly messages: readonly Raw[];
  },
): Promise<string[]> {
  const findings: string[] = [];
  for (const { name } of cluster.servers) {
    await reader.lead(name);
    const theirs = await until(() => reader.readAll(), { what: `the logs of ${name}` });
    const odd = messages.find(({ seq, subject, body }) => {
      const other = theirs[seq - 1];
      return other?.subject !== subject || other.body !== body;
    });
    if (odd !== undefined) findings.push(`${name} has another message ${odd.seq} than the others`);
  }
  return findings;
}
