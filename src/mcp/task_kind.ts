/**
 * Tasks of MCP as actors.
 *
 * @module
 */
import { fromPromise } from "xstate";
import { mcpTask } from "../../actors/mcp_task.ts";
import { type Look, McpTaskEvent, type Runner } from "../../actors/mcp_task_events.ts";
import { type ActorKind, defineActor } from "../../actors/runtime/mod.ts";
import type { Runners } from "./runner.ts";

/** Kind of the actors of tasks. */
export const MCP_TASK_KIND = "mcp-task";

/**
 * The kind. What a call gave is its caller's own: methods of tasks tell it nobody else. Administrators
 * may read the actor, as any other: its log holds the result in a `FINISH`, also when the task has
 * expired, and so do backups.
 *
 * @param runners Where tasks look for the process of their call. Without it they are read, and not hosted.
 */
export function createMcpTaskKind(
  runners?: Pick<Runners, "isGone">,
  { checkMs }: { readonly checkMs?: number } = {},
): ActorKind {
  const access = { requiredScopes: ["admin"] };
  return defineActor({
    kind: MCP_TASK_KIND,
    version: 2,
    events: McpTaskEvent,
    machine: runners === undefined ? mcpTask : mcpTask.provide({
      actors: {
        look: fromPromise<Look, Runner>(({ input }) =>
          Promise.resolve({ isGone: runners.isGone(input), at: Date.now() })
        ),
      },
      ...(checkMs === undefined ? {} : { delays: { check: checkMs } }),
    }),
    access: { send: access, stop: access, read: access },
  });
}
