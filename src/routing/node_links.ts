/**
 * The call protocol between the nodes of the hub: a link from each node to each other one that it
 * calls, over NATS.
 *
 * NATS promises no delivery: messages of a link are numbered, and a link that misses one ends, with
 * everything that waits on it, as a broken connection would. So does one whose node is gone, one of a
 * node that lost NATS for a moment, and one on which calls wait and nothing is heard: the last message
 * of a link may be lost as any other.
 *
 * @module
 */
import { type Bus, type Membership, nodeSubject } from "@hub/bus";
import { type CallSession, createCallSession, type Dispatcher } from "@alkdev/operations";
import { getLogger } from "../logger/mod.ts";
import {
  createFrameBatch,
  MAX_BATCH_BYTES,
  parseBatch,
  readFrames,
  type ReceivedBatch,
  spellReset,
} from "./frame_batch.ts";

const log = getLogger("routing");

/** Links to the other nodes. */
export interface NodeLinks extends AsyncDisposable {
  /** The session with a node, opened if there is none; `undefined` when the node is not there. */
  to(node: string): CallSession | undefined;
  /** Links that are open, of both directions. */
  readonly size: number;
}

/** What links need. */
export interface NodeLinksOptions {
  readonly bus: Bus;
  readonly membership: Membership;
  /** Runs what the other nodes ask of this one. */
  readonly dispatcher: Dispatcher;
  /** How often an end on which calls wait asks whether the other one is there. Default: each second. */
  readonly probeMs?: number;
}

/** Bounds of a link: it carries what a whole node asks for. */
const LIMITS = {
  inboundRequests: 65_536,
  inboundSubscriptions: 65_536,
  unsentBytes: 64 * 1024 * 1024,
  // What fits into a frame of a spoke fits into this one with the name in front.
  frameBytes: 1024 * 1024 + 16 * 1024,
};

const PROBE_MS = 1_000;
/** Questions without an answer after which a link ends, though its node lives: a busy one is late. */
const MOST_UNANSWERED = 10;

/** What servers take that say nothing else. */
const FULL_PAYLOAD = 1024 * 1024;

/** One end of a link. */
interface End {
  readonly node: string;
  readonly id: string;
  readonly session: CallSession;
  /** Number of the next message that is expected. */
  expected: number;
  /** Pieces of frames whose rest is still to come. */
  readonly pieces: Uint8Array[];
  /** Probes sent since the other end was last heard. */
  unanswered: number;
  probe(): void;
  end(): void;
}

/** Opens the links of this node; each is made when it is first needed. */
export async function openNodeLinks(options: NodeLinksOptions): Promise<NodeLinks> {
  const links = new Links(options);
  await options.bus.connection.flush();
  return links;
}

class Links implements NodeLinks {
  readonly #options: NodeLinksOptions;
  readonly #ends: (() => void)[];
  /** Ends that this node calls through, by node. */
  readonly #outward = new Map<string, End>();
  /** Ends through which other nodes call this one, by node. */
  readonly #inward = new Map<string, End>();
  /** Links that ended while nobody could be told. */
  #untold: { readonly node: string; readonly id: string }[] = [];

