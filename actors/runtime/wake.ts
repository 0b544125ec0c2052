/**
 * Tells a node that an actor has come to it with work under way. Only to be faster than the sweep:
 * a message that is lost does no harm.
 *
 * @module
 */
import { type Address, type Bus, decodeJson, encodeJson, nodeSubject } from "@hub/bus";
import { Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";

const Wake = Type.Object({
  wake: Type.Object({ kind: Type.String(), id: Type.String() }),
});
const wakes = TypeCompiler.Compile(Wake);

/** Tells `node`. */
export function wake({ connection, realm }: Bus, node: string, address: Address): void {
  if (connection.isClosed()) return;
  const { kind, id } = address;
  connection.publish(nodeSubject(realm, node, "control"), encodeJson({ wake: { kind, id } }));
}

/** Calls `onWake` for what other nodes tell this one, until it is disposed of. */
export function serveWakes(
  { connection, realm }: Bus,
  { node, onWake }: { readonly node: string; readonly onWake: (address: Address) => void },
): Disposable {
  const subscription = connection.subscribe(nodeSubject(realm, node, "control"), {
    callback(error, { data }) {
      const message = error === null ? read(data) : undefined;
      if (message !== undefined) onWake(message);
    },
  });
  return { [Symbol.dispose]: () => subscription.unsubscribe() };
}

/** Other things are said on that channel, too. */
function read(data: Uint8Array): Address | undefined {
  try {
    const message = decodeJson(data, { maxBytes: 1024 });
    return wakes.Check(message) ? message.wake : undefined;
  } catch {
    return undefined;
  }
}
