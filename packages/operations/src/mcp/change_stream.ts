/**
 * The stream on which a server of the revision without sessions says that its tools have changed.
 *
 * @module
 */
import type { Client, McpSubscription } from "@modelcontextprotocol/client";
import { getLogger } from "@logtape/logtape";

const log = getLogger("operations:mcp");
/** A server that ends streams sooner is not asked for another one each time. */
const LASTING_MS = 10_000;

/** A stream that is opened anew by whoever lists the tools. */
export interface ChangeStream {
  /** To be called once the client is connected: it has opened the first stream by itself. */
  begun(): void;
  /** Opens another one where there is none any more. Never rejects. */
  ensure(options?: { readonly timeout?: number }): Promise<void>;
}

/** Tells of changes; also when a stream has ended, for nobody knows what has changed since. */
export function followChanges(client: Client, onChanged: () => void): ChangeStream {
  let present: McpSubscription | undefined;

  function follow(stream: McpSubscription | undefined): void {
    present = stream;
    const since = performance.now();
    void stream?.closed.then((how) => {
      present = undefined;
      // What is short-lived waits for the next time that somebody lists.
      if (how !== "local" && performance.now() - since >= LASTING_MS) onChanged();
    });
  }

  const isTold = () =>
    client.getProtocolEra() === "modern" &&
    client.getServerCapabilities()?.tools?.listChanged === true;

  return {
    begun: () => follow(client.autoOpenedSubscription),
    async ensure(options = {}) {
      if (present !== undefined || client.transport === undefined || !isTold()) return;
      try {
        follow(await client.listen({ toolsListChanged: true }, options));
      } catch (error) {
        log.debug("a server says nothing of changes", { error });
      }
    },
  };
}
