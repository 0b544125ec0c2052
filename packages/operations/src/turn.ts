/**
 * Turns of the event loop.
 *
 * @module
 */

/** Values after which a stream lets others have a turn. */
const VALUES_PER_TURN = 128;

/** Calls `act` in the next turn. */
export function inNextTurn(act: () => void): void {
  // Where there is one, it comes at once; a timer waits a millisecond or more.
  if (typeof setImmediate === "function") setImmediate(act);
  else setTimeout(act);
}

function nextTurn(): Promise<void> {
  return new Promise(inNextTurn);
}

/**
 * Makes what a loop over a stream asks before each value. A source that has its values at hand never
 * leaves the loop to anybody else: no abort would be heard, no deadline kept and nothing sent. So
 * every now and then there is a promise to wait for.
 */
export function createTurns(): () => Promise<void> | undefined {
  let values = 0;
  return () => {
    values = (values + 1) % VALUES_PER_TURN;
    return values === 0 ? nextTurn() : undefined;
  };
}
