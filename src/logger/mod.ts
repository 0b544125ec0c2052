/**
 * The hub's log.
 *
 * A part of the hub takes a logger by its category and logs events with properties, not prose:
 * `getLogger(["bus", "membership"]).info("node joined", { node })`. The process starts logging
 * once, with {@linkcode startLogging}; before that nothing is written. Keys, tokens and
 * credentials are removed from everything that is written, see {@linkcode redact}.
 *
 * @module
 */
export { getLogger, type Logger, type LogLevel, withContext } from "@logtape/logtape";
export type { LogStream } from "./line_writer.ts";
export { redact, REDACT_LIMITS, type RedactLimits } from "./redact.ts";
export { REDACTED, redactText } from "./secret_text.ts";
export { type Logging, type LoggingOptions, startLogging } from "./start_logging.ts";
