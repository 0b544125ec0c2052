import { type Bus, deleteRealm, ensureStreams, openBus, type OpenBusOptions } from "@hub/bus";
import { testEnvironment } from "./environment.ts";
import { testRealm } from "./realm.ts";

/** A connection, and its realm with all streams in it. */
export interface TestBus extends AsyncDisposable {
  readonly bus: Bus;
}

/** Connects to the shared server in a realm of its own, or as one more member of a given realm. */
export async function testBus(options: Partial<OpenBusOptions> = {}): Promise<TestBus> {
  await using stack = new AsyncDisposableStack();
  const realm = options.realm ?? testRealm();
  const servers = testEnvironment().natsUrl;
  const bus = stack.use(await openBus({ servers, name: "test", ...options, realm }));
  if (options.realm === undefined) stack.defer(() => deleteRealm(bus.connection, realm));
  await ensureStreams(bus.connection, { realm });
  const parts = stack.move();
  return { bus, [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose]() };
}
