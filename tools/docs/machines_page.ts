/**
 * Writes docs/machines.md from the machines.
 *
 * @module
 */
import { mcpTask } from "../../actors/mcp_task.ts";
import { McpTaskEvent } from "../../actors/mcp_task_events.ts";
import { session } from "../../actors/session.ts";
import { SessionCommand, SessionReport } from "../../actors/session_events.ts";
import { spoke } from "../../actors/spoke.ts";
import { SpokeEvent } from "../../actors/spoke_events.ts";
import { task } from "../../actors/task.ts";
import { TaskEvent } from "../../actors/task_events.ts";
import { type EventUnion, renderMachine } from "./render_machine.ts";

/** The file that is generated. */
export const MACHINES_FILE: URL = new URL("../../docs/machines.md", import.meta.url);

const INTRO = `# Machines

<!-- Generated from actors/*.ts by tools/docs/write_pages.ts. -->

A spoke, a session and tasks are [XState](https://stately.ai/docs) machines with an address, like
any machine of yours. They are pure: no clock, no I/O, no chance; times and ids come inside of
events, and what they cause is done by effects that they name and somebody else provides. So each
life can be replayed from its log.

How to read the diagrams: an arrow bears the event, or the time after which it is taken, and in
brackets the guard that must hold. Of several arrows for one event the first whose guard holds is
taken. "invokes" names an effect that runs as long as the state lasts; "on" an event that is taken
without leaving the state, or that leads further inside. A dashed line parts regions that are active
at the same time. An event that the state cannot take is refused with \`ILLEGAL_STATE\`.
`;

const MACHINES: readonly {
  readonly title: string;
  readonly about: string;
  readonly machine: Parameters<typeof renderMachine>[0]["machine"];
  readonly events: readonly (readonly [sentBy: string, schema: EventUnion])[];
}[] = [
  {
    title: "Spoke",
    about: "`spoke/{peerId}`: a worker or tool server, from its enrolment on.",
    machine: spoke,
    events: [["the nodes and operators", SpokeEvent]],
  },
  {
    title: "Session",
    about: "`session/{sessionId}`: a conversation of one agent in one directory.",
    machine: session,
    events: [["callers", SessionCommand], ["its own effects", SessionReport]],
  },
  {
    title: "Task",
    about: "`task/{taskId}`: a piece of work that a coordinator gives to a session.",
    machine: task,
    events: [["coordinators and workers", TaskEvent]],
  },
  {
    title: "Task of MCP",
    about: "`mcp-task/{taskId}`: a call that goes on after its MCP client was answered.",
    machine: mcpTask,
    events: [["the nodes", McpTaskEvent]],
  },
];

/** The whole text of docs/machines.md. */
export function renderMachines(): string {
  return [INTRO, ...MACHINES.map(renderMachine)].join("\n");
}
