/**
 * What an import gives, wherever it comes from.
 *
 * @module
 */
import type { Registration } from "@alkdev/operations";

/** Something of a service that became no operation. */
export interface Skipped {
  /** Such as `GET /pets` or the name of a tool. */
  readonly what: string;
  readonly reason: string;
}

/** The operations of a service, as a whole. */
export interface LoadedImport {
  /** Changes whenever something of it does. */
  readonly hash: string;
  /** By their names below the namespace. */
  readonly operations: ReadonlyMap<string, Registration>;
  readonly skipped: readonly Skipped[];
  /** Told once these operations are in place of those before. */
  readonly onPublished?: () => void;
}

/** Where operations come from. */
export interface ImportSource extends AsyncDisposable {
  /** What there is now; undefined if that is what the last time gave. */
  load(signal: AbortSignal): Promise<LoadedImport | undefined>;
  /** Called when the service says that something has changed. */
  onChanged(listener: () => void): void;
}
