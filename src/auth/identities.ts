/**
 * Who somebody is: the way from a credential to an identity.
 *
 * What was looked up once is kept in memory, bounded in size and age. Whatever changes is forgotten
 * on every node at once; a node that may have missed something asks the database again before it
 * answers. While the database is away, those who are known stay known.
 *
 * @module
 */
import { CallError, type Identity } from "@alkdev/operations";
import { getLogger } from "../logger/mod.ts";
import type { Attempts } from "./attempts.ts";
import { Generations } from "./generations.ts";
import { type Identified, identifiedBy } from "./identified.ts";
import { MaskedText } from "./masked_text.ts";
import type { IdentityChange, StoredCredential } from "./records.ts";
import type { CredentialLookup } from "./stores.ts";
import { parseToken, prefixOf } from "./token.ts";
import type { TokenHasher } from "./token_hash.ts";
import type { UsageMarks } from "./usage_marks.ts";

const log = getLogger("auth");

/** A value now, or later where the database has to be asked. */
export type Soon<T> = T | Promise<T>;

/** Where a credential came from. */
export interface IdentifyOptions {
  /** An address or a connection: whoever is wrong too often from there has to wait. */
  readonly source?: string;
}

/** Tells who somebody is. */
export interface Identities {
  /**
   * Who presents a token; `null` for nobody. Those who were here lately are known at once.
   *
   * @throws {CallError} `UNAVAILABLE` if only the database could tell, `RATE_LIMITED` for a source
   *   that was wrong too often.
   */
  identify(token: string, options?: IdentifyOptions): Soon<Identified | null>;
  /** Who has the key or certificate with that fingerprint, which the transport has verified. */
  identifyFingerprint(fingerprint: string): Soon<Identified | null>;
  /** Who has a credential that was shown before, by what is public of it. */
  identifyCredential(credential: string): Promise<Identified | null>;
  /**
   * Who that is by now: for connections that outlive a change. `null`: close the connection.
   *
   * @throws {CallError} `UNAVAILABLE`.
   */
  refresh(identified: Identified): Promise<Identified | null>;
  /** What else is known of who has that very identity; `undefined` for one made elsewhere. */
  identifiedOf(identity: Identity): Identified | undefined;
  /** The credential by which that very identity is known here now; `undefined` as above. */
  credentialOf(identity: Identity): string | undefined;
  /** Who is given another credential for their own is known by that one as soon as it is stored. */
  succeed(identity: Identity, credential: string): void;
  /** Forgets what a change made old. */
  forget(change: IdentityChange): void;
  /** From now on, all that was known before is asked for again before it counts. */
  distrust(): void;
  /** Tells of changes, once what was known is forgotten; the result ends that. */
  onChange(listener: (change: IdentityChange) => void): () => void;
  /** Identities in memory. */
  readonly size: number;
}

/** What identities need. */
export interface IdentitiesOptions {
  readonly lookup: Pick<CredentialLookup, "find" | "replaceHash">;
  readonly hasher: TokenHasher;
  readonly attempts: Attempts;
  readonly usage: Pick<UsageMarks, "mark">;
  /** Credentials in memory. Default 100,000. */
  readonly size?: number;
  /** Older knowledge is renewed in the background as it is used. Default 60 s. */
  readonly renewMs?: number;
  /** Still older knowledge is renewed before it is used, if it can be. Default 5 min. */
  readonly maxAgeMs?: number;
  readonly now?: () => number;
}

/** No token of ours is longer, and nobody's time is spent on what is. */
const MOST_CHARACTERS = 100;
/** Look-ups at once; beyond it, whoever is not known waits. */
const MOST_LOADS = 256;
/** So long a database that was away is not asked again about those who are known. */
const AWAY_MS = 5_000;
/** So long those who are known wait for a database that may have fallen silent. */
const PATIENCE_MS = 1_000;

interface Entry {
  readonly stored: StoredCredential;
  readonly identified: Identified | null;
  readonly loadedAt: number;
  /** The token, once it has been compared with what is stored: a hash each time is too slow. */
  token: MaskedText | undefined;
}

/** Makes the identities of one node. */
export function createIdentities(options: IdentitiesOptions): Identities {
  return new CachedIdentities(options);
}

