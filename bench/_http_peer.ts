/**
 * One process of the benchmark of HTTP; ends when its input does.
 *
 *     deno run -A bench/_http_peer.ts relay    # prints where it listens, for callers and for a spoke
 *     deno run -A bench/_http_peer.ts hub      # prints where it listens, and a key
 *
 * @module
 */
import { startBenchHub } from "./_hubs.ts";
import { say, untilInputEnds } from "./_load.ts";

if (Deno.args[0] === "hub") await hub();
else await relay();
Deno.exit(0);

/** A hub as it is started in earnest, and a spoke. */
async function hub(): Promise<void> {
  await using hub = await startBenchHub();
  await hub.startSpoke("dev1");
  say(`${hub.urls[0]} ${await hub.key("spokes:call")}`);
  await untilInputEnds();
}

/** Passes what a caller posts to the spoke, and what the spoke says back to the caller: no more. */
async function relay(): Promise<void> {
  const waiting = new Map<string, (frame: string) => void>();
  let spoke: WebSocket | undefined, requests = 0;

  /** Sends a call as it was posted; all that is said about it is passed on. */
  function ask(call: string, heard: (frame: string) => void): void {
    const id = `${requests++}`;
    waiting.set(id, heard);
    spoke?.send(`{"id":"${id}","type":"call.requested","payload":${call}}`);
  }

  const answerTo = (call: string) =>
    new Promise<string>((resolve) => {
      ask(call, (frame) => {
        waiting.delete(idOf(frame));
        resolve(frame);
      });
    });

  async function answer(path: string, body: string): Promise<BodyInit> {
    if (path === "/call") return await answerTo(body);
    if (path === "/subscribe") return events((heard) => ask(body, heard));
    const calls: unknown[] = JSON.parse(body);
    return `[${await Promise.all(calls.map((call) => answerTo(JSON.stringify(call))))}]`;
  }

  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  const server = Deno.serve(options, async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname !== "/spoke") return new Response(await answer(pathname, await request.text()));
    const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: 0 });
    spoke = socket;
    socket.onmessage = ({ data }) => waiting.get(idOf(data))?.(data);
    return response;
  });
  say(`127.0.0.1:${server.addr.port} ws://127.0.0.1:${server.addr.port}/spoke`);
  await untilInputEnds();
}

/** What is heard as events; all that is there is sent as one. */
function events(listen: (heard: (frame: string) => void) => void): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let text = "", isOver = false, wake = () => {};
  listen((frame) => {
    text += `data: ${frame}\n\n`;
    isOver ||= frame.includes("call.completed");
    wake();
  });
  return new ReadableStream({
    async pull(controller) {
      if (text === "") await new Promise<void>((resolve) => wake = resolve);
      controller.enqueue(encoder.encode(text));
      text = "";
      if (isOver) controller.close();
    },
  }, { highWaterMark: 0 });
}

/** Each frame begins with its id. */
function idOf(frame: string): string {
  return frame.slice(7, frame.indexOf('"', 7));
}
