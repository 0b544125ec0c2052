/**
 * A Restate server with the services of `_restate_service.ts`.
 *
 * @module
 */
import { freePort } from "../../tests/harness/nats.ts";
import { until } from "../../tests/harness/until.ts";
import { startNodePeer } from "./_node_peer.ts";
import type { Scratch } from "./_scratch.ts";

/** What Restate is made of here. */
export const RESTATE = {
  "@restatedev/restate-sdk": "1.17.2",
  "@restatedev/restate-server": "1.7.12",
  "@restatedev/xstate": "0.5.2",
  "xstate": "5.33.3",
};

/** A server that takes calls. */
export interface RestateServer extends AsyncDisposable {
  /** Where calls are taken. */
  readonly url: string;
  readonly processes: readonly number[];
}

/** How it keeps what it has acknowledged. */
export interface RestateOptions {
  /** Whether its log waits for the disk, as it does unless told otherwise. */
  readonly sync: boolean;
}

/** Starts a server as it comes, but for its ports, its folder and what it tells its makers. */
export async function startRestate(
  scratch: Scratch,
  { sync }: RestateOptions,
): Promise<RestateServer> {
  const [ingress, admin, node, service] = [freePort(), freePort(), freePort(), freePort()];
  const peer = await startNodePeer(scratch, {
    script: "compare/_restate_service.ts",
    args: [String(service)],
    env: {
      RESTATE_BASE_DIR: await scratch.folder(`restate-${sync}`),
      RESTATE_LISTEN_MODE: "tcp",
      RESTATE_BIND_ADDRESS: `127.0.0.1:${node}`,
      RESTATE_ADVERTISED_ADDRESS: `http://127.0.0.1:${node}`,
      RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ingress}`,
      RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${admin}`,
      RESTATE_LOG_SERVER__ROCKSDB_DISABLE_WAL_FSYNC: String(!sync),
      RESTATE_DISABLE_TELEMETRY: "true",
      // It looks for newer ones of its kind, and complains when it cannot.
      RESTATE_LOG_FILTER: "error,octocrab=off",
      RESTATE_LOGGING: "ERROR",
    },
  });
  await using stack = new AsyncDisposableStack();
  stack.use(peer);
  await until(() => register(admin, service), { what: "Restate" });
  const parts = stack.move();
  return {
    url: `http://127.0.0.1:${ingress}`,
    processes: [peer.pid],
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  };
}

async function register(admin: number, service: number): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${admin}/deployments`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ uri: `http://127.0.0.1:${service}` }),
  });
  await answer.body?.cancel();
  return answer.ok;
}
