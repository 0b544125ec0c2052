/**
 * Renews the key of a spoke before it ends, and gets another where it has.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { Clock } from "../clock.ts";
import { CallError } from "../error.ts";
import type { KeySource } from "./connect_options.ts";
import { renewWithKey } from "./renew_with_key.ts";
import type { Remote } from "./remote.ts";

const log = getLogger("operations:spoke");

/** How a spoke that was enrolled by registration stays enrolled. */
export interface Renewal {
  /**
   * Keeps a new key where the next start of the program finds it. The one before opens for ten minutes
   * more; what is thrown is told to the log, and it is tried again as long as it is the time to. Who
   * closes the spoke waits for it, for five seconds at most.
   */
  readonly keep: (key: string) => void | Promise<void>;
  /**
   * The private key with which the spoke was registered, as PEM (PKCS #8): shown where every other key
   * is refused, such as after a long rest. Hubs take it where registration is on.
   */
  readonly privateKey?: KeySource;
}

/** What renewing needs. */
export interface RenewingOptions extends Renewal {
  /** What was given to connect with. */
  readonly key: KeySource;
  readonly clock: Clock;
  /** Numbers from 0 to 1. */
  readonly random?: (() => number) | undefined;
}

/** The keys of a spoke that renews them. */
export interface Renewing {
  /** What to connect with now. */
  key(): string | Promise<string>;
  /** Begins to look after the key of a connection that serves; in place of what began before. */
  watch(hub: Pick<Remote, "call">): void;
  /** The hub refused the key: whether there is another one to try, now. */
  refused(url: string): Promise<boolean>;
  stop(): void;
  /** Gives up what is under way; resolves when no key is being kept any more. */
  close(): Promise<void>;
}

/** Timers do not count further than 24 days, and nobody needs to be that exact. */
const LOOK_MS = 24 * 3_600_000;
/** Between two keys, whatever the hub says. */
const SOON_MS = 1_000;
/** Between two tries of what did not work. */
const AGAIN_MS = 60_000;
/** Before what a hub does not allow, or does not know, is tried again. */
const LATER_MS = 3_600_000;
/** How long a hub may take to give another key to whoever has the private one. */
const ANOTHER_MS = 20_000;
/** How long somebody who keeps keys is waited for at the end. */
const LAST_WORDS_MS = 5_000;
/** So that spokes that were enrolled together do not all come together. */
const JITTER = 0.1;

/** Begins to look after a key. */
export function createRenewing(options: RenewingOptions): Renewing {
  const { key: given, keep, privateKey, clock, random = Math.random } = options;
  /** The last one that the hub gave, and whether it is kept. */
  let renewed: string | undefined, isKept = true;
  let disarm = () => {}, watched = 0;
  let asking = new AbortController(), storing: Promise<unknown> = Promise.resolve();

  async function store(): Promise<void> {
    if (renewed === undefined || isKept) return;
    const kept = Promise.resolve(renewed).then(keep);
    storing = kept.catch(() => {}); // told to whoever asked for it
    await kept;
    isKept = true;
  }

  async function another(url: string, source: KeySource): Promise<string> {
    const controller = asking = new AbortController();
    const isLate = clock.after(ANOTHER_MS, () => controller.abort());
    try {
      const pem = typeof source === "string" ? source : await source();
      return await renewWithKey(pem, { url, signal: controller.signal });
    } finally {
      isLate();
    }
  }

  /** When it is to be looked at the key again. */
  async function look(hub: Pick<Remote, "call">): Promise<number> {
    const watch = watched;
    await store();
    const { renewInMs: left } = Object(await hub.call("/hub/workers/session", {}));
    if (typeof left !== "number" || left > 0) return lookIn(left);
    // Another connection has come meanwhile, and looks for itself: of two keys one would soon end.
    if (watch !== watched) return AGAIN_MS;
    const { token, renewInMs } = Object(await hub.call("/hub/workers/rotate", {}));
    if (typeof token !== "string") throw new TypeError("Cannot renew the key: the hub sends none");
    [renewed, isKept] = [token, false];
    await store();
    log.info("the key was renewed");
    return Math.max(SOON_MS, lookIn(renewInMs));
  }

  /** Without a time, the key does not end. */
  function lookIn(renewInMs: unknown): number {
    if (typeof renewInMs !== "number") return LOOK_MS;
    return Math.min(LOOK_MS, renewInMs * (1 + JITTER * random()));
  }

  function again(hub: Pick<Remote, "call">, ms: number): void {
    const watch = watched;
    disarm = clock.after(ms, () => {
      look(hub).catch((error) => {
        log.warn("the key could not be renewed", { error });
        return error instanceof CallError && !error.retryable ? LATER_MS : AGAIN_MS;
      }).then((next) => {
        if (watch === watched) again(hub, next);
      });
    });
  }

  function stop(): void {
    disarm();
    watched += 1;
  }

  return {
    key: () => renewed ?? (typeof given === "string" ? given : given()),
    watch(hub) {
      stop();
      again(hub, 0);
    },
    async refused(url) {
      stop();
      const refused = renewed;
      if (privateKey === undefined) {
        // Whoever gave the first key may have another one by now.
        renewed = undefined;
        return refused !== undefined;
      }
      try {
        [renewed, isKept] = [await another(url, privateKey), false];
        await store();
        log.info("the key was refused, and replaced with another one");
        return true;
      } catch (error) {
        log.warn("there is no other key to be had", { error });
        return renewed !== refused;
      }
    },
    stop,
    async close() {
      stop();
      asking.abort();
      let isLate = () => {};
      const late = new Promise<void>((resolve) => isLate = clock.after(LAST_WORDS_MS, resolve));
      await Promise.race([storing, late]);
      isLate();
    },
  };
}
