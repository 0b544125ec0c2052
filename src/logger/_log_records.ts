/**
 * Log records and streams for tests.
 *
 * @module
 */
import type { LogRecord } from "@logtape/logtape";
import type { LogStream } from "./line_writer.ts";

/** A record as LogTape hands it to a sink. */
export function logRecord(record: Partial<LogRecord> = {}): LogRecord {
  return {
    category: ["bus", "kv"],
    level: "info",
    message: ["key written"],
    rawMessage: "key written",
    timestamp: 0,
    properties: {},
    ...record,
  };
}

/** A stream that keeps what it is given. */
export function memoryStream(): { stream: LogStream; text: () => string } {
  const decoder = new TextDecoder();
  let text = "";
  const stream: LogStream = {
    write(bytes) {
      text += decoder.decode(bytes, { stream: true });
      return Promise.resolve(bytes.length);
    },
  };
  return { stream, text: () => text };
}