class CachedIdentities implements Identities {
  readonly #options: IdentitiesOptions;
  readonly #entries: Generations<Entry>;
  readonly #loads = new Map<string, Promise<Entry | undefined>>();
  readonly #listeners = new Set<(change: IdentityChange) => void>();
  readonly #identified = new WeakMap<Identity, Identified>();
  readonly #successors = new WeakMap<Identity, string>();
  readonly #renewMs: number;
  readonly #maxAgeMs: number;
  readonly #now: () => number;
  /** Counted up by every change: what was read before it is not kept. */
  #epoch = 0;
  #trustedSince = Number.NEGATIVE_INFINITY;
  #awayUntil = Number.NEGATIVE_INFINITY;

  constructor(options: IdentitiesOptions) {
    const { size = 100_000, renewMs = 60_000, maxAgeMs = 300_000, now = Date.now } = options;
    this.#options = options;
    this.#entries = new Generations(size);
    this.#renewMs = renewMs;
    this.#maxAgeMs = maxAgeMs;
    this.#now = now;
  }

  get size(): number {
    return this.#entries.size;
  }

  identify(token: string, options: IdentifyOptions = {}): Soon<Identified | null> {
    if (token.length > MOST_CHARACTERS) return this.#wrong(options);
    const now = this.#now(), entry = this.#entries.get(prefixOf(token));
    if (entry?.token !== undefined && this.#isFresh(entry, now)) {
      if (!entry.token.equals(token)) return this.#wrong(options);
      return this.#present(entry, now);
    }
    const parsed = parseToken(token);
    if (parsed === undefined || parsed.kind === "registration") return this.#wrong(options);
    return this.#identifySlowly(token, parsed.prefix, options);
  }

  identifyFingerprint(fingerprint: string): Soon<Identified | null> {
    if (!/^(?:ed25519|SHA256):[0-9a-f]{64}$/.test(fingerprint)) return null;
    const now = this.#now(), entry = this.#entries.get(fingerprint);
    if (entry !== undefined && this.#isFresh(entry, now)) return this.#present(entry, now);
    return this.#load(fingerprint).then((found) =>
      found === undefined ? null : this.#present(found, this.#now())
    );
  }

  async identifyCredential(credential: string): Promise<Identified | null> {
    const entry = await this.#load(credential);
    return entry === undefined ? null : this.#present(entry, this.#now());
  }

  async refresh({ identity, credential }: Identified): Promise<Identified | null> {
    const successor = this.#successors.get(identity);
    // One that is about to be stored is not there yet.
    const entry = (successor === undefined ? undefined : await this.#read(successor)) ??
      await this.#read(credential);
    const now = entry === undefined ? null : stillValid(entry.identified, this.#now());
    if (now === null || !isEqual(now.identity, identity)) return now;
    // As long as the rights are the same it is the same identity: others know it by that, and find
    // what else has changed, such as its limit.
    const same = { ...now, identity };
    this.#identified.set(identity, same);
    return same;
  }

  identifiedOf(identity: Identity): Identified | undefined {
    return this.#identified.get(identity);
  }

  credentialOf(identity: Identity): string | undefined {
    return this.#successors.get(identity) ?? this.identifiedOf(identity)?.credential;
  }

  succeed(identity: Identity, credential: string): void {
    this.#successors.set(identity, credential);
  }

  forget(change: IdentityChange): void {
    this.#epoch++;
    if (change.kind === "all") this.#entries.clear();
    else if (change.kind === "key") this.#entries.delete(change.id);
    else this.#forgetPeer(change.id);
    for (const listener of [...this.#listeners]) listener(change);
  }

  distrust(): void {
    this.#epoch++;
    this.#trustedSince = this.#now();
  }

  onChange(listener: (change: IdentityChange) => void): () => void {
    // Wrapped, so that who listens twice is told twice and stops each on its own.
    const own = (change: IdentityChange) => listener(change);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  #forgetPeer(peerId: string): void {
    const own = [...this.#entries.entries()].filter(([, { stored }]) =>
      stored.kind === "peer" && stored.id === peerId
    );
    for (const [credential] of own) this.#entries.delete(credential);
  }

  #present({ identified, stored }: Entry, now: number): Identified | null {
    const valid = stillValid(identified, now);
    if (valid !== null) this.#options.usage.mark(stored.credential, now);
    return valid;
  }

  /** Young enough to be used as it is. What is not so young any more is renewed meanwhile. */
  #isFresh(entry: Entry, now: number): boolean {
    const age = now - entry.loadedAt, isAway = now < this.#awayUntil;
    if (entry.loadedAt <= this.#trustedSince || age > this.#maxAgeMs) return isAway;
    if (age > this.#renewMs && !isAway) this.#renew(entry.stored.credential);
    return true;
  }

  #renew(credential: string): void {
    this.#load(credential).catch((error) => {
      log.warn("an identity could not be renewed", { error });
    });
  }

  async #identifySlowly(
    token: string,
    prefix: string,
    options: IdentifyOptions,
  ): Promise<Identified | null> {
    const { hasher } = this.#options;
    if (options.source !== undefined) this.#refuseIfExhausted(options.source);
    const entry = await this.#load(prefix);
    // Compared in any case: an unknown prefix takes as long as a wrong secret.
    if (!hasher.matches(token, entry?.stored.hash) || entry === undefined) {
      return this.#wrong(options);
    }
    entry.token = new MaskedText(token);
    this.#replaceOldHash(token, entry.stored);
    return this.#present(entry, this.#now());
  }

