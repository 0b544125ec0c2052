/**
 * Trees become blocks and nodes; the nodes get their ids and their edges.
 *
 * @module
 */
import type { GraphIssue } from "../graph/errors.ts";
import type { Block, NodeKind, TemplateNode } from "./model.ts";
import type { Tree } from "./tree.ts";

/** What came of a tree. */
export interface Assembly {
  readonly root: Block;
  readonly nodes: readonly TemplateNode[];
  readonly names: ReadonlyMap<string, number>;
  readonly listed: ReadonlyMap<string, number>;
  /** What each map repeats. */
  readonly bodies: ReadonlyMap<Block, Tree>;
}

const ENTRY_KINDS: Readonly<Record<Block["kind"], NodeKind>> = {
  operation: "operation",
  sequential: "operation", // has no node of its own
  parallel: "fork",
  conditional: "branch",
  map: "map",
};

class Assembler {
  readonly nodes: TemplateNode[] = [];
  readonly bodies = new Map<Block, Tree>();

  #node(kind: NodeKind, block: Block): number {
    const index = this.nodes.length;
    this.nodes.push({
      index,
      id: "",
      kind,
      block,
      predecessors: [],
      successors: [],
      incoming: undefined,
      input: undefined,
      body: undefined,
    });
    return index;
  }

  #edge(from: number, to: number): void {
    this.nodes[from]?.successors.push(to);
    this.nodes[to]?.predecessors.push(from);
  }

  /** Adds the nodes of a tree; undefined if it is empty and so vanishes. */
  add(tree: Tree, incoming: number | undefined, parent?: Block): Block | undefined {
    const start = this.nodes.length;
    const block: Block = {
      kind: tree.kind,
      ...(parent && { parent }),
      props: tree.props,
      path: tree.path,
      children: [],
      start,
      end: start,
      entry: start,
      exit: start,
    };
    if (tree.kind === "sequential") this.#addSequence(tree, block, incoming);
    else if (tree.kind === "operation") this.#addNode("operation", block, incoming);
    else this.#addStructure(tree, block, incoming);
    block.end = this.nodes.length;
    return block.end === start ? undefined : block;
  }

  #addNode(kind: NodeKind, block: Block, incoming: number | undefined): number {
    const index = this.#node(kind, block);
    const node = this.nodes[index];
    if (node) node.incoming = incoming;
    return index;
  }

  #addSequence(tree: Tree, block: Block, incoming: number | undefined): void {
    let previous: Block | undefined;
    for (const child of tree.children) {
      const next = this.add(child, previous?.exit ?? incoming, block);
      if (next === undefined) continue;
      if (previous) this.#edge(previous.exit, next.entry);
      else block.entry = next.entry;
      block.exit = next.exit;
      block.children.push(next);
      previous = next;
    }
  }

  #addStructure(tree: Tree, block: Block, incoming: number | undefined): void {
    const entry = this.#addNode(ENTRY_KINDS[tree.kind], block, incoming);
    // The child of a map is its body, which is a scope of its own.
    if (tree.kind === "map") this.bodies.set(block, tree);
    const children = tree.kind === "map" ? [] : tree.children;
    const exits: number[] = [];
    let missing = tree.kind === "conditional" ? 2 : 0;
    for (const child of children) {
      const inner = this.add(child, entry, block);
      // An empty way of a conditional keeps its place: it leads straight to the join.
      block.children.push(inner ?? emptyBlock(child, block, this.nodes.length));
      if (inner === undefined) continue;
      missing--;
      this.#edge(entry, inner.entry);
      exits.push(inner.exit);
    }
    const join = this.#addNode("join", block, entry);
    for (const exit of exits) this.#edge(exit, join);
    if (exits.length === 0 || missing > 0) this.#edge(entry, join);
    block.exit = join;
  }
}

function emptyBlock({ kind, props, path }: Tree, parent: Block, at: number): Block {
  return { kind, parent, props, path, children: [], start: at, end: at, entry: -1, exit: -1 };
}

/** Whether a block holds no node. */
export function isEmpty(block: Block): boolean {
  return block.start === block.end;
}

function explicitId({ kind, block }: TemplateNode): string | undefined {
  return kind !== "join" && typeof block.props.id === "string" ? block.props.id : undefined;
}

function duplicate(id: string): GraphIssue {
  const message = `${id}: another node has this id`;
  return { type: "graph", category: "duplicate-id", message, nodes: [id] };
}

/** Ids given by the author come first; the others step aside. */
function assignIds(nodes: readonly TemplateNode[], taken: Set<string>): void {
  const last = new Map<string, number>();
  for (const node of nodes) {
    const told = explicitId(node);
    if (told !== undefined) {
      node.id = told;
      continue;
    }
    const base = node.kind === "operation"
      ? String(node.block.props.name)
      : `${node.kind}:${node.block.path.join(".")}`;
    let id = base, n = last.get(base) ?? 1;
    while (taken.has(id)) id = `${base}#${++n}`;
    last.set(base, n);
    taken.add(id);
    node.id = id;
  }
}

function* blocksOf(root: Block): Generator<Block> {
  const stack = [root];
  for (let block = stack.pop(); block; block = stack.pop()) {
    yield block;
    for (const child of [...block.children].reverse()) stack.push(child);
  }
}

function takeExplicitIds(root: Block, issues: GraphIssue[]): Set<string> {
  const taken = new Set<string>();
  for (const { props: { id } } of blocksOf(root)) {
    if (typeof id !== "string") continue;
    if (taken.has(id)) issues.push(duplicate(id));
    taken.add(id);
  }
  return taken;
}

/** A node that was called as the nodes of a map's items are could be one of them. */
const ITEM_ID = /\[\d+\]\//;

function looksLikeItem(id: string): GraphIssue {
  const message = `${id}: ids with [n]/ in them are for the items of maps; give it another id`;
  return { type: "graph", category: "invalid-props", message, nodes: [id] };
}

/** Assembles a tree; undefined if nothing in it makes a node. */
export function assemble(tree: Tree, issues: GraphIssue[]): Assembly | undefined {
  const assembler = new Assembler();
  const root = assembler.add(tree, undefined);
  if (root === undefined) return undefined;
  const { nodes, bodies } = assembler;
  assignIds(nodes, takeExplicitIds(root, issues));
  const names = new Map<string, number>(), listed = new Map<string, number>();
  for (const node of nodes) {
    names.set(node.id, node.kind === "join" ? node.index : node.block.exit);
    if (node.kind === "operation") listed.set(node.id, node.index);
  }
  for (const block of blocksOf(root)) {
    const { id } = block.props;
    if (typeof id !== "string" || isEmpty(block)) continue;
    names.set(id, block.exit);
    listed.set(id, block.exit);
  }
  for (const id of names.keys()) if (ITEM_ID.test(id)) issues.push(looksLikeItem(id));
  return { root, nodes, names, listed, bodies };
}
