import type { OperationContext } from "@alkdev/operations";
import { parsePlace, placeText } from "../../../actors/runtime/replay/mod.ts";
import { type ActorOperationPorts, admit, told } from "./ports.ts";
import type { EventsInput, EventsOutput } from "./schemas.ts";

const LIMIT = 100;
/** Enough for a page, and far below what one message may hold. */
const MAX_PAGE_BYTES = 512 * 1024;

/** A range of an actor's log, as it is stored. */
export async function events(
  { kinds, log }: ActorOperationPorts,
  { kind, id, from, limit = LIMIT }: EventsInput,
  { identity }: OperationContext,
): Promise<EventsOutput> {
  const { address } = admit(kinds, { kind, id }, { identity, action: "read" });
  const after = from === undefined ? { seq: 0, index: 0 } : parsePlace(from);
  const found: EventsOutput["events"] = [];
  let bytes = 0;
  return await told(async () => {
    for await (const { seq, version, events } of log.read(address, { from: after.seq })) {
      for (const [index, { event, id, cause, by, trace, at }] of events.entries()) {
        if (seq === after.seq && index <= after.index) continue;
        const position = placeText({ seq, index });
        const item = {
          position,
          version,
          id,
          event,
          cause,
          at,
          ...(by === undefined ? {} : { by }),
          ...(trace === undefined ? {} : { trace }),
        };
        bytes += JSON.stringify(item).length;
        const last = found.at(-1);
        if (last !== undefined && (found.length >= limit || bytes > MAX_PAGE_BYTES)) {
          return { events: found, next: last.position };
        }
        found.push(item);
      }
    }
    return { events: found };
  });
}
