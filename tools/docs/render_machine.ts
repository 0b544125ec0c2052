/**
 * One machine as a section of a page: its diagram, its states, its events.
 *
 * @module
 */
import type { AnyStateMachine, AnyStateNode } from "xstate";
import { drawMachine } from "./machine_diagram.ts";
import { renderTable } from "./render_table.ts";

/** A union of event schemas. */
export interface EventUnion {
  readonly anyOf: readonly {
    readonly properties: { readonly type: { readonly const: string } };
    readonly required?: readonly string[];
  }[];
}

/** What a section is about. */
export interface MachineSection {
  readonly title: string;
  readonly about: string;
  readonly machine: AnyStateMachine;
  readonly events: readonly (readonly [sentBy: string, schema: EventUnion])[];
}

/** Writes the section. */
export function renderMachine({ title, about, machine, events }: MachineSection): string {
  const states = describedStates(machine.root);
  return [
    `## ${title}\n`,
    `${about}\n`,
    `\`\`\`mermaid\n${drawMachine(machine)}\`\`\`\n`,
    ...(states.length > 0 ? [renderTable(["State", "What it means"], states)] : []),
    ...events.map(([sentBy, { anyOf }]) =>
      `Events, sent by ${sentBy}:\n\n${
        renderTable(["Event", "What it holds"], anyOf.map(eventRow))
      }`
    ),
  ].join("\n");
}

function describedStates(node: AnyStateNode): string[][] {
  const { description, path } = node;
  const own = description === undefined || path.length === 0
    ? []
    : [[code(path.join(".")), description]];
  return [...own, ...Object.values(node.states).flatMap(describedStates)];
}

function eventRow({ properties, required = [] }: EventUnion["anyOf"][number]): string[] {
  const names = Object.keys(properties).filter((name) => name !== "type");
  const fields = names.map((name) => code(required.includes(name) ? name : `${name}?`));
  return [code(properties.type.const), fields.join(", ")];
}

function code(text: string): string {
  return `\`${text}\``;
}
