/** Commits and snapshots that a test holds back. */
import type { Bus } from "@hub/bus";

/** A connection on which the publishes to one family of subjects may be held back. */
export function gated(family: string) {
  let gate: PromiseWithResolvers<void> | undefined;
  let waiting = 0, underWay = 0, most = 0, passed = 0;
  const through = (bus: Bus): Bus => {
    const publish: Bus["requests"]["publish"] = async (subject, ...rest) => {
      if (!subject.startsWith(`${bus.realm}.${family}.`)) {
        return await bus.requests.publish(subject, ...rest);
      }
      most = Math.max(most, ++underWay);
      waiting++;
      await gate?.promise;
      waiting--;
      const ack = await bus.requests.publish(subject, ...rest).finally(() => underWay--);
      passed++;
      return ack;
    };
    return Object.create(bus, { requests: { value: { ...bus.requests, publish } } });
  };
  return {
    through,
    get waiting() {
      return waiting;
    },
    /** The most that were under way at a time. */
    get most() {
      return most;
    },
    get passed() {
      return passed;
    },
    close: () => void (gate = Promise.withResolvers()),
    open: () => gate?.resolve(),
  };
}
