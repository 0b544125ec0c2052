import { changesBetween } from "../../actors/runtime/replay/mod.ts";
import type { WatchOutput } from "../operations/actors/schemas.ts";
import { changeLines, fieldsText, safeText, stateText, transitionText } from "./actor_text.ts";
import { style } from "./output.ts";

/** Tells what happens to one actor, for people; what changed in the context follows from the item before. */
export function createWatchText(): (item: WatchOutput) => string[] {
  let last: { value: unknown; context: unknown } | undefined;
  return (item) => {
    const emitted = item.emitted.map(({ type, ...fields }) =>
      `  ${style("emits", "dim")} ${safeText(type)} ${fieldsText({ type, ...fields })}`.trimEnd()
    );
    if (!("position" in item)) return emitted;
    const { position, event, value } = item;
    const context = "context" in item ? item.context : last?.context;
    const state = last === undefined ? stateText(value) : transitionText(last.value, value);
    const time = item.at === undefined ? "" : new Date(item.at).toISOString();
    const ended = item.status === "active" ? "" : `  ${item.status}`;
    const line = [position.padEnd(10), time, event === null ? "" : safeText(event), state + ended]
      .filter((part) => part !== "").join("  ");
    const changes = changesBetween(last?.context, context);
    last = { value, context };
    return [line, ...changeLines(changes).map((line) => `  ${line}`), ...emitted];
  };
}
