import type { CallObserver } from "@alkdev/operations";

/** One observer in place of several; those that are absent are passed over. */
export function observedBy(observers: readonly (CallObserver | undefined)[]): CallObserver {
  const [first, ...rest] = observers.filter((one) => one !== undefined);
  if (first === undefined) return () => () => undefined;
  if (rest.length === 0) return first;
  const others = observedBy(rest);
  return (call) => {
    const one = first(call), other = others(call);
    return (error, output) => {
      one(error, output);
      other(error, output);
    };
  };
}
