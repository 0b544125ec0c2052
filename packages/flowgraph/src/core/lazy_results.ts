/**
 * The outputs of ancestors, looked up one by one. Gathering all of them costs as much as there are
 * ancestors, which for every conditional of a long workflow is too much.
 *
 * @module
 */
import type { Results } from "../component/props.ts";
import { isAncestor } from "../template/ancestry.ts";
import type { RunNode } from "./run.ts";
import { ancestorResults } from "./scope.ts";

/** Ids of the nodes of a map's items, which are not in the table of their scope. */
const ITEM_ID = /\[\d+\]\//;

/** The output that is listed under an id, nearest scope first. */
function listedOutput(node: RunNode, id: string): unknown {
  for (let at: RunNode | undefined = node; at; at = at.frame.outer?.map) {
    const index = at.frame.scope.listed.get(id);
    if (index === undefined || !isAncestor(index, at.template)) continue;
    const output = at.frame.nodes[index]?.state.output;
    if (output !== undefined) return output;
  }
  return undefined;
}

/** What `ancestorResults` gives, for a function that keeps nothing of it. */
export function lazyResults(node: RunNode): Results {
  let gathered: Results | undefined;
  const all = () => gathered ??= ancestorResults(node);
  const look = (id: string | symbol): unknown => {
    if (typeof id === "symbol") return undefined;
    if (gathered === undefined && !ITEM_ID.test(id)) return listedOutput(node, id);
    return Object.hasOwn(all(), id) ? all()[id] : undefined;
  };
  return new Proxy<Results>({}, {
    get: (target, id) => look(id) ?? Reflect.get(target, id),
    has: (target, id) => look(id) !== undefined || Reflect.has(target, id),
    ownKeys: () => Object.keys(all()),
    getOwnPropertyDescriptor: (_target, id) => {
      const value = look(id);
      return value === undefined
        ? undefined
        : { value, enumerable: true, configurable: true, writable: false };
    },
    set: () => false,
    deleteProperty: () => false,
    defineProperty: () => false,
  });
}
