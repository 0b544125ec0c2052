/**
 * Does a template fit the operations that there are?
 *
 * @module
 */
import type { UElement } from "../component/element.ts";
import type { GraphIssue } from "../graph/errors.ts";
import type { FlowGraph } from "../graph/flow_graph.ts";
import type { OperationNodeAttrs } from "../schema/operation.ts";
import { inspectTemplate, isCompiledTemplate } from "../template/compile_template.ts";
import type { Block, CompiledTemplate, TemplateNode, TemplateScope } from "../template/model.ts";
import { typeCompat } from "./type_compat.ts";

/** How a template is validated. */
export interface ValidateTemplateOptions {
  /** Operations within the caller's reach; others count as unknown. Default: all. */
  readonly allowed?: ReadonlySet<string> | ((key: string) => boolean);
}

type Look = (name: string) => OperationNodeAttrs | undefined;

function lookUp(graph: FlowGraph, { allowed }: ValidateTemplateOptions): Look {
  return (name) => {
    if (!graph.hasNode(name)) return undefined;
    const isAllowed = allowed === undefined ||
      (typeof allowed === "function" ? allowed(name) : allowed.has(name));
    return isAllowed ? graph.getNodeAttributes(name) : undefined;
  };
}

function operationOf(node: TemplateNode, look: Look): OperationNodeAttrs | undefined {
  return node.kind === "operation" ? look(String(node.block.props.name)) : undefined;
}

/** A node, and the scope that it is in. */
interface Place {
  readonly scope: TemplateScope;
  readonly node: TemplateNode;
}

/** The nodes of a template and of the bodies inside it. */
function* placesOf(scope: TemplateScope): Generator<Place> {
  for (const node of scope.nodes) {
    yield { scope, node };
    if (typeof node.body === "object") yield* placesOf(node.body);
  }
}

/** Schemas of joins inside joins are followed this far. */
const MAX_NESTING = 20;
/** Schemas made of more parts than this are not judged: joins of joins multiply. */
const MAX_PARTS = 10_000;

interface Known {
  /** Undefined where nothing is known. */
  readonly schema: unknown;
  readonly nesting: number;
  /** How many schemas of operations and joins it holds. */
  readonly parts: number;
}

const NOTHING: Known = { schema: undefined, nesting: 0, parts: 1 };

/** What a join gives on, made of what comes together in it. */
function joined(schema: object, made: readonly Known[]): Known {
  let nesting = 0, parts = 1;
  for (const part of made) {
    nesting = Math.max(nesting, part.nesting);
    parts += part.parts;
  }
  return { schema, nesting: nesting + 1, parts };
}

/** What flows out of nodes. Nodes are asked in template order, so that what comes before is known. */
class Outputs {
  readonly #look: Look;
  readonly #known = new Map<TemplateNode, Known>();

  constructor(look: Look) {
    this.#look = look;
  }

  /** What comes into a node by itself. */
  incoming({ scope, node }: Place): Known {
    const source = node.incoming === undefined ? undefined : scope.nodes[node.incoming];
    return source ? this.of({ scope, node: source }) : NOTHING;
  }

  of(place: Place): Known {
    let known = this.#known.get(place.node);
    if (known === undefined) {
      known = this.#compute(place);
      if (known.nesting > MAX_NESTING || known.parts > MAX_PARTS) known = NOTHING;
      this.#known.set(place.node, known);
    }
    return known;
  }

  #compute(place: Place): Known {
    const { kind } = place.node;
    if (kind === "join") return this.#join(place);
    return kind === "operation" ? this.#operation(place.node) : this.incoming(place);
  }

  #operation(node: TemplateNode): Known {
    const { optional, collect } = node.block.props;
    // An optional operation may give nothing, a collected one gives an array.
    if (optional === true) return NOTHING;
    const schema = operationOf(node, this.#look)?.outputSchema;
    const own = collect === true ? { type: "array", items: schema } : schema;
    return { schema: own, nesting: 0, parts: 1 };
  }

  #exit(scope: TemplateScope, block: Block): Known {
    const exit = scope.nodes[block.exit];
    return exit ? this.of({ scope, node: exit }) : NOTHING;
  }

  #join({ scope, node }: Place): Known {
    const { block } = node;
    const entry = scope.nodes[block.start];
    if (block.kind === "map") {
      const body = entry?.body;
      const item = typeof body === "object" ? this.#exit(body, body.root) : NOTHING;
      return joined({ type: "array", items: item.schema ?? {} }, [item]);
    }
    const ways = block.children.filter(({ start, end }) => end > start);
    const parts = ways.map((way) => this.#exit(scope, way));
    if (block.kind === "conditional" && ways.length < 2 && entry) {
      parts.push(this.incoming({ scope, node: entry }));
    }
    const items = parts.map(({ schema }) => schema ?? {}), length = items.length;
    if (block.kind === "conditional") return joined({ anyOf: items }, parts);
    const tuple = { items, additionalItems: false, minItems: length, maxItems: length };
    return joined({ type: "array", ...tuple }, parts);
  }
}

function issue(
  node: TemplateNode,
  category: GraphIssue["category"],
  reason: string,
): GraphIssue {
  return { type: "graph", category, message: `${node.id}: ${reason}`, nodes: [node.id] };
}

function* issuesOf(place: Place, look: Look, outputs: Outputs): Generator<GraphIssue> {
  const { node } = place;
  outputs.of(place);
  if (node.kind !== "operation") return;
  const name = String(node.block.props.name);
  const operation = operationOf(node, look);
  if (operation === undefined) {
    yield issue(node, "unknown-operation", `there is no operation ${name} within reach`);
    return;
  }
  if (operation.type === "subscription" && node.block.props.collect !== true) {
    yield issue(node, "invalid-props", `${name} is a subscription: it needs collect`);
  }
  if (node.input !== undefined) return;
  const { kind, detail } = typeCompat(outputs.incoming(place).schema, operation.inputSchema);
  if (kind !== "mismatch") return;
  yield issue(node, "type-mismatch", `what comes in does not fit ${name}: ${detail}`);
}

/**
 * Reports everything that keeps a template from running: what compiling it finds, operations that
 * are not in the graph, subscriptions that are not collected, and outputs that do not fit the
 * operation they flow into.
 */
export function validateTemplate(
  template: UElement | CompiledTemplate,
  operationGraph: FlowGraph,
  options: ValidateTemplateOptions = {},
): GraphIssue[] {
  const { issues, scope } = isCompiledTemplate(template)
    ? { issues: [], scope: template.scope }
    : inspectTemplate(template);
  if (scope === undefined) return [...issues];
  const look = lookUp(operationGraph, options);
  const outputs = new Outputs(look);
  const found = [...placesOf(scope)].flatMap((place) => [...issuesOf(place, look, outputs)]);
  return [...issues, ...found];
}
