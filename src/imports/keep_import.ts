/**
 * Keeps one import up to date: loads it, again and again, whatever happens.
 *
 * @module
 */
import { pause } from "@hub/bus";
import { getLogger } from "../logger/mod.ts";
import type { ImportSettings } from "./import_settings.ts";
import type { ImportSource, LoadedImport } from "./import_source.ts";
import { type ImportStatus, reasonOf, shownLocation } from "./import_status.ts";

const log = getLogger("imports");

/** What keeping an import needs. */
export interface KeepImportOptions {
  readonly settings: ImportSettings;
  readonly source: ImportSource;
  /** Given all operations of the import whenever they have changed: they replace those before. */
  readonly publish: (loaded: LoadedImport) => void;
  readonly onFailure: () => void;
}

/** An import that is kept until it is disposed of. */
export interface KeptImport extends AsyncDisposable {
  readonly status: ImportStatus;
  /** Loads it once more, now, and tells how it is then. */
  refresh(): Promise<ImportStatus>;
}

const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 300_000;
/** A service that says all the time that it has changed is not asked all the time. */
const MIN_GAP_MS = 1_000;
/** The longest that a timer takes. */
const FOREVER_MS = 2 ** 31 - 1;
const MAX_SHOWN = 20;

/** Begins to load an import, and waits for nothing. */
export function keepImport({ settings, source, ...options }: KeepImportOptions): KeptImport {
  const { namespace, kind, location } = settings;
  const closing = new AbortController();
  let status: ImportStatus = {
    ...{ namespace, kind, location: shownLocation(location), state: "loading" },
    ...{ operations: 0, skipped: [], skippedCount: 0, failures: 0 },
  };
  let changed = Promise.withResolvers<void>();
  /** That somebody else has loaded it meanwhile, so that the next time is another. */
  let loadedElsewhere = Promise.withResolvers<void>();
  /** Loadings are one at a time. */
  let loading: Promise<void> = Promise.resolve();

  function succeed(loaded: LoadedImport | undefined): void {
    const { error: _, failures, ...rest } = status;
    const now = Date.now();
    const before = { ...rest, state: "ok", failures: 0, triedAt: now } as const;
    if (failures > 0) log.info("import is back", { import: namespace });
    if (loaded === undefined) {
      status = before;
      return;
    }
    const { operations, skipped } = loaded;
    options.publish(loaded);
    loaded.onPublished?.();
    status = {
      ...before,
      operations: operations.size,
      skipped: skipped.slice(0, MAX_SHOWN),
      skippedCount: skipped.length,
      loadedAt: now,
    };
    const counts = { operations: operations.size, skipped: skipped.length };
    log.info("imported", { import: namespace, ...counts });
  }

  function fail(error: unknown): void {
    const reason = reasonOf(error);
    // The same every few minutes tells nothing new.
    if (reason !== status.error) log.warn("import failed", { import: namespace, error: reason });
    const failures = status.failures + 1;
    status = { ...status, state: "failing", failures, error: reason, triedAt: Date.now() };
    options.onFailure();
  }

  async function loadOnce(): Promise<void> {
    // What changes from here on is not known to be part of it.
    changed = Promise.withResolvers();
    try {
      succeed(await source.load(closing.signal));
    } catch (error) {
      if (!closing.signal.aborted) fail(error);
    }
  }

  function load(): Promise<void> {
    loading = loading.then(() => closing.signal.aborted ? undefined : loadOnce());
    return loading;
  }

  async function keep(): Promise<void> {
    await load();
    while (!closing.signal.aborted) {
      if (await isDue()) await load();
    }
  }

  /** Waits for the next time, or until the service says that something has changed. */
  async function isDue(): Promise<boolean> {
    const delay = delayOf(status, settings);
    const over = new AbortController();
    const { nextAt: _, ...rest } = status;
    status = delay === undefined ? rest : { ...rest, nextAt: Date.now() + delay };
    const signal = AbortSignal.any([closing.signal, over.signal]);
    try {
      return await Promise.race([
        pause(delay ?? FOREVER_MS, signal).then(() => true),
        Promise.all([changed.promise, pause(MIN_GAP_MS, signal)]).then(() => true),
        loadedElsewhere.promise.then(() => false),
      ]);
    } catch (error) {
      if (!closing.signal.aborted) throw error;
      return false;
    } finally {
      over.abort();
      loadedElsewhere = Promise.withResolvers();
    }
  }

  source.onChanged(() => changed.resolve());
  const kept = keep();
  return {
    get status() {
      return status;
    },
    async refresh() {
      await load();
      loadedElsewhere.resolve();
      return status;
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      await source[Symbol.asyncDispose]();
      await kept;
      await loading;
    },
  };
}

/** How long until the next attempt; undefined for never. Nodes that start together do not go on so. */
function delayOf(
  { failures }: ImportStatus,
  { refreshMs }: ImportSettings,
): number | undefined {
  if (failures === 0) {
    return refreshMs === undefined ? undefined : around(refreshMs * 0.9, refreshMs * 1.1);
  }
  const full = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** (failures - 1));
  return around(full / 2, full);
}

function around(least: number, most: number): number {
  return Math.round(least + Math.random() * (most - least));
}
