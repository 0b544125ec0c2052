/**
 * Machines as Mermaid state diagrams.
 *
 * @module
 */
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from "xstate";
import { guardText } from "./guard_text.ts";

/** What an arrow needs: states are drawn before their arrows, and arrows where both ends are. */
interface Arrow {
  readonly from: AnyStateNode;
  readonly to: AnyStateNode;
  readonly label: string;
}

/**
 * Draws a machine: nested, parallel and final states, timers, guards, and what a state invokes. The
 * same machine gives the same text.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { createMachine } from "xstate";
 *
 * const door = createMachine({
 *   id: "door",
 *   initial: "closed",
 *   states: { closed: { on: { push: "open" } }, open: { after: { 5000: "closed" } } },
 * });
 * strictEqual(drawMachine(door), `stateDiagram-v2
 *   state "closed" as door_closed
 *   state "open" as door_open
 *   [*] --> door_closed
 *   door_closed --> door_open : push
 *   door_open --> door_closed : after 5 s
 * `);
 * ```
 */
export function drawMachine(machine: AnyStateMachine): string {
  const { root } = machine;
  const nodes = below(root);
  const names = nameAll([root, ...nodes]);
  const arrows = [root, ...nodes].flatMap(arrowsOf);
  const nameOf = (node: AnyStateNode) => names.get(node) ?? "";

  function draw(node: AnyStateNode, indent: string): string[] {
    const children = childrenOf(node);
    const inner = `${indent}  `;
    const lines = children.flatMap((child, at) => [
      ...(node.type === "parallel" && at > 0 ? [`${inner}--`] : []),
      ...drawState(child, inner),
    ]);
    const initial = node.type === "compound" ? node.initial.target : undefined;
    for (const target of initial ?? []) lines.push(`${inner}[*] --> ${nameOf(target)}`);
    for (const { from, to, label } of arrows.filter((arrow) => home(arrow) === node)) {
      lines.push(`${inner}${nameOf(from)} --> ${nameOf(to)} : ${label}`);
    }
    for (const child of children) {
      if (child.type === "final") lines.push(`${inner}${nameOf(child)} --> [*]`);
    }
    return lines;
  }

  function drawState(node: AnyStateNode, indent: string): string[] {
    const name = nameOf(node), facts = factsOf(node);
    const title = `${indent}state "${escape(node.key)}" as ${name}`;
    if (childrenOf(node).length > 0) {
      const note = facts.length === 0 ? [] : [`${indent}note right of ${name} : ${lines(facts)}`];
      return [`${title} {`, ...draw(node, indent), `${indent}}`, ...note];
    }
    return [title, ...facts.map((fact) => `${indent}${name} : ${fact}`)];
  }

  const own = factsOf(root);
  const legend = own.length === 0 ? [] : [`  %% anywhere ${own.join(", ")}`];
  return ["stateDiagram-v2", ...legend, ...draw(root, ""), ""].join("\n");
}

function childrenOf(node: AnyStateNode): AnyStateNode[] {
  return Object.values(node.states);
}

function below(node: AnyStateNode): AnyStateNode[] {
  return childrenOf(node).flatMap((child) => [child, ...below(child)]);
}

/** Names of which Mermaid makes nothing else; no two states share one. */
function nameAll(nodes: readonly AnyStateNode[]): ReadonlyMap<AnyStateNode, string> {
  const names = new Map<AnyStateNode, string>(), used = new Set<string>();
  for (const node of nodes) {
    const base = [node.machine.id, ...node.path].join("_").replaceAll(/[^A-Za-z0-9_]/g, "_");
    let name = base;
    for (let n = 2; used.has(name); n++) name = `${base}_${n}`;
    used.add(name);
    names.set(node, name);
  }
  return names;
}

function transitionsOf(node: AnyStateNode): AnyTransitionDefinition[] {
  return [...node.transitions.values(), ...[node.always ?? []]].flat();
}

