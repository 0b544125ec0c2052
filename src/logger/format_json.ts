/**
 * Spells a record as one line of JSON, for machines.
 *
 * @module
 */
import type { CleanRecord } from "./clean_record.ts";

/** Spells a record as one object on one line. */
export function formatJson({ time, level, category, message, properties }: CleanRecord): string {
  const line = { time: new Date(time).toISOString(), level, category, message, properties };
  return `${JSON.stringify(line)}\n`;
}
