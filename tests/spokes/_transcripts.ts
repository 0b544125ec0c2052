/** Frames that a document tells, and a hub that is held to them. */
import { deepStrictEqual } from "node:assert/strict";

/** One frame. */
export interface Line {
  readonly from: "hub" | "spoke";
  readonly frame: Frame;
}

/** A frame as it stands in a document. */
export interface Frame {
  readonly type: string;
  readonly id: string;
  readonly payload: unknown;
}

/** The transcripts of a document, by the name in the comment before each. */
export function transcriptsIn(text: string): Map<string, Line[]> {
  const blocks = text.matchAll(/<!-- transcript: (.+?) -->\s+```text\n(.*?)```/gs);
  return new Map(Array.from(blocks, ([, name = "", block = ""]) => {
    const lines = block.trim().split("\n").map((line): Line => {
      const [, from, frame = ""] = /^(hub|spoke) → (?:hub|spoke) (.*)$/.exec(line) ?? [];
      return { from: from === "hub" ? "hub" : "spoke", frame: JSON.parse(frame) };
    });
    return [name, lines];
  }));
}

/** A socket that plays the spoke's part of transcripts, and compares the hub's with them. */
export interface Actor {
  /** Plays a transcript to its end. */
  play(lines: readonly Line[]): Promise<void>;
}

/** Plays over a socket that opens. Ids are the hub's or the document's own, told apart by who asks. */
export function actorOver(socket: WebSocket): Actor {
  const heard: Frame[] = [];
  let wake = () => {};
  socket.binaryType = "arraybuffer";
  socket.addEventListener("message", ({ data }) => {
    const text = typeof data === "string" ? data : new TextDecoder().decode(data);
    heard.push(JSON.parse(text));
    wake();
  });

  async function next(): Promise<Frame> {
    for (;;) {
      const frame = heard.shift();
      if (frame !== undefined) return frame;
      await new Promise<void>((resolve) => wake = resolve);
    }
  }

  return {
    async play(lines) {
      const ids = new Map<string, string>();
      for (const { from, frame } of lines) {
        if (from === "spoke") {
          socket.send(JSON.stringify({ ...frame, id: ids.get(frame.id) ?? frame.id }));
          continue;
        }
        let came = await next();
        // How often credit is given is the hub's affair.
        while (came.type === "call.credit" && frame.type !== came.type) came = await next();
        if (frame.type === "call.requested") ids.set(frame.id, came.id);
        const told = { ...frame, id: ids.get(frame.id) ?? frame.id };
        const payload = alike(came.payload, told.payload, {
          isCredit: told.type === "call.credit",
        });
        deepStrictEqual({ ...came, payload }, told);
      }
    },
  };
}

const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/;

/** What came, with what a document leaves open (`…`, times, traces, further credit) as the document has it. */
function alike(came: unknown, told: unknown, { isCredit }: { isCredit: boolean }): unknown {
  if (told === "…" && came !== undefined) return told;
  if (typeof came !== "object" || came === null || Array.isArray(came)) return came;
  if (typeof told !== "object" || told === null) return came;
  return Object.fromEntries(
    Object.entries(came).map(([name, value]) => {
      const wanted: unknown = Reflect.get(told, name);
      const isOpen = name === "timeout_ms" || (isCredit && name === "credit");
      if (isOpen && typeof value === "number" && value > 0) return [name, wanted];
      if (name === "traceparent" && TRACEPARENT.test(String(value))) return [name, wanted];
      return [name, alike(value, wanted, { isCredit })];
    }),
  );
}
