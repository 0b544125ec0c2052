/**
 * Tasks of MCP as actors.
 *
 * @module
 */
import { mcpTask } from "../../actors/mcp_task.ts";
import { McpTaskEvent } from "../../actors/mcp_task_events.ts";
import { type ActorKind, defineActor } from "../../actors/runtime/mod.ts";

/** Kind of the actors of tasks. */
export const MCP_TASK_KIND = "mcp-task";

/**
 * The kind. What a call gave is its caller's own: methods of tasks tell it nobody else. Administrators
 * may read the actor, as any other: its log holds the result in a `FINISH`, also when the task has
 * expired, and so do backups.
 */
export function createMcpTaskKind(): ActorKind {
  const access = { requiredScopes: ["admin"] };
  return defineActor({
    kind: MCP_TASK_KIND,
    version: 1,
    events: McpTaskEvent,
    machine: mcpTask,
    access: { send: access, stop: access, read: access },
  });
}
