/**
 * All that bridges ask of the world.
 *
 * @module
 */
import type { CallSession, Identity, OperationSpec } from "@alkdev/operations";

/** Somebody who has been let in. */
export interface Caller {
  readonly identity: Identity;
  /** A node has a name of its own and offers operations under it; a client only calls. */
  readonly role: "node" | "client";
  /** Names the credential that was shown, and tells nothing of it. */
  readonly credential: string;
  /** When the credential ends, in Unix milliseconds; `null` for one that does not. */
  readonly notAfterMs: number | null;
}

/** A value now, or later where somebody has to be asked. */
export type Soon<T> = T | Promise<T>;

/** Who somebody is by now, or what of them counts no more. */
export type Renewed =
  | { readonly caller: Caller }
  | { readonly gone: "credential" | "identity" };

/** Knows who may come in. All of it may throw a `CallError`, such as `UNAVAILABLE`. */
export interface Admission {
  /** Who a bearer token stands for; `source` is where it came from. */
  resolve(token: string, source: string): Soon<Caller | null>;
  /** Who a ticket stands for, which is good for once and for pages of `origin`. */
  redeemTicket(ticket: string, origin: string | null): Promise<Caller | null>;
  /** Who that is by now. */
  renew(caller: Caller): Promise<Renewed>;
  /** Tells when something about callers has changed; the result ends that. */
  onChange(listener: (concerns: (caller: Caller) => boolean) => void): () => void;
}

/** A node that is connected, as routing sees it. */
export interface ConnectedPeer {
  readonly peerId: string;
  /** Names this connection, of all that there ever are. */
  readonly connection: string;
  /** Names the credential with which it was opened. */
  readonly credential: string;
  readonly session: CallSession;
  /** Ends the connection, with a WebSocket close code. */
  readonly close: (code: number, reason: string) => void;
}

/** Knows the nodes that are connected, and what they offer. */
export interface Peers {
  /**
   * Asks a node what it offers, and makes that reachable until the result is called, with the code
   * with which the connection was closed.
   *
   * @throws {Error} when what it offers cannot be taken; nothing of it is reachable then.
   */
  attach(peer: ConnectedPeer): Promise<(code: number) => void>;
}

/** Makes tickets for pages, which cannot send a header when they open a WebSocket. */
export interface TicketIssuer {
  /**
   * A ticket for who has shown `caller.credential`, good for pages of `origin`.
   *
   * @throws {CallError} `UNAVAILABLE`.
   */
  issueTicket(caller: Caller, origin: string | null): Promise<IssuedTicket>;
}

/** A ticket to be shown once. */
export interface IssuedTicket {
  readonly ticket: string;
  readonly expiresInS: number;
}

/** Knows what is declared of an operation that callers from outside can name. */
export interface OperationsCatalog {
  /** Says nothing about who may call it: whoever tells callers of it has to ask that first. */
  find(operation: string): OperationSpec | undefined;
}

/** What somebody looks for. */
export interface SearchRequest {
  /** Whose rights count; `null` for a caller without any. */
  readonly identity: Identity | null;
  /** Words, which may be misspelled. Without any, everything is found, by name. */
  readonly query?: string;
  readonly namespace?: string;
  /** Default: all of them. */
  readonly types?: readonly `${OperationSpec["type"]}`[];
  /** Whether what nodes offer is found, too. Default: it is. */
  readonly peers?: boolean;
  readonly limit: number;
  /** What the page before gave as `nextCursor`. */
  readonly cursor?: string;
}

/** An operation that was found. */
export interface FoundOperation {
  /** Registry name, that of the node before it where a node offers it. */
  readonly name: string;
  readonly namespace: string;
  readonly type: `${OperationSpec["type"]}`;
  /** Of a node it is what the node says: data, to be shown as such. */
  readonly description: string;
  /** Node that offers it; absent for the hub's own. */
  readonly peerId?: string;
}

/** What was found. */
export interface SearchPage {
  /** The best first. */
  readonly operations: readonly FoundOperation[];
  /** Present if there is more. */
  readonly nextCursor?: string;
}

/** Finds operations: of what somebody may call, and of nothing else. */
export interface Search {
  /** @throws {CallError} `INVALID_INPUT` for a cursor that is none. */
  find(request: SearchRequest): SearchPage;
}

/** Lets nodes tell each other which running requests their clients have given up. */
export interface Cancellations {
  /** Tells the other nodes; it may get lost, as the client's own word may come too late. */
  tell(key: string): void;
  /** Listens to what other nodes tell; the result ends that. */
  onTold(listener: (key: string) => void): () => void;
}

/** What a call that goes on by itself came to. */
export type TaskOutcome =
  | { readonly result: TaskResult }
  | { readonly problem: TaskProblem };

/** What was given. */
export interface TaskResult {
  /** Under which logs and traces know the call. */
  readonly requestId: string;
  readonly isError: boolean;
  /** JSON of an object. */
  readonly text: string;
}

/** Why nothing was given. */
export interface TaskProblem {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly reason?: string;
}

/** A call that goes on by itself, as it stands. */
export interface Task {
  readonly taskId: string;
  readonly status: "working" | "completed" | "failed" | "cancelled";
  /** In Unix milliseconds. */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** How long it is kept, from its creation on. */
  readonly ttlMs: number;
  /** Of one that is completed. */
  readonly result?: TaskResult;
  /** Of one that has failed. */
  readonly problem?: TaskProblem;
}

/**
 * Knows the calls that go on after their clients were answered, on every node, and tells of each only
 * whoever has begun it. All of it may throw a `CallError`, such as `UNAVAILABLE`.
 */
export interface Tasks {
  /** Makes a task of a call that runs on this node; it can be asked after once this resolves. */
  begin(caller: Caller): Promise<Task>;
  /** Writes down what came of it; that it was cancelled meanwhile stands. */
  end(taskId: string, outcome: TaskOutcome): Promise<void>;
  /** `undefined` for none, or somebody else's. */
  find(caller: Caller, taskId: string): Promise<Task | undefined>;
  /** Writes down that nobody wants it any more, unless it is over; tells whether there is such a task. */
  cancel(caller: Caller, taskId: string): Promise<boolean>;
  /** Tells whenever something may have happened to a task, whosever it is; the result ends that. */
  watch(taskId: string, listener: () => void): () => void;
}

/** What became of an attempt to register. */
export interface EnrolmentAnswer {
  /** HTTP status. */
  readonly status: number;
  /** What is told: what a new peer needs to know, or why there is none. */
  readonly answer: Readonly<Record<string, unknown>>;
  readonly retryAfterS?: number;
}

/** Makes peers of workers that hold a one-time token. */
export interface Enrolments {
  /** Judges what a worker sent from an address. */
  enrol(request: unknown, source: string): Promise<EnrolmentAnswer>;
  /** Gives a worker something to sign with the key that it registered. */
  challenge(source: string): Promise<EnrolmentAnswer>;
  /** Gives another token to a worker that holds its key, and no token that still opens. */
  renew(request: unknown, source: string): Promise<EnrolmentAnswer>;
}
