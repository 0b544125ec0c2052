import { BusError, type BusErrorCode } from "@hub/bus";
import { formatSource, type LoadedConfig } from "./config/mod.ts";

/** What the servers themselves are to blame for, or the address. */
const ABOUT_SERVERS: readonly BusErrorCode[] = [
  "CONNECT_FAILED",
  "SERVER_TOO_OLD",
  "JETSTREAM_DISABLED",
  "STREAM_REFUSED",
  "STREAM_MISMATCH",
];

/** Adds to an error about NATS which setting names the servers, and where it was set. */
export function natsProblem(error: unknown, { config, sources }: LoadedConfig): unknown {
  const source = sources["nats.url"];
  const isTheirs = error instanceof BusError && ABOUT_SERVERS.includes(error.code);
  if (!isTheirs || config.nats.url === undefined || source === undefined) return error;
  const sentence = /[.?]$/.test(error.message) ? error.message : `${error.message}.`;
  const because = error.code === "STREAM_REFUSED" && config.durability !== "fast"
    ? ` durability "${config.durability}" asks for them.`
    : "";
  const named = `The servers are named by nats.url, from ${formatSource(source)}.`;
  const message = `${sentence}${because} ${named}`;
  return new Error(message, { cause: error });
}
