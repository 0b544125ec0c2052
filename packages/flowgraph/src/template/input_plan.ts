/**
 * Inputs of a template, with their references found and resolved to places.
 *
 * @module
 */
import type { Scope } from "../component/props.ts";
import { isAncestor } from "./ancestry.ts";
import {
  type InputPlan,
  itemName,
  type Reference,
  type TemplateNode,
  type TemplateScope,
} from "./model.ts";

/** Tells of a reference that leads nowhere. */
export type Complain = (reason: string) => void;

interface Place {
  readonly scope: TemplateScope;
  readonly node: TemplateNode;
}

/** `.name`, `.3` or `[3]`, repeated; undefined if the text is anything else. */
function parsePath(text: string): string[] | undefined {
  const path: string[] = [];
  const step = /\.([^.[\]]+)|\[(\d+)\]/y;
  while (step.lastIndex < text.length) {
    const match = step.exec(text);
    if (match === null) return undefined;
    path.push(match[1] ?? match[2] ?? "");
  }
  return path;
}

/** Every way to cut a head off: longest first, at dots and brackets only. */
function* heads(text: string): Generator<[head: string, path: string[]]> {
  for (let end = text.length; end > 0; end--) {
    const path = parsePath(text.slice(end));
    if (path !== undefined) yield [text.slice(0, end), path];
  }
}

/** The scopes from the place outwards, each with the node that stands for the place in it. */
function* scopesOf({ scope, node }: Place): Generator<Place & { up: number }> {
  let place: Place | undefined = { scope, node };
  for (let up = 0; place; up++) {
    yield { ...place, up };
    const outer: TemplateScope["outer"] = place.scope.outer;
    place = outer && { scope: outer.scope, node: outer.map };
  }
}

function findReserved(head: string, place: Place): Reference | undefined {
  if (head === "input" || head === "output") return { head };
  if (head === "index" && place.scope.outer) return { head };
  for (const { scope, up } of scopesOf(place)) {
    if (scope.outer && itemName(scope.outer.map.block) === head) return { head: "item", up };
  }
  return undefined;
}

function findNode(head: string, place: Place): { from?: Reference; isLater?: boolean } {
  let isLater = false;
  for (const { scope, node, up } of scopesOf(place)) {
    const index = scope.names.get(head);
    if (index === undefined) continue;
    if (isAncestor(index, node)) return { from: { head: "node", up, index } };
    isLater = true;
  }
  return { isLater };
}

function planReference(text: string, place: Place, complain: Complain): InputPlan {
  const found = [...heads(text.slice(2))];
  for (const [head, path] of found) {
    const from = findReserved(head, place);
    if (from) return { kind: "reference", from, path };
  }
  for (const [head, path] of found) {
    const { from, isLater } = findNode(head, place);
    if (from) return { kind: "reference", from, path };
    if (!isLater) continue;
    complain(`${text} refers to ${head}, which does not come before it`);
    return { kind: "literal", value: undefined };
  }
  complain(`${text} refers to a node that does not exist`);
  return { kind: "literal", value: undefined };
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function isFunction(value: unknown): value is (scope: Scope) => unknown {
  return typeof value === "function";
}

function planValue(value: unknown, place: Place, complain: Complain): InputPlan {
  if (typeof value === "string") {
    if (value.startsWith("$.")) return planReference(value, place, complain);
    return { kind: "literal", value: value.startsWith("$$.") ? value.slice(1) : value };
  }
  if (Array.isArray(value)) {
    return { kind: "array", items: value.map((item) => planValue(item, place, complain)) };
  }
  if (!isPlain(value)) return { kind: "literal", value };
  const entries = Object.entries(value).map(([key, item]) =>
    [key, planValue(item, place, complain)] as const
  );
  return { kind: "object", entries };
}

/** Finds the references in the input of `node`; `complain` hears of those that lead nowhere. */
export function planInput(
  value: unknown,
  { scope, node, complain }: Place & { complain: Complain },
): InputPlan {
  if (isFunction(value)) return { kind: "function", call: value };
  return planValue(value, { scope, node }, complain);
}
