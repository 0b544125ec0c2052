/**
 * A caller over a WebSocket, written by hand, so that it costs the same on every way.
 *
 * @module
 */

/** What every call of these benchmarks says, and is answered. */
export const ECHOED = "x".repeat(100);

/** A connection of one caller; each of its calls waits for the one before it. */
export interface WsCaller extends Disposable {
  call(operation: string): Promise<void>;
  values(operation: string, to: number): Promise<void>;
}

let callers = 0;

/** Connects a caller; without a token it is somebody with the scope that calls of spokes ask for. */
export async function connectWsCaller(url: string, token?: string): Promise<WsCaller> {
  // Relays find the caller of an answer by what stands before the dash of its id.
  const name = `c${callers++}`;
  const headers = { authorization: `Bearer ${token ?? `${name}|spokes:call`}` };
  const socket = new WebSocket(url, { headers });
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => resolve();
    socket.onerror = () => reject(new Error(`Cannot connect to ${url}`));
  });
  let number = 0;
  return {
    call(operation) {
      const id = `${name}-${number++}`;
      return new Promise((resolve, reject) => {
        socket.onmessage = ({ data }) => {
          if (JSON.parse(data).payload.output?.text === ECHOED) resolve();
          else reject(new Error(data));
        };
        const payload = { operationId: operation, input: { text: ECHOED } };
        socket.send(JSON.stringify({ id, type: "call.requested", payload }));
      });
    },
    values(operation, to) {
      const id = `${name}-${number++}`;
      const payload = { operationId: operation, input: { to }, credit: 1_000 };
      let taken = 0;
      return new Promise((resolve) => {
        socket.onmessage = ({ data }) => {
          if (JSON.parse(data).type === "call.completed") return resolve();
          if (++taken % 500 !== 0) return;
          socket.send(JSON.stringify({ id, type: "call.credit", payload: { credit: 500 } }));
        };
        socket.send(JSON.stringify({ id, type: "call.requested", payload }));
      });
    },
    [Symbol.dispose]: () => socket.close(),
  };
}