  /** The token is here, once: the only chance to hash it with another key. */
  #replaceOldHash(token: string, { credential, hash }: StoredCredential): void {
    const { hasher, lookup } = this.#options;
    if (hash === undefined || !hasher.isOld(token, hash)) return;
    lookup.replaceHash(credential, { before: hash, after: hasher.hash(token) }).catch((error) => {
      log.warn("a token keeps its old hash for now", { error, credential });
    });
  }

  #wrong({ source }: IdentifyOptions): null {
    if (source === undefined) return null;
    this.#refuseIfExhausted(source);
    this.#options.attempts.failed(source);
    return null;
  }

  #refuseIfExhausted(source: string): void {
    const wait = this.#options.attempts.waitOf(source);
    if (wait !== undefined) throw tooMany(wait);
  }

  /** What is stored of a credential; what was known of it, while the database is away. */
  async #load(credential: string): Promise<Entry | undefined> {
    const known = this.#entries.get(credential), reading = this.#read(credential);
    if (known === undefined) return await reading;
    try {
      return await inTime(reading, PATIENCE_MS);
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      this.#awayUntil = this.#now() + AWAY_MS;
      return known;
    }
  }

  #read(credential: string): Promise<Entry | undefined> {
    const running = this.#loads.get(credential);
    if (running !== undefined) return running;
    if (this.#loads.size >= MOST_LOADS) return Promise.reject(tooMany(1));
    const load = this.#ask(credential, this.#epoch).finally(() => {
      if (this.#loads.get(credential) === load) this.#loads.delete(credential);
    });
    this.#loads.set(credential, load);
    return load;
  }

  async #ask(credential: string, epoch: number): Promise<Entry | undefined> {
    const loadedAt = this.#now();
    const stored = await this.#options.lookup.find(credential);
    // Something changed meanwhile: what was read may be from before it.
    if (epoch !== this.#epoch) return await this.#ask(credential, this.#epoch);
    if (stored === undefined) {
      this.#entries.delete(credential);
      return undefined;
    }
    const token = this.#tokenOf(credential, stored);
    const identified = identifiedBy(stored, this.#now());
    if (identified !== null) this.#identified.set(identified.identity, identified);
    const entry: Entry = { stored, identified, loadedAt, token };
    this.#entries.set(credential, entry);
    return entry;
  }

  /** A token that was compared once need not be again, as long as its hash is the same. */
  #tokenOf(credential: string, { hash }: StoredCredential): MaskedText | undefined {
    const known = this.#entries.get(credential);
    return known?.stored.hash === hash ? known?.token : undefined;
  }
}

function stillValid(identified: Identified | null, now: number): Identified | null {
  const ended = identified?.notAfterMs;
  return identified === null || (typeof ended === "number" && ended <= now) ? null : identified;
}

function isEqual(one: Identity, other: Identity): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Waits no longer than that; what it waited for goes on. */
async function inTime<T>(promise: Promise<T>, timeoutMs: number): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new CallError("UNAVAILABLE", "the database does not answer")),
    timeoutMs,
  );
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function isUnavailable(error: unknown): boolean {
  return error instanceof CallError && error.code === "UNAVAILABLE";
}

function tooMany(seconds: number): CallError {
  return new CallError("RATE_LIMITED", "too many attempts", { retry_after: seconds });
}
