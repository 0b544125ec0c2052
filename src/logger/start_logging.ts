/**
 * Starts and stops logging for the process.
 *
 * @module
 */
import { AsyncLocalStorage } from "node:async_hooks";
import {
  configureSync,
  getConfig,
  type LogLevel,
  type LogRecord,
  resetSync,
  type Sink,
} from "@logtape/logtape";
import { type CleanRecord, cleanRecord } from "./clean_record.ts";
import { formatJson } from "./format_json.ts";
import { createPrettyFormatter } from "./format_pretty.ts";
import { createLineWriter, type LogStream } from "./line_writer.ts";

/** What is logged, where to, and how it looks. */
export interface LoggingOptions {
  /** Least severe level that is logged. */
  readonly level: LogLevel;
  /** `auto` is `pretty` on a terminal and `json` elsewhere. */
  readonly format: "auto" | "pretty" | "json";
  /** Levels of single categories and what is below them; parts are joined by dots. */
  readonly levels?: Readonly<Record<string, LogLevel>>;
  /** Standard error where absent. */
  readonly stream?: LogStream;
  /** Whether the stream is a terminal; asked of standard error where absent. */
  readonly isTerminal?: boolean;
}

/** Logging while it runs. Disposing writes what waits and stops it. */
export interface Logging extends AsyncDisposable {
  /** Resolves when everything logged so far is written, or after a second. */
  flush(): Promise<void>;
}

/** How long a stuck stream may hold up the end. */
const FLUSH_TIMEOUT_MS = 1_000;

/** LogTape's own category: it reports there what goes wrong with logging. */
const LOGTAPE = "logtape";

function chooseFormat(
  { format, isTerminal = Deno.stderr.isTerminal() }: LoggingOptions,
): (record: CleanRecord) => string {
  const isPretty = format === "pretty" || (format === "auto" && isTerminal);
  return isPretty ? createPrettyFormatter({ colors: isTerminal && !Deno.noColor }) : formatJson;
}

function lostLines(format: (record: CleanRecord) => string): (count: number) => string {
  return (count) =>
    format({
      time: Date.now(),
      level: "warning",
      category: "logger",
      message: "log lines lost",
      properties: { count },
    });
}

/** The loggers that have a level of their own; each replaces what its parents say. */
function loggers({ level, levels = {} }: LoggingOptions) {
  const own = new Map<string, LogLevel>([[LOGTAPE, "error"], ...Object.entries(levels)]);
  return [
    { category: [], lowestLevel: level, sinks: ["stream" as const] },
    ...[...own].map(([category, lowestLevel]) => ({
      category: category.split("."),
      lowestLevel,
      parentSinks: "override" as const,
      sinks: ["stream" as const],
    })),
  ];
}

/**
 * Starts logging for the whole process, until the result is disposed.
 *
 * Everything that is logged, by whichever logger, passes the redactor before it is written.
 * Writing never throws into the caller and never makes it wait: behind a stream that is slow
 * or closed, lines are lost and counted.
 *
 * @example
 * ```ts
 * import { deepStrictEqual, strictEqual } from "node:assert/strict";
 * import { getLogger, startLogging } from "./mod.ts";
 *
 * let written = "";
 * const stream = {
 *   write: (bytes: Uint8Array) => {
 *     written += new TextDecoder().decode(bytes);
 *     return Promise.resolve(bytes.length);
 *   },
 * };
 * {
 *   await using _logging = startLogging({ level: "info", format: "json", stream });
 *   getLogger("spokes").info("spoke joined", { spoke: "dev1", token: "hunter2" });
 * }
 * const { level, category, message, properties } = JSON.parse(written);
 * deepStrictEqual([level, category, message], ["info", "spokes", "spoke joined"]);
 * deepStrictEqual(properties, { spoke: "dev1", token: "[redacted]" });
 * ```
 *
 * @throws {TypeError} When logging was started and not stopped.
 */
export function startLogging(options: LoggingOptions): Logging {
  if (getConfig() !== null) throw new TypeError("Cannot start logging: it is started already");
  const format = chooseFormat(options);
  const writer = createLineWriter(options.stream ?? Deno.stderr, { lostLines: lostLines(format) });
  const sink: Sink = (record: LogRecord) => writer.write(format(cleanRecord(record)));
  configureSync({
    sinks: { stream: sink },
    loggers: loggers(options),
    contextLocalStorage: new AsyncLocalStorage<Record<string, unknown>>(),
  });
  globalThis.addEventListener("unload", writer.flushSync);
  const flush = () => writer.flush({ timeoutMs: FLUSH_TIMEOUT_MS });
  let isRunning = true;
  return {
    flush,
    async [Symbol.asyncDispose]() {
      if (isRunning) resetSync();
      isRunning = false;
      await flush();
      globalThis.removeEventListener("unload", writer.flushSync);
    },
  };
}
