/** A WebSocket that says what a test writes, and remembers what it hears. */
import { until } from "../harness/until.ts";
import type { Place } from "./_hubs_testing.ts";

/** Frames as they travel. */
export interface Frames extends Disposable {
  /** To be emptied by whoever has read it. */
  readonly heard: string[];
  readonly closed: Promise<number>;
  say(frame: string): void;
  /** Asks for an operation, and gives the text of the first answer. */
  ask(id: string, payload: object): Promise<string>;
}

/** Opens a WebSocket and nothing on it. */
export async function openFrames({ url }: Place, token: string): Promise<Frames> {
  const socket = new WebSocket(url, { headers: { authorization: `Bearer ${token}` } });
  const heard: string[] = [];
  const closed = new Promise<number>((resolve) => socket.onclose = ({ code }) => resolve(code));
  socket.binaryType = "arraybuffer";
  // The hub begins in binary, and changes to text with who speaks that.
  socket.onmessage = ({ data }) =>
    heard.push(typeof data === "string" ? data : new TextDecoder().decode(data));
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => resolve();
    socket.onerror = () => reject(new Error("Cannot connect"));
  });
  const say = (frame: string) => socket.send(frame);
  return {
    ...{ heard, closed, say },
    async ask(id, payload) {
      say(JSON.stringify({ type: "call.requested", id, payload }));
      const isAnswer = (text: string) => JSON.parse(text).id === id;
      return await until(() => heard.find(isAnswer), { what: `an answer to ${id}` });
    },
    [Symbol.dispose]: () => socket.close(),
  };
}
