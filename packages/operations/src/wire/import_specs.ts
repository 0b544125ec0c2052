/**
 * All that a peer offers, read at once.
 *
 * @module
 */
import type { SchemaBudget } from "./foreign_schema.ts";
import { type ImportedSpec, readWireSpec, type SpecLimits } from "./spec.ts";
import { exceedsUtf8 } from "./json.ts";

/** Why an import failed, in the words of the protocol. */
export type ImportErrorCode =
  | "DiscoveryFailed"
  | "SchemaParse"
  | "Transport"
  | "Unauthorized"
  | "SamePeerCollision";

/** An import that failed; nothing of it is used. */
export class ImportError extends Error {
  override readonly name = "ImportError";
  readonly code: ImportErrorCode;

  /** Makes an error with a code that importers branch on. */
  constructor(code: ImportErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** Bounds of one import. */
export interface ImportLimits extends SpecLimits {
  /** Default 500. */
  readonly operations?: number;
  /** Of all specifications together. Default 4 MiB. */
  readonly totalBytes?: number;
  /** As for one specification, but of all together. Default 250,000. */
  readonly schemaNodes?: number;
}

function read(
  value: unknown,
  { limits, budget }: { limits: SpecLimits; budget: SchemaBudget },
): ImportedSpec {
  try {
    return readWireSpec(value, limits, budget);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : "Cannot import operation";
    throw new ImportError("SchemaParse", message, { cause });
  }
}

/**
 * Reads the specifications that one peer tells. If one of them cannot be taken, none is.
 *
 * @throws {ImportError} `SchemaParse` for what cannot be read or is too much; `SamePeerCollision` if
 * a name stands twice.
 */
export function importSpecs(
  values: readonly unknown[],
  limits: ImportLimits = {},
): ImportedSpec[] {
  const { operations = 500, totalBytes = 4 * 1024 * 1024 } = limits;
  if (values.length > operations) {
    throw new ImportError(
      "SchemaParse",
      `Cannot import: there are more than ${operations} operations`,
    );
  }
  if (exceedsUtf8(JSON.stringify(values), totalBytes)) {
    throw new ImportError(
      "SchemaParse",
      `Cannot import: specifications exceed ${totalBytes} bytes`,
    );
  }
  const budget = { nodes: limits.schemaNodes ?? 250_000 };
  const found = new Map<string, ImportedSpec>();
  for (const value of values) {
    const imported = read(value, { limits, budget });
    if (found.has(imported.name)) {
      throw new ImportError("SamePeerCollision", `Cannot import: ${imported.name} stands twice`);
    }
    found.set(imported.name, imported);
  }
  return [...found.values()];
}
