/**
 * All operations that callers from outside can name, and who offers them.
 *
 * @module
 */
import type { OperationSpec } from "@alkdev/operations";
import type { ExportRule, FindExportRule } from "../routing/export_rules.ts";
import { offeredBy } from "../routing/peer_view.ts";
import type { SpecSet } from "../routing/spec_set.ts";
import type { SpokeEntry } from "../routing/spoke_index.ts";
import { createDocuments, type Documents, type Offer } from "./documents.ts";
import { createPeerNames } from "./peer_names.ts";
import type { SearchedOperation } from "./searched_operation.ts";
import { insertName, removeName } from "./sorted_names.ts";

/** The operations. */
export interface OperationIndex {
  readonly documents: Documents;
  /** What the hub itself offers. */
  readonly own: Offer;
  /** Nodes, in order. */
  readonly peers: readonly string[];
  offerOf(peerId: string): Offer | undefined;
  /** Nodes that a word names, of those that count. */
  peersNamed(word: string, counts: (peerId: string) => boolean): readonly string[];
  /** Takes in what a node offers, in steps; nothing of it is found before the last. */
  joining(entry: SpokeEntry): Generator<void, void>;
  leave(peerId: string): void;
}

/** An offer that nodes join and leave. */
interface OpenOffer {
  readonly key: string;
  readonly peers: string[];
  readonly offer: Offer;
}

interface Peer {
  readonly setHash: string;
  readonly open: OpenOffer;
  readonly forgetName: () => void;
}

/** Creates an index of the hub's own operations. */
export function createOperationIndex(
  { own, exports }: {
    readonly own: Iterable<SearchedOperation>;
    readonly exports: FindExportRule;
  },
): OperationIndex {
  const documents = createDocuments(), names = createPeerNames();
  const offers = new Map<string, OpenOffer>();
  const peers = new Map<string, Peer>();
  const order: string[] = [];
  const keyOf = offerKeys();

  function* offerFor(entry: SpokeEntry): Generator<void, OpenOffer> {
    const offered = [...offeredBy(entry, exports)];
    const key = keyOf(entry, offered);
    const known = offers.get(key);
    if (known !== undefined) return known;
    const members: string[] = [];
    const told = toldOf(entry.set);
    const operations = offered.map(({ name, spec, rule }) => ({
      ...{ name, spec, access: [rule.access, spec.accessControl] },
      ...told(name, spec),
    }));
    yield;
    const made = { key, peers: members, offer: yield* documents.adding(operations, members) };
    offers.set(key, made);
    return made;
  }

  function leave(peerId: string): void {
    const peer = peers.get(peerId);
    if (peer === undefined) return;
    const { open, forgetName } = peer;
    peers.delete(peerId);
    removeName(order, peerId);
    forgetName();
    removeName(open.peers, peerId);
    if (open.peers.length > 0) return;
    offers.delete(open.key);
    documents.remove(open.offer);
  }

  return {
    ...{ documents, peers: order, own: wholly(documents.adding([...own], undefined)) },
    offerOf: (peerId) => peers.get(peerId)?.open.offer,
    peersNamed: names.find,
    *joining(entry) {
      const { peerId, set } = entry;
      // It has moved to another node of the hub, no more.
      if (peers.get(peerId)?.setHash === set.hash) return;
      // Until all of what it offers now is there, it is found by what it offered before.
      const open = yield* offerFor(entry);
      leave(peerId);
      insertName(open.peers, peerId);
      insertName(order, peerId);
      peers.set(peerId, { setHash: set.hash, open, forgetName: names.add(peerId) });
    },
    leave,
  };
}

/** Does all steps at once. */
function wholly<T>(steps: Generator<void, T>): T {
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}

type ToldWords = Pick<SearchedOperation, "tags" | "schemas">;

/**
 * What nodes told of an operation beside what is always at hand. Their schemas as they told them do:
 * compiled ones would be made for nothing else.
 */
function toldOf({ told }: SpecSet): (name: string, spec: OperationSpec) => ToldWords {
  if (told === undefined) {
    return (_name, { tags, inputSchema, outputSchema }) => ({
      ...{ tags, schemas: [inputSchema, outputSchema] },
    });
  }
  const words = new Map<string, ToldWords>();
  for (const value of told()) {
    if (!isObject(value) || typeof value.name !== "string") continue;
    const { name, tags, input_schema: input, output_schema: output } = value;
    const texts = Array.isArray(tags) ? tags.filter((tag) => typeof tag === "string") : [];
    words.set(name.replace(/^\//, ""), { tags: texts, schemas: [input, output] });
  }
  return (name) => words.get(name) ?? { tags: [], schemas: [] };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Tells what is the same offer: rules may treat nodes differently that have the same operations. */
function offerKeys(): (
  entry: SpokeEntry,
  offered: readonly { readonly name: string; readonly rule: ExportRule }[],
) => string {
  const ids = new Map<ExportRule, number>();
  const idOf = (rule: ExportRule) => {
    const id = ids.get(rule) ?? ids.size;
    ids.set(rule, id);
    return id;
  };
  return ({ set }, offered) => {
    const [first] = offered;
    const isUniform = offered.length === set.operations.size &&
      offered.every(({ rule }) => rule === first?.rule);
    if (isUniform && first !== undefined) return `${set.hash} ${idOf(first.rule)}`;
    return `${set.hash} ${offered.map(({ name, rule }) => `${name} ${idOf(rule)}`).join()}`;
  };
}
