/**
 * The calls of one graph: adds them, folds events into them, and ties children to parents that may
 * come later.
 *
 * @module
 */
import { canonicalJson } from "../canonical_json.ts";
import type { CallNodeAttrs, CallStatus } from "../schema/call.ts";
import { parseCallEvent } from "../schema/event.ts";
import { callAttributes } from "./call_attributes.ts";
import { addEvidence, type CallEvidence, evidenceOf } from "./call_evidence.ts";
import { isTerminalStatus, isValidTransition } from "./call_status.ts";
import {
  assertKey,
  CycleError,
  DuplicateNodeError,
  InvalidTransitionError,
  NodeNotFoundError,
} from "./errors.ts";
import { findPath, type RawGraph } from "./traversal.ts";

/** What a call graph asks of its surroundings. */
export interface CallGraphOptions {
  /** Which operations answer many times. Default: none. */
  readonly isSubscription?: (operationId: string) => boolean;
  /** Time of an event that carries none, as ISO-8601. Default: the present. */
  readonly clock?: () => string;
}

/** Fields that may be given along with a change of status. */
export type CallPatch = Partial<Omit<CallNodeAttrs, "requestId" | "status" | "parentRequestId">>;

/** Values that were passed on are the same objects, so the text is rarely needed. */
function isSame(a: CallNodeAttrs, b: CallNodeAttrs): boolean {
  const left: Record<string, unknown> = a, right: Record<string, unknown> = b;
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].every((key) =>
    left[key] === right[key] || canonicalJson(left[key]) === canonicalJson(right[key])
  );
}

/** Bookkeeping of the calls in one graph. */
export class CallLedger {
  readonly #raw: RawGraph;
  readonly #options: CallGraphOptions;
  readonly #evidence = new Map<string, CallEvidence>();
  /** Parent that is not known yet → its children. */
  readonly #waiting = new Map<string, Set<string>>();

  constructor(raw: RawGraph, options: CallGraphOptions) {
    this.#raw = raw;
    this.#options = options;
  }

  /** Adds a call, its edge from the parent, and the edges to children that came before it. */
  add(attrs: CallNodeAttrs): void {
    const { requestId } = attrs;
    assertKey(requestId);
    if (this.#raw.hasNode(requestId)) throw new DuplicateNodeError(requestId);
    this.#refuseLoop(attrs);
    this.#raw.addNode(requestId, { ...attrs });
    this.#tie(attrs);
  }

  /** Folds one event; returns whether the graph changed. */
  fold(source: unknown, at?: string): boolean {
    const event = parseCallEvent(source);
    const { requestId } = event.payload;
    assertKey(requestId);
    const exists = this.#raw.hasNode(requestId);
    const present: CallNodeAttrs | undefined = exists
      ? this.#raw.getNodeAttributes(requestId)
      : undefined;
    const known = this.#evidence.get(requestId) ?? (present ? evidenceOf(present) : {});
    const evidence = addEvidence(known, event, at ?? this.#timeOf(event.timestamp));
    if (evidence === known) return false;
    const next = this.#attributes(requestId, evidence, present);
    if (next.parentRequestId !== present?.parentRequestId) this.#refuseLoop(next);
    this.#evidence.set(requestId, evidence);
    if (present && isSame(next, present)) return false;
    if (!present) this.#raw.addNode(requestId, next);
    else this.#replace(present, next);
    this.#tie(next);
    return true;
  }

  /**
   * Sets the status by hand.
   *
   * @throws {InvalidTransitionError} if it cannot follow the present one.
   */
  setStatus(requestId: string, status: CallStatus, patch: CallPatch = {}): void {
    const present = this.get(requestId);
    const stays = present.status === status;
    if (stays && isTerminalStatus(status)) return;
    if (!stays && !isValidTransition(present.status, status)) {
      throw new InvalidTransitionError(requestId, present.status, status);
    }
    const stamps = stays ? {} : this.#stamps(present, status);
    this.#raw.replaceNodeAttributes(requestId, { ...present, ...stamps, ...patch, status });
    this.#evidence.delete(requestId);
  }

  /**
   * The attributes of a call.
   *
   * @throws {NodeNotFoundError} if there is none.
   */
  get(requestId: string): CallNodeAttrs {
    if (!this.#raw.hasNode(requestId)) throw new NodeNotFoundError(requestId);
    return this.#raw.getNodeAttributes(requestId);
  }

  /** Evidence that the attributes alone do not tell, to be stored along with the graph. */
  exportEvidence(): Record<string, CallEvidence> {
    const entries = [...this.#evidence].filter(([id, evidence]) =>
      canonicalJson(evidence) !== canonicalJson(evidenceOf(this.get(id)))
    );
    return Object.fromEntries(entries);
  }

  /** Takes up a graph that was filled from outside. */
  adopt(evidence: Record<string, CallEvidence>): void {
    for (const [id, seen] of Object.entries(evidence)) this.#evidence.set(id, seen);
    this.#raw.forEachNode((key, { parentRequestId }) => {
      if (typeof parentRequestId !== "string" || this.#raw.hasNode(parentRequestId)) return;
      this.#waitFor(parentRequestId, key);
    });
  }

  #attributes(
    requestId: string,
    evidence: CallEvidence,
    present: CallNodeAttrs | undefined,
  ): CallNodeAttrs {
    const operationId = evidence.requested?.value.operationId;
    const isSubscription = operationId !== undefined &&
      (this.#options.isSubscription?.(operationId) ?? false);
    const { nodeId, attempt } = present ?? {};
    return {
      ...callAttributes(requestId, evidence, isSubscription),
      ...(nodeId !== undefined && { nodeId }),
      ...(attempt !== undefined && { attempt }),
    };
  }

  #timeOf(timestamp: string | number | undefined): string {
    if (typeof timestamp === "string") return timestamp;
    if (timestamp !== undefined) return new Date(timestamp).toISOString();
    return this.#options.clock?.() ?? new Date().toISOString();
  }

  #stamps({ requestedAt, startedAt }: CallNodeAttrs, status: CallStatus): Partial<CallNodeAttrs> {
    const now = this.#timeOf(undefined);
    if (status === "running") return { startedAt: now };
    const began = startedAt ?? requestedAt;
    return { completedAt: now, ...(began !== undefined && { startedAt: began }) };
  }

