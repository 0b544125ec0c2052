/**
 * Turns a log record into plain values without secrets; everything that is written passes here.
 *
 * @module
 */
import type { LogLevel, LogRecord } from "@logtape/logtape";
import { createRedactor, type Redactor } from "./redact.ts";
import { REDACTED } from "./secret_text.ts";

/** A log record that is safe to write. */
export interface CleanRecord {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly level: LogLevel;
  /** Parts joined by dots. */
  readonly category: string;
  readonly message: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** A part of a message that came from a property. */
function renderValue(value: unknown, redactor: Redactor): string {
  if (redactor.hid(value)) return REDACTED;
  const copy = redactor.value(value);
  return typeof copy === "string" ? copy : JSON.stringify(copy) ?? "";
}

/** Joins texts and values, then looks at the whole: `Bearer {value}` is a secret only together. */
function renderMessage(parts: readonly unknown[], redactor: Redactor): string {
  const texts = parts.map((part, index) =>
    index % 2 === 0 ? String(part) : renderValue(part, redactor)
  );
  return redactor.text(texts.join(""));
}

/** Reads something of a record that may run the caller's code, such as a lazy property. */
function attempt<T>(read: () => T, instead: T): T {
  try {
    return read();
  } catch {
    return instead;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Copies a record without its secrets. Never throws. */
export function cleanRecord(record: LogRecord): CleanRecord {
  const redactor = createRedactor();
  // Properties first: what their names hide is then hidden in the message, too.
  const properties = redactor.value(attempt(() => record.properties, { unreadable: true }));
  const message = attempt(() => renderMessage(record.message, redactor), "[unreadable message]");
  const clean = redactor.forget(properties);
  return {
    time: record.timestamp,
    level: record.level,
    category: redactor.text(record.category.join(".")),
    message: String(redactor.forget(message)),
    properties: isObject(clean) ? clean : { unreadable: true },
  };
}
