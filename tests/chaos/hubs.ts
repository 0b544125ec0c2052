/**
 * Hub processes that a test may kill, stop, cut off, and start again.
 *
 * @module
 */
import { type HubProcess, spawnHub } from "../harness/hub.ts";
import { fromFileUrl } from "../harness/paths.ts";
import { type Proxy, startProxy } from "../harness/proxy.ts";
import type { ChaosDurability } from "./cluster.ts";

/** What all hubs of a run have in common. */
export interface HubsOptions {
  readonly ports: readonly number[];
  readonly realm: string;
  readonly databaseUrl: string;
  readonly durability: ChaosDurability;
  /** Folder in which each hub's output is kept; without it, it is not. */
  readonly logs?: string | undefined;
}

/** One place where a hub runs; the process in it changes. */
export interface ChaosHub extends AsyncDisposable {
  readonly name: string;
  /** Whether a process is there and has said that it is ready. */
  readonly isReady: boolean;
  signal(signal: Deno.Signal): void;
  /** Ends the process and waits until it is gone; `SIGTERM` lets it hand over first. */
  end(signal: "SIGKILL" | "SIGTERM"): Promise<void>;
  /** Starts a process, and resolves once it is ready. Tries again, as a supervisor does. */
  start(): Promise<void>;
  /** Parts it from all servers; `freeze`: as if packets were lost. */
  part(how: "cut" | "freeze"): void;
  heal(): void;
  /** Processes that ended although nobody had told them to, with what they had said. */
  readonly deaths: readonly string[];
}

const KIND = fromFileUrl("../chaos/checked_kind.ts");
/** A start may fail as long as servers are down. */
const STARTS = 20;
const LAST_WORDS = 4_000;

/** Makes a place for a hub; no process runs in it yet. */
export function openHub(name: string, options: HubsOptions): ChaosHub {
  return new Place(name, options);
}

class Place implements ChaosHub {
  readonly name: string;
  readonly deaths: string[] = [];
  readonly #env: Record<string, string>;
  readonly #relays: readonly Proxy[];
  readonly #logs: string | undefined;
  #process: HubProcess | undefined;
  #isReady = false;
  #isClosed = false;

  constructor(name: string, { ports, realm, databaseUrl, durability, logs }: HubsOptions) {
    this.name = name;
    this.#logs = logs;
    this.#relays = ports.map((port) => startProxy({ port }));
    this.#env = {
      NATS_URL: this.#relays.map(({ port }) => `nats://127.0.0.1:${port}`).join(),
      DATABASE_URL: databaseUrl,
      HUB_REALM: realm,
      HUB_DURABILITY: durability,
      HUB_NATS_REPLICAS: "3",
      HUB_KINDS: KIND,
      HUB_AUTH_HASH_KEY: "a key that all hubs of this run share",
    };
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  signal(signal: Deno.Signal): void {
    this.#process?.kill(signal);
  }

  async end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    this.#isReady = false;
    process?.kill(signal);
    await process?.exited;
  }

  async start(): Promise<void> {
    for (let tries = 1; !this.#isClosed; tries++) {
      const process = spawnHub({ args: [], env: this.#env });
      this.#process = process;
      void process.exited.then(() => this.#keep(process));
      try {
        await process.ready;
      } catch (error) {
        if (this.#process !== process || tries === STARTS) throw error;
        continue;
      }
      this.#isReady = true;
      void process.exited.then(({ code, signal }) => {
        if (this.#process !== process) return;
        this.#isReady = false;
        const words = process.output().slice(-LAST_WORDS);
        this.deaths.push(`${this.name} ended by itself (${signal ?? code}):\n${words}`);
      });
      return;
    }
  }

  /** One process after the other, each with all that it has said. */
  #keep(process: HubProcess): void {
    if (this.#logs === undefined) return;
    const words = `--- process ${process.pid}\n${process.output()}`;
    Deno.writeTextFileSync(`${this.#logs}/${this.name}.log`, words, { append: true });
  }

  part(how: "cut" | "freeze"): void {
    for (const relay of this.#relays) relay[how]();
  }

  heal(): void {
    for (const relay of this.#relays) relay.heal();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    const process = this.#process;
    this.#process = undefined;
    await process?.[Symbol.asyncDispose]();
    this.heal();
    for (const relay of this.#relays) await relay[Symbol.asyncDispose]();
  }
}
