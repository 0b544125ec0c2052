/**
 * Private keys that were derived lately, by derivation path.
 *
 * @module
 */
import { type Bytes, forget } from "../bytes.ts";

/** How much is kept, and for how long. */
export interface KeyCacheOptions {
  /** Counted from insertion. Default one hour. */
  readonly ttlMs?: number;
  /** Default 64. */
  readonly maxEntries?: number;
  /** Milliseconds; any clock that only goes forward. */
  readonly now?: () => number;
}

/** Keeps bytes as its own and overwrites them when they leave, for whatever reason. */
export interface KeyCache {
  /** The bytes themselves; they may be zeros after the next call of any kind. */
  get(path: string): Bytes | undefined;
  set(path: string, key: Bytes): void;
  /** Drops what is too old. */
  evictExpired(): void;
  clear(): void;
  readonly size: number;
}

interface Cached {
  readonly key: Bytes;
  readonly expiresAt: number;
}

const HOUR_MS = 3_600_000;

/** Creates an empty cache, bounded in size and age. */
export function createKeyCache(
  { ttlMs = HOUR_MS, maxEntries = 64, now = () => performance.now() }: KeyCacheOptions = {},
): KeyCache {
  // A map remembers the order of insertion: what was used longest ago stands first.
  const cached = new Map<string, Cached>();
  const drop = (path: string) => {
    const entry = cached.get(path);
    if (entry === undefined) return;
    forget(entry.key);
    cached.delete(path);
  };
  const evictExpired = () => {
    for (const [path, { expiresAt }] of cached) if (expiresAt <= now()) drop(path);
  };
  return {
    get(path) {
      const entry = cached.get(path);
      if (entry === undefined) return undefined;
      if (entry.expiresAt <= now()) {
        drop(path);
        return undefined;
      }
      cached.delete(path);
      cached.set(path, entry);
      return entry.key;
    },
    set(path, key) {
      drop(path);
      evictExpired();
      for (const oldest of cached.keys()) {
        if (cached.size < maxEntries) break;
        drop(oldest);
      }
      if (maxEntries > 0) cached.set(path, { key, expiresAt: now() + ttlMs });
      else forget(key);
    },
    evictExpired,
    clear: () => [...cached.keys()].forEach(drop),
    get size() {
      return cached.size;
    },
  };
}
