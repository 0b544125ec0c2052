/**
 * Has every actor looked at once, where it is not known which of them wait for something: after a
 * backup was restored whose parts are not of one moment.
 *
 * @module
 */
import { actorFilter, type Bus, listSubjects, parseActorSubject } from "@hub/bus";
import { patiently } from "./persistently.ts";
import { openWaitingActors } from "./waiting_actors.ts";

/** Keys that are put at a time. */
const WIDTH = 256;
/** Of a million actors, the server needs seconds to list a part. */
const LISTING_MS = 120_000;

/**
 * Notes all actors of the realm as overdue; resolves with how many there are. The nodes that own them
 * look at them half a minute after they have begun.
 *
 * @throws {BusError}
 */
export async function noteAll(bus: Bus): Promise<number> {
  const waiting = openWaitingActors(bus);
  const filter = actorFilter(bus.realm);
  for (let noted = 0;;) {
    const { subjects } = await listSubjects(bus, {
      ...{ stream: "EVENTS", filter, offset: noted, timeoutMs: LISTING_MS },
    });
    if (subjects.length === 0) return noted;
    for (let at = 0; at < subjects.length; at += WIDTH) {
      const some = subjects.slice(at, at + WIDTH);
      const addresses = some.map(parseActorSubject);
      // All that was restored before would have to be removed and restored again.
      await Promise.all(addresses.map((address) => patiently(() => waiting.note(address, 0))));
    }
    noted += subjects.length;
  }
}
