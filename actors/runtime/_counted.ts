/** Counts what is asked of the server, for tests. */
import type { Bus } from "@hub/bus";

/** A connection that counts its requests. */
export function counted(bus: Bus) {
  let asked = 0;
  const request: Bus["requests"]["request"] = (...args) => {
    asked++;
    return bus.requests.request(...args);
  };
  const counting: Bus = Object.create(bus, {
    requests: { value: { ...bus.requests, request } },
  });
  return {
    bus: counting,
    get asked() {
      return asked;
    },
  };
}