function arrowsOf(node: AnyStateNode): Arrow[] {
  const from = node;
  return transitionsOf(node).flatMap((transition) =>
    (transition.target ?? []).filter((to) => !areNested(from, to))
      .map((to) => ({ from, to, label: labelOf(transition, node) }))
  );
}

/** Mermaid draws no arrow between a state and one inside of it. */
function areNested(from: AnyStateNode, to: AnyStateNode): boolean {
  return from !== to && (isInside(to, from) || isInside(from, to));
}

function isInside(node: AnyStateNode, outer: AnyStateNode): boolean {
  for (let at = node.parent; at !== undefined; at = at.parent) if (at === outer) return true;
  return false;
}

/** The innermost state in which both ends of an arrow lie; no region, for there it would be cut. */
function home({ from, to }: Arrow): AnyStateNode {
  const ancestors = new Set<AnyStateNode>();
  for (let node = from.parent; node !== undefined; node = node.parent) ancestors.add(node);
  let node = to.parent;
  while (node?.parent !== undefined && (!ancestors.has(node) || node.type === "parallel")) {
    node = node.parent;
  }
  return node ?? from.machine.root;
}

/** What a state does that is no arrow: what it invokes, takes without leaving, or takes further in. */
function factsOf(node: AnyStateNode): string[] {
  const invoked = node.invoke.map((one) => `invokes ${escape(sourceOf(one))}`);
  const taken = transitionsOf(node)
    .filter(({ target, actions }) => target === undefined && actions.length > 0)
    .map((transition) => `on ${labelOf(transition, node)}`);
  const nested = transitionsOf(node).flatMap((transition) =>
    (transition.target ?? []).filter((to) => areNested(node, to))
      .map((to) => `on ${labelOf(transition, node)} to ${escape(to.key)}`)
  );
  return [...invoked, ...taken, ...nested];
}

/** Logic that is written in place of a name has only the name of its invocation. */
function sourceOf({ src, id }: AnyStateNode["invoke"][number]): string {
  return typeof src === "string" && !src.startsWith("xstate.invoke.") ? src : id;
}

function labelOf({ eventType, guard }: AnyTransitionDefinition, node: AnyStateNode): string {
  const event = eventText(eventType, node);
  const when = guard === undefined ? "" : `[${escape(guardText(guard))}]`;
  return [event, when].filter((part) => part !== "").join(" ") || "at once";
}

const AFTER = /^xstate\.after\.(.*)$/s;
const OF_ACTOR = /^xstate\.(done|error|snapshot)\.actor\.(.*)$/s;

function eventText(type: string, node: AnyStateNode): string {
  const after = AFTER.exec(type)?.[1];
  if (after !== undefined) return `after ${delayText(after.slice(0, -node.id.length - 1), node)}`;
  const [, what, id] = OF_ACTOR.exec(type) ?? [];
  if (id !== undefined) {
    const invoked = node.invoke.find((one) => one.id === id);
    return escape(`${invoked === undefined ? id : sourceOf(invoked)} ${what}`);
  }
  return type.startsWith("xstate.done.state.") ? "done" : escape(type);
}

/** A name says why, its time how long; one that depends on the context has none to tell. */
function delayText(delay: string, { machine }: AnyStateNode): string {
  const given: unknown = machine.implementations.delays[delay];
  if (typeof given === "number") return `${escape(delay)} (${durationText(given)})`;
  return /^\d+$/.test(delay) ? durationText(Number(delay)) : escape(delay);
}

function durationText(ms: number): string {
  return ms % 1_000 === 0 ? `${ms / 1_000} s` : `${ms} ms`;
}

function lines(facts: readonly string[]): string {
  return facts.join("<br/>");
}

/** Every character with a meaning to Mermaid or HTML becomes an entity. */
function escape(text: string): string {
  return text.replaceAll(
    /[^\p{L}\p{N} _.,()|&!-]/gu,
    (character) => `#${character.codePointAt(0)};`,
  ).replaceAll("--", "#45;#45;");
}
