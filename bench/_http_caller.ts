/**
 * One connection over which requests go one after the other, written by hand: a client costs more
 * than what it asks. It speaks to servers that answer with lengths or in chunks, in ASCII alone.
 *
 * @module
 */
import { drive } from "./_load.ts";
import type { Way } from "./_rounds.ts";

/** One request; all are posts of JSON. */
export interface HttpRequest {
  readonly path: string;
  readonly body: string;
  readonly headers?: readonly string[];
}

/** A connection. */
export interface HttpCaller extends Disposable {
  /** Resolves with the body, however it came; chunks are joined. */
  post(request: HttpRequest): Promise<string>;
  /** The head of the last answer. */
  readonly head: string;
}

const encoder = new TextEncoder(), decoder = new TextDecoder();

/** Connects to `http://HOST:PORT` or `HOST:PORT`. */
export async function connectHttpCaller(address: string): Promise<HttpCaller> {
  const [hostname = "", port = ""] = address.replace(/^[a-z]+:\/\//, "").split(/[:/]/);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  connection.setNoDelay(true);
  const buffer = new Uint8Array(256 * 1024);
  let unread = "", head = "";

  async function read(): Promise<void> {
    const length = await connection.read(buffer);
    if (length === null) throw new Error(`The connection was closed after ${unread}`);
    unread += decoder.decode(buffer.subarray(0, length));
  }

  async function take(length: number): Promise<string> {
    while (unread.length < length) await read();
    const taken = unread.slice(0, length);
    unread = unread.slice(length);
    return taken;
  }

  async function takeThrough(mark: string): Promise<string> {
    let at = unread.indexOf(mark);
    while (at < 0) {
      await read();
      at = unread.indexOf(mark);
    }
    return await take(at + mark.length);
  }

  async function takeChunks(): Promise<string> {
    let text = "";
    for (;;) {
      const length = Number.parseInt(await takeThrough("\r\n"), 16);
      const chunk = await take(length + 2);
      if (length === 0) return text;
      text += chunk.slice(0, length);
    }
  }

  async function answer(): Promise<string> {
    head = await takeThrough("\r\n\r\n");
    const told = /\r\ncontent-length: *([0-9]+)/i.exec(head)?.[1];
    const body = told === undefined ? await takeChunks() : await take(Number(told));
    if (!/^HTTP\/1.1 2/.test(head)) throw new Error(`${head}${body}`);
    return body;
  }

  return {
    get head() {
      return head;
    },
    async post({ path, body, headers = [] }) {
      const lines = [
        ...[`POST ${path} HTTP/1.1`, "host: localhost", "content-type: application/json"],
        ...headers,
        `content-length: ${body.length}`,
      ];
      await connection.write(encoder.encode(`${lines.join("\r\n")}\r\n\r\n${body}`));
      return await answer();
    },
    [Symbol.dispose]: () => connection.close(),
  };
}

/** As many connections to one place. */
export function connectHttpCallers(address: string, count: number): Promise<HttpCaller[]> {
  return Promise.all(Array.from({ length: count }, () => connectHttpCaller(address)));
}

/** What each caller asks again and again, over a connection of its own. */
export interface HttpAsked {
  readonly name: string;
  readonly address: string;
  readonly request: (caller: number) => HttpRequest;
  /** Stands in every answer, if it is what was asked for. */
  readonly expected?: string;
  /** Those that answer. */
  readonly processes?: readonly number[];
}

/** A way over HTTP. Servers close what was idle, so every round has connections of its own. */
export function httpWay(asked: HttpAsked): Way {
  const { name, address, request, expected = "", processes = [] } = asked;
  return {
    ...{ name, processes },
    async run(load) {
      using stack = new DisposableStack();
      const callers = await connectHttpCallers(address, load.callers);
      for (const caller of callers) stack.use(caller);
      return await drive(async (at) => {
        const body = await callers[at]?.post(request(at));
        if (body?.includes(expected) !== true) throw new Error(`${name} answered ${body}`);
      }, load);
    },
  };
}