  #refuseLoop({ requestId, parentRequestId }: CallNodeAttrs): void {
    if (parentRequestId === undefined) return;
    if (parentRequestId === requestId) throw new CycleError([[requestId]]);
    const isLeaf = !this.#waiting.has(requestId) &&
      (!this.#raw.hasNode(requestId) || this.#raw.outDegree(requestId) === 0);
    if (isLeaf) return;
    const line = this.#parentLine(parentRequestId, requestId);
    if (line) throw new CycleError([[...line].reverse()]);
    if (!this.#raw.hasNode(requestId) || !this.#raw.hasNode(parentRequestId)) return;
    const path = findPath(this.#raw, requestId, parentRequestId);
    if (path) throw new CycleError([path]);
  }

  /** The parents above `from`, up to `until`; undefined if they do not lead there. */
  #parentLine(from: string, until: string): string[] | undefined {
    const line: string[] = [];
    for (let at: unknown = from; typeof at === "string";) {
      line.push(at);
      if (at === until) return line;
      at = this.#raw.hasNode(at) ? this.#raw.getNodeAttribute(at, "parentRequestId") : undefined;
    }
    return undefined;
  }

  #replace(present: CallNodeAttrs, next: CallNodeAttrs): void {
    const { requestId, parentRequestId } = present;
    this.#raw.replaceNodeAttributes(requestId, next);
    if (parentRequestId === undefined || parentRequestId === next.parentRequestId) return;
    this.#waiting.get(parentRequestId)?.delete(requestId);
    const edge = `${parentRequestId}->${requestId}`;
    if (this.#raw.hasEdge(edge)) this.#raw.dropEdge(edge);
  }

  #tie({ requestId, parentRequestId }: CallNodeAttrs): void {
    if (parentRequestId !== undefined) this.#trigger(parentRequestId, requestId);
    const children = this.#waiting.get(requestId);
    if (children === undefined) return;
    this.#waiting.delete(requestId);
    for (const child of children) this.#trigger(requestId, child);
  }

  #trigger(parent: string, child: string): void {
    if (!this.#raw.hasNode(parent)) return this.#waitFor(parent, child);
    const edge = `${parent}->${child}`;
    // One edge per pair: what a parent triggered outweighs a mere dependency.
    if (this.#raw.hasEdge(edge)) this.#raw.replaceEdgeAttributes(edge, { edgeType: "triggered" });
    else this.#raw.addEdgeWithKey(edge, parent, child, { edgeType: "triggered" });
  }

  #waitFor(parent: string, child: string): void {
    const children = this.#waiting.get(parent) ?? new Set();
    this.#waiting.set(parent, children.add(child));
  }
}
