/**
 * Calls, a line each.
 *
 * @module
 */
import { type Static, Type } from "@sinclair/typebox";
import { safeText } from "./actor_text.ts";
import { style } from "./output.ts";

/** What is shown of a call; a hub of another version may tell more. */
export const SeenCall = Type.Object({
  id: Type.Optional(Type.String()),
  operation: Type.String(),
  node: Type.String(),
  peer: Type.Optional(Type.String()),
  caller: Type.Optional(Type.String()),
  status: Type.String(),
  error: Type.Optional(Type.String()),
  startedAt: Type.String(),
  durationMs: Type.Optional(Type.Number()),
});
/** What is shown of a call. */
export type SeenCall = Static<typeof SeenCall>;

const COLOURS: Readonly<Record<string, "green" | "red" | "dim">> = {
  ok: "green",
  failed: "red",
  lost: "red",
};

/** `17:02:11.042  ok       /dev1/fs/read  12 ms  alk_7Gk2mQ9xZa → n1`. */
export function callLine(call: SeenCall): string {
  const { operation, node, caller = "nobody", status, error, startedAt, durationMs } = call;
  return [
    style(safeText(startedAt.slice(11, 23)), "dim"),
    style(safeText(status).padEnd(7), COLOURS[status] ?? "dim"),
    safeText(`/${operation}`),
    ...(durationMs === undefined ? [] : [durationText(durationMs)]),
    ...(error === undefined ? [] : [style(safeText(error), "red")]),
    style(`${safeText(caller)} → ${safeText(node)}`, "dim"),
  ].join("  ");
}

/** As exact as anybody can tell. */
function durationText(ms: number): string {
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  return ms < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
