/** Counts what is asked of the server, for tests. */
import type { Bus } from "@hub/bus";

/** A connection that counts its requests; none is sent before `gate` opens. */
export function counted(bus: Bus, gate?: Promise<void>) {
  const subjects: string[] = [];
  const request: Bus["requests"]["request"] = async (...args) => {
    subjects.push(args[0]);
    await gate;
    return await bus.requests.request(...args);
  };
  const counting: Bus = Object.create(bus, {
    requests: { value: { ...bus.requests, request } },
  });
  return {
    bus: counting,
    /** Where they went. */
    subjects,
    get asked() {
      return subjects.length;
    },
  };
}
