import { positiveCount } from "../_count.ts";
import { createDemand, type Demand } from "../_demand.ts";
import { transform } from "../_source.ts";
import { RepeaterOverflowError } from "../errors.ts";
import { MAX_QUEUE_LENGTH, type Push, Repeater, type Stop } from "../repeater.ts";

/** The values that share a key. */
export interface Group<K, T> {
  /** What the values have in common. */
  key: K;
  /** The values, in order; up to 1,024 are queued while nobody takes them. */
  items: Repeater<T>;
}

/** How much is remembered. */
export interface GroupByOptions {
  /** How many groups there may be; one more is an error that ends all. Default 10,000. */
  maxGroups?: number | undefined;
}

/**
 * Splits the source into one iteration per key.
 *
 * The source is pulled while the next group or the next value of any group is wanted. All groups
 * end with the source. A group that its consumer has left drops what comes for it.
 *
 * @throws {RangeError} when `maxGroups` is not a positive integer.
 */
export function groupBy<T, K>(
  key: (value: T) => K,
  options?: GroupByOptions,
): (source: AsyncIterable<T>) => Repeater<Group<K, T>> {
  const maxGroups = positiveCount(options?.maxGroups ?? 10_000, "maxGroups");
  return (source) =>
    transform<Group<K, T>>(async (open, emit) => {
      const demand = createDemand();
      const groups = new Map<K, GroupQueue<T>>();
      let failure: unknown;
      try {
        for await (const value of open(source)) {
          const name = key(value);
          const known = groups.get(name);
          if (known === undefined && groups.size >= maxGroups) {
            throw new RepeaterOverflowError(`Cannot keep more than ${maxGroups} groups`);
          }
          const group = known ?? createGroupQueue<T>(demand);
          groups.set(name, group);
          group.add(value);
          if (known === undefined) demand.given(emit, emit({ key: name, items: group.items }));
          await demand.wait();
        }
      } catch (error) {
        failure = error;
        throw error;
      } finally {
        for (const group of groups.values()) group.end(failure);
      }
    });
}

interface GroupQueue<T> {
  readonly items: Repeater<T>;
  add(value: T): void;
  end(error?: unknown): void;
}

function createGroupQueue<T>(demand: Demand): GroupQueue<T> {
  /** What came before anybody took the first value. */
  let early: T[] = [];
  let ended: { readonly error?: unknown } | undefined;
  let consumer: { readonly push: Push<T>; readonly stop: Stop } | undefined;

  const items = new Repeater<T>((push, stop) => {
    consumer = { push, stop };
    demand.want(items);
    for (const value of early) demand.given(items, push(value));
    early = [];
    if (ended !== undefined) stop(ended.error);
    return stop.then(() => {
      ended ??= {};
      demand.leave(items);
    });
  });

  function end(error?: unknown): void {
    ended ??= { error };
    consumer?.stop(ended.error);
  }

  return {
    items,
    end,
    add(value) {
      if (ended !== undefined) return;
      if (consumer === undefined) {
        if (early.length < MAX_QUEUE_LENGTH) early.push(value);
        else end(groupOverflow());
        return;
      }
      try {
        demand.given(items, consumer.push(value));
      } catch {
        end(groupOverflow());
      }
    },
  };
}

function groupOverflow(): RepeaterOverflowError {
  return new RepeaterOverflowError(
    `Cannot queue more than ${MAX_QUEUE_LENGTH} values of one group: consume all groups`,
  );
}
