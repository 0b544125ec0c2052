import type { SpokeIndex } from "../routing/spoke_index.ts";
import type { OperationIndex } from "./operation_index.ts";
import { createSlices } from "./slices.ts";

/** Keeps an index up to date, until it is disposed of. */
export interface SpokeFollower extends Disposable {
  /** Nodes that have come, gone or changed, and are not looked at yet. */
  readonly waiting: number;
}

/**
 * Brings the index to what spokes offer: at once where that is little, and in slices where many come
 * at the same time, as they do when a node starts. Those that go are looked at before those that come.
 */
export function followSpokes(
  index: OperationIndex,
  { spokes, ...slicing }: {
    readonly spokes: Pick<SpokeIndex, "entries" | "get" | "onChange">;
    readonly sliceMs?: number;
  },
): SpokeFollower {
  const gone = new Set<string>(), come = new Set<string>();
  let joining: Generator<void, void> | undefined;

  function step(): boolean {
    if (joining?.next().done === false) return true;
    joining = undefined;
    const [peerId] = gone.size > 0 ? gone : come;
    if (peerId === undefined) return false;
    // What counts is how it is by now.
    const entry = spokes.get(peerId);
    gone.delete(peerId);
    come.delete(peerId);
    if (entry === undefined) index.leave(peerId);
    else joining = index.joining(entry);
    return true;
  }

  const slices = createSlices({ ...slicing, step });
  const forget = spokes.onChange(({ before, after }) => {
    if (after !== undefined) come.add(after.peerId);
    else if (before !== undefined) gone.add(before.peerId);
    slices.run();
  });
  for (const { peerId } of spokes.entries()) come.add(peerId);
  slices.run();
  return {
    get waiting() {
      return gone.size + come.size + (joining === undefined ? 0 : 1);
    },
    [Symbol.dispose]() {
      forget();
      slices[Symbol.dispose]();
    },
  };
}