  constructor(options: NodeLinksOptions) {
    this.#options = options;
    const { bus, membership } = options;
    const { connection, realm } = bus;
    const listen = (channel: "calls" | "streams", take: (data: Uint8Array) => void) => {
      const subscription = connection.subscribe(nodeSubject(realm, membership.node, channel), {
        callback(error, { data }) {
          if (error === null) take(data);
        },
      });
      return () => subscription.unsubscribe();
    };
    this.#ends = [
      listen("calls", (data) => this.#takeCall(data)),
      listen("streams", (data) => this.#takeAnswer(data)),
      membership.onChange(() => this.#dropGone()),
      every(options.probeMs ?? PROBE_MS, () => this.#probe()),
      bus.onStatus((status) => {
        if (status === "connected") this.#tellReset();
        else this.#dropAll();
      }),
    ];
  }

  get size(): number {
    return this.#outward.size + this.#inward.size;
  }

  to(node: string): CallSession | undefined {
    const known = this.#outward.get(node);
    if (known !== undefined) return known.session;
    if (!this.#isLive(node) || this.#options.bus.status !== "connected") return undefined;
    const id = crypto.randomUUID();
    const end = this.#open({ node, id, channel: "calls", within: this.#outward });
    return end.session;
  }

  [Symbol.asyncDispose](): Promise<void> {
    for (const end of this.#ends) end();
    this.#dropAll();
    this.#tellReset();
    return Promise.resolve();
  }

  #open({ node, id, channel, within, dispatcher }: {
    readonly node: string;
    readonly id: string;
    readonly channel: "calls" | "streams";
    readonly within: Map<string, End>;
    readonly dispatcher?: Dispatcher;
  }): End {
    const { bus, membership } = this.#options;
    const subject = nodeSubject(bus.realm, node, channel);
    const batch = createFrameBatch({
      from: membership.node,
      link: id,
      maxBytes: () => bus.connection.info?.max_payload ?? FULL_PAYLOAD,
      send: (message) => {
        if (!bus.connection.isClosed()) bus.connection.publish(subject, message);
      },
    });
    const end = () => {
      if (within.get(node) === made) within.delete(node);
      batch.close();
      session.end();
    };
    const session = createCallSession({
      send: batch.add,
      close: (code, reason) => {
        log.warn("link broken", { node, code, reason });
        end();
        this.#reset(node, id);
      },
      limits: LIMITS,
      ...(dispatcher === undefined ? {} : { dispatcher }),
    });
    const made: End = {
      ...{ node, id, session, expected: 0, pieces: [], unanswered: 0, end },
      probe: batch.probe,
    };
    within.set(node, made);
    return made;
  }

  /** What another node asks of this one, on a link that it has opened. */
  #takeCall(data: Uint8Array): void {
    const batch = parseBatch(data);
    if (batch === undefined) return;
    const { from, link, number } = batch;
    // Nobody but a member may speak here: what it says is believed.
    if (!this.#isLive(from)) {
      log.warn("message of no member", { from });
      // It may be one that this node does not know yet: its calls need not wait for nothing.
      return this.#reset(from, link);
    }
    let end = this.#inward.get(from);
    if (end?.id !== link) {
      if (number === undefined) return;
      if (number !== 0) return this.#reset(from, link);
      end?.end();
      const { dispatcher } = this.#options;
      const within = this.#inward;
      end = this.#open({ node: from, id: link, channel: "streams", within, dispatcher });
    }
    this.#receive(end, batch);
    if (isProbe(batch)) end.probe();
  }

  #takeAnswer(data: Uint8Array): void {
    const batch = parseBatch(data);
    if (batch === undefined) return;
    const { from, link, number } = batch;
    const ofThis = (end: End | undefined) => end?.id === link ? end : undefined;
    const outward = ofThis(this.#outward.get(from));
    // A link that has ended here is nothing to be told.
    if (number !== undefined) return outward && this.#receive(outward, batch);
    (outward ?? ofThis(this.#inward.get(from)))?.end();
  }

  #receive(end: End, batch: ReceivedBatch): void {
    const { number, isPart, body } = batch;
    if (number !== end.expected) return this.#break(end, "it misses a message");
    end.expected += 1;
    end.unanswered = 0;
    if (isProbe(batch)) return;
    end.pieces.push(body);
    const bytes = end.pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
    if (bytes > MAX_BATCH_BYTES) return this.#break(end, "its frames are too large");
    if (isPart) return;
    const frames = readFrames(end.pieces.splice(0));
    if (frames === undefined) return this.#break(end, "its frames are no text");
    for (const frame of frames) end.session.receive(frame);
  }

  #break(end: End, why: string): void {
    log.warn("link ended", { node: end.node, why });
    end.end();
    this.#reset(end.node, end.id);
  }

  /** Tells the other end that a link is no more, whichever of the two has opened it. */
  #reset(node: string, link: string): void {
    const { bus, membership } = this.#options;
    if (bus.connection.isClosed()) return;
    const message = spellReset(membership.node, link);
    bus.connection.publish(nodeSubject(bus.realm, node, "streams"), message);
  }

  /** Asks on the links where calls wait whether anybody is there. */
  #probe(): void {
    for (const end of this.#outward.values()) {
      if (end.session.outboundCount === 0) end.unanswered = 0;
      else if (end.unanswered === MOST_UNANSWERED) this.#break(end, "it answers nothing");
      else {
        end.unanswered += 1;
        end.probe();
      }
    }
  }

  #dropGone(): void {
    for (const end of this.#all()) if (!this.#isLive(end.node)) end.end();
  }

  /** Nobody knows what was lost on the way. */
  #dropAll(): void {
    for (const end of this.#all()) {
      this.#untold.push(end);
      end.end();
    }
  }

  #tellReset(): void {
    for (const { node, id } of this.#untold.splice(0)) this.#reset(node, id);
  }

  #all(): End[] {
    return [...this.#outward.values(), ...this.#inward.values()];
  }

  #isLive(node: string): boolean {
    return this.#options.membership.nodes().some(({ id }) => id === node);
  }
}

function every(ms: number, act: () => void): () => void {
  const timer = setInterval(act, ms);
  return () => clearInterval(timer);
}

function isProbe({ isPart, body }: ReceivedBatch): boolean {
  return body.byteLength === 0 && !isPart;
}
