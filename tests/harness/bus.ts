import { type Bus, deleteRealm, ensureStreams, openBus, type OpenBusOptions } from "@hub/bus";
import { testEnvironment } from "./environment.ts";
import { testRealm } from "./realm.ts";

/** A connection, and its realm with all streams in it. */
export interface TestBus extends AsyncDisposable {
  readonly bus: Bus;
}

/** How the connection differs from the plainest one. */
export interface TestBusOptions extends Partial<OpenBusOptions> {
  /** Copies of each stream; one when absent. */
  readonly replicas?: number;
}

/** Connects to the shared server in a realm of its own, or as one more member of a given realm. */
export async function testBus({ replicas, ...options }: TestBusOptions = {}): Promise<TestBus> {
  await using stack = new AsyncDisposableStack();
  const realm = options.realm ?? testRealm();
  const servers = testEnvironment().natsUrl;
  const bus = stack.use(await openBus({ servers, name: "test", ...options, realm }));
  // What a server of the test's own has ends with that server, which may not be well any more.
  const isShared = options.servers === undefined && options.realm === undefined;
  if (isShared) stack.defer(() => deleteRealm(bus.connection, realm));
  await ensureStreams(bus.connection, {
    realm,
    ...(replicas === undefined ? {} : { replicas }),
  });
  const parts = stack.move();
  return { bus, [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose]() };
}
