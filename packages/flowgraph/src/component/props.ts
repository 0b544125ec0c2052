/**
 * Properties of the five components, and what their functions are given.
 *
 * @module
 */
import type { CallErrorInfo } from "../schema/call.ts";
import type { UNode } from "./element.ts";

/** Outputs by node id; of ancestors only, so that no answer depends on which branch was faster. */
export type Results = Readonly<Record<string, unknown>>;

/** What functions of a template see. Inside a `Map` its variables are there too. */
export interface Scope {
  /** Input of the workflow. */
  readonly input: unknown;
  /** What comes in: the output of the predecessor, or of the map's item. */
  readonly output: unknown;
  /** Outputs of ancestors. */
  readonly results: Results;
  /** Position of the item, inside a `Map`. */
  readonly index?: number;
  /** Variables of enclosing maps. */
  readonly [name: string]: unknown;
}

/** A value, in which strings that begin with `$.` are references, or a pure function of the scope. */
export type Input = ((scope: Scope) => unknown) | object | string | number | boolean | null;

/** Properties of `Operation`. */
export interface OperationProps {
  /** Id of the operation to call. */
  readonly name: string;
  /** Id of the node. Default: the operation's name. */
  readonly id?: string;
  /** A value with `$.` references, or a function of the scope. Default: what comes in. */
  readonly input?: Input;
  /** How many times a failed call is repeated. Default: 0. */
  readonly retries?: number;
  /** Base of the delay before a repetition. Default: 0. */
  readonly retryDelayMs?: number;
  /** How the delay grows. Default: "none". */
  readonly backoff?: "none" | "linear" | "exponential";
  /** Longest delay. Default: 60000. */
  readonly maxDelayMs?: number;
  /** Codes to repeat, or a pure judgement; replaces the default filter. */
  readonly retryOn?: readonly string[] | ((error: CallErrorInfo) => boolean);
  /** Longest time of one attempt. */
  readonly timeoutMs?: number;
  /** Whether a failure counts as completed, with no output. Default: false. */
  readonly optional?: boolean;
  /** Whether the items of a subscription are gathered into an array. */
  readonly collect?: boolean;
  /** How many items are gathered. Default: 10000. */
  readonly maxItems?: number;
}

/** Properties of `Sequential`. */
export interface SequentialProps {
  readonly id?: string;
  readonly children?: UNode;
}

/** Properties of `Parallel`. */
export interface ParallelProps {
  readonly id?: string;
  /** How many operations inside run at once. Default: all. */
  readonly maxConcurrency?: number;
  /** What a failure does to the other children. Default: "wait". */
  readonly onFailure?: "wait" | "abort";
  readonly children?: UNode;
}

/** Properties of `Conditional`. */
export interface ConditionalProps {
  readonly id?: string;
  /** Whether to take the first child; pure and synchronous. */
  readonly test: (results: Results, scope: Scope) => boolean;
  readonly children?: UNode;
}

/** Properties of `Map`. */
export interface MapProps {
  readonly id?: string;
  /** The collection: an array, another iterable, a `$.` reference, or a function of the scope. */
  readonly over: Input;
  /** Name of the item in references and in the scope. Default: "item". */
  readonly as?: string;
  /** How many operations inside run at once. Default: all. */
  readonly maxConcurrency?: number;
  /** How many items are accepted. Default: 10000. */
  readonly maxItems?: number;
  readonly children?: UNode;
}
