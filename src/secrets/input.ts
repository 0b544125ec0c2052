/**
 * What a person or a pipe hands to a command.
 *
 * @module
 */

/** Longest line or text that is taken, in bytes. */
const MAX_BYTES = 1024 * 1024;
const [LINE_FEED, CARRIAGE_RETURN, BACKSPACE, DELETE, CTRL_C, CTRL_D] = [10, 13, 8, 127, 3, 4];

/** The part of `Deno.stdin` that is used. */
export interface InputStream {
  read(buffer: Uint8Array): Promise<number | null>;
  isTerminal(): boolean;
  setRaw(on: boolean): void;
}

/** Reads standard input piece by piece: a master key may stand before a value. */
export interface Input {
  readonly isTerminal: boolean;
  /** The next line without its end. */
  line(): Promise<string>;
  /** All that is left, without one line end after it. */
  rest(): Promise<string>;
  /**
   * Asks on a terminal and shows nothing of what is typed.
   *
   * @throws {Error} when there is no terminal, or the person gives up.
   */
  hidden(question: string): Promise<string>;
}

/** Reads from `stream`; questions go to `ask`, which is not standard output. */
export function createInput(stream: InputStream, ask: (question: string) => void): Input {
  let pending = new Uint8Array();
  const more = async (): Promise<boolean> => {
    const buffer = new Uint8Array(4096);
    const count = await stream.read(buffer);
    if (count === null) return false;
    const joined = new Uint8Array(pending.length + count);
    joined.set(pending);
    joined.set(buffer.subarray(0, count), pending.length);
    pending.fill(0);
    pending = joined;
    if (pending.length > MAX_BYTES) throw new Error("Cannot read standard input: it is too long");
    return true;
  };
  const take = (length: number, skip = 0): string => {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(pending.subarray(0, length));
    pending.fill(0, 0, length);
    pending = pending.subarray(length + skip);
    return text;
  };
  return {
    get isTerminal() {
      return stream.isTerminal();
    },
    async line() {
      while (!pending.includes(LINE_FEED) && await more());
      const end = pending.indexOf(LINE_FEED);
      return (end < 0 ? take(pending.length) : take(end, 1)).replace(/\r$/, "");
    },
    async rest() {
      while (await more());
      return take(pending.length).replace(/\r?\n$/, "");
    },
    async hidden(question) {
      if (!stream.isTerminal()) throw new Error("Cannot ask: standard input is no terminal");
      ask(question);
      stream.setRaw(true);
      try {
        return await typed(stream);
      } finally {
        stream.setRaw(false);
        ask("\n");
      }
    },
  };
}

async function typed(stream: InputStream): Promise<string> {
  const bytes: number[] = [];
  const buffer = new Uint8Array(256);
  while (bytes.length < MAX_BYTES) {
    const count = await stream.read(buffer);
    if (count === null) break;
    for (const byte of buffer.subarray(0, count)) {
      if (byte === CTRL_C || byte === CTRL_D) throw new Error("given up");
      if (byte === LINE_FEED || byte === CARRIAGE_RETURN) return text(bytes);
      if (byte === BACKSPACE || byte === DELETE) removeLast(bytes);
      else bytes.push(byte);
    }
  }
  return text(bytes);
}

/** A character has several bytes: those that go on (10xxxxxx), and the one that begins it. */
function removeLast(bytes: number[]): void {
  while (((bytes.pop() ?? 0) & 0xc0) === 0x80);
}

function text(bytes: readonly number[]): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(bytes));
}
