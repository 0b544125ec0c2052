/**
 * The record of a step, as call events.
 *
 * @module
 */
import type { CallErrorInfo } from "../schema/call.ts";
import type { CallEventMapValue } from "../schema/event.ts";
import { readNode } from "./node_layers.ts";
import type { WorkflowCommand, WorkflowEvent, WorkflowResult, WorkflowState } from "./state.ts";

type Payload<T extends CallEventMapValue["type"]> = Extract<
  CallEventMapValue,
  { type: T }
>["payload"];

class Recorder {
  readonly events: CallEventMapValue[] = [];
  readonly #timestamp: string;

  constructor(at: number) {
    this.#timestamp = new Date(at).toISOString();
  }

  requested(payload: Payload<"call.requested">): void {
    this.events.push({ type: "call.requested", id: "", timestamp: this.#timestamp, payload });
  }

  responded(requestId: string, output: unknown): void {
    const payload = { requestId, output };
    this.events.push({ type: "call.responded", id: "", timestamp: this.#timestamp, payload });
  }

  failed(requestId: string, { code, message, details }: CallErrorInfo): void {
    const payload = { requestId, code, message, ...(details !== undefined && { details }) };
    this.events.push({ type: "call.error", id: "", timestamp: this.#timestamp, payload });
  }

  aborted(requestId: string): void {
    const payload = { requestId };
    this.events.push({ type: "call.aborted", id: "", timestamp: this.#timestamp, payload });
  }
}

/** Whether the request is the present attempt of a running node. */
function isOpen(state: WorkflowState, requestId: string): boolean {
  const prefix = `${state.id}/`;
  if (state.status !== "running" || !requestId.startsWith(prefix)) return false;
  const node = readNode(state, requestId.slice(prefix.length, requestId.lastIndexOf("/")));
  return node?.status === "running" && node.requestIds.at(-1) === requestId;
}

function recordAnswer(recorder: Recorder, before: WorkflowState, event: WorkflowEvent): void {
  if (event.type !== "node.succeeded" && event.type !== "node.failed") return;
  if (!isOpen(before, event.requestId)) return;
  if (event.type === "node.failed") recorder.failed(event.requestId, event.error);
  else recorder.responded(event.requestId, event.output);
}

function recordEnd(recorder: Recorder, id: string, result: WorkflowResult): void {
  if (result.status === "completed") return recorder.responded(id, result.output);
  if (result.status === "aborted") return recorder.aborted(id);
  const [first] = result.errors;
  recorder.failed(id, {
    code: first?.error.code ?? "EXECUTION_ERROR",
    message: first ? `${first.nodeId}: ${first.error.message}` : "the workflow failed",
    details: { nodeId: first?.nodeId },
  });
}

function recordStart(recorder: Recorder, before: WorkflowState, event: WorkflowEvent): void {
  if (event.type !== "start" || before.status !== "idle") return;
  const { id, name, parentRequestId, deadline, identity } = before;
  recorder.requested({
    requestId: id,
    operationId: `workflow:${name}`,
    input: event.input,
    ...(parentRequestId !== undefined && { parentRequestId }),
    ...(deadline !== undefined && { deadline }),
    ...(identity !== undefined && { identity }),
  });
}

function recordCommand(recorder: Recorder, command: WorkflowCommand, timedOut?: string): void {
  if (command.type === "cancel") {
    const { requestId, reason: message } = command;
    if (requestId === timedOut) recorder.failed(requestId, { code: "TIMEOUT", message });
    else recorder.aborted(requestId);
  }
  if (command.type === "invoke") {
    const { requestId, operationId, input, parentRequestId, deadline, identity } = command;
    recorder.requested({
      requestId,
      operationId,
      input,
      parentRequestId,
      ...(deadline !== undefined && { deadline }),
      ...(identity !== undefined && { identity }),
    });
  }
}

/**
 * The call events that a step amounts to: `before` it, the event, and the commands that it gave. A
 * parent's end comes before that of the calls that it takes down.
 */
export function toCallEvents(
  before: WorkflowState,
  event: WorkflowEvent,
  commands: readonly WorkflowCommand[],
): CallEventMapValue[] {
  const recorder = new Recorder(Math.max(before.at, event.at));
  const settled = commands.find((command) => command.type === "settled");
  const isAborted = settled?.result.status === "aborted";
  recordStart(recorder, before, event);
  recordAnswer(recorder, before, event);
  if (isAborted) recordEnd(recorder, before.id, settled.result);
  const timedOut = event.type === "timer.fired" && event.key.startsWith("timeout:")
    ? event.key.slice("timeout:".length)
    : undefined;
  for (const command of commands) recordCommand(recorder, command, timedOut);
  if (settled && !isAborted) recordEnd(recorder, before.id, settled.result);
  return recorder.events;
}
