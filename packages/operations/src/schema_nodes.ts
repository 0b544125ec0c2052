/**
 * A JSON Schema as a graph: which of its parts say something of which part of a value.
 *
 * @module
 */

/** One schema within a schema. */
export interface SchemaNode {
  /** Whether it says `secret: true`, or `format: "password"`. */
  readonly isSecret: boolean;
  /** Whether it, or anything that can be reached from it, does. */
  readonly reachesSecret: boolean;
  /** Those that say something of the same value. */
  readonly same: readonly SchemaNode[];
  readonly properties: ReadonlyMap<string, readonly SchemaNode[]>;
  /** Of any property: which of them, patterns would tell, and they are not tried. */
  readonly others: readonly SchemaNode[];
  /** Of any item. */
  readonly items: readonly SchemaNode[];
  /** Of the items at the beginning, by their index. */
  readonly first: readonly (readonly SchemaNode[])[];
}

interface OpenNode extends SchemaNode {
  reachesSecret: boolean;
  readonly same: OpenNode[];
  readonly properties: Map<string, OpenNode[]>;
  readonly others: OpenNode[];
  readonly items: OpenNode[];
  readonly first: OpenNode[][];
}

type Members = Readonly<Record<string, unknown>>;

const SAME = ["allOf", "anyOf", "oneOf", "if", "then", "else", "dependentSchemas"];
const OTHERS = ["patternProperties", "additionalProperties", "unevaluatedProperties"];
const ITEMS = ["additionalItems", "unevaluatedItems", "contains"];

/** Reads a schema, which may refer to itself. What is no schema says nothing. */
export function schemaNodes(root: object): SchemaNode {
  const nodes = new Map<object, OpenNode>();
  const unread: Members[] = [];
  const nodeOf = (schema: unknown): OpenNode[] => {
    if (!isMembers(schema)) return [];
    const known = nodes.get(schema) ?? emptyNode(schema);
    if (!nodes.has(schema)) {
      nodes.set(schema, known);
      unread.push(schema);
    }
    return [known];
  };
  const resolve = referencesIn(root);
  const [first = emptyNode({})] = nodeOf(root);
  for (let schema = unread.pop(); schema !== undefined; schema = unread.pop()) {
    const node = nodes.get(schema);
    if (node !== undefined) link(node, schema, (part) => nodeOf(resolve(part)));
  }
  propagate([...nodes.values()]);
  return first;
}

function emptyNode({ secret, format }: Members): OpenNode {
  // The second is how documents of others say it.
  const isSecret = secret === true || format === "password";
  return {
    ...{ isSecret, reachesSecret: isSecret },
    ...{ same: [], properties: new Map(), others: [], items: [], first: [] },
  };
}

function link(node: OpenNode, schema: Members, nodeOf: (part: unknown) => OpenNode[]): void {
  const under = (keys: readonly string[]) =>
    keys.flatMap((key) => schemasUnder(key, schema[key]).flatMap(nodeOf));
  node.same.push(...under(SAME));
  // A reference is a schema of its own: TypeBox and older drafts put nothing else beside it.
  for (const key of ["$ref", "$dynamicRef"]) {
    if (typeof schema[key] === "string") node.same.push(...nodeOf({ [key]: schema[key] }));
  }
  node.others.push(...under(OTHERS));
  node.items.push(...under(ITEMS));
  const { properties, items, prefixItems } = schema;
  for (const [name, part] of isMembers(properties) ? Object.entries(properties) : []) {
    node.properties.set(name, nodeOf(part));
  }
  if (!Array.isArray(items)) node.items.push(...nodeOf(items));
  for (const list of [items, prefixItems]) {
    if (Array.isArray(list)) {
      list.forEach((part, at) => (node.first[at] ??= []).push(...nodeOf(part)));
    }
  }
}

/** A keyword holds a schema, a list of them, or some by name. */
function schemasUnder(key: string, value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  const isByName = key === "patternProperties" || key === "dependentSchemas";
  return isByName && isMembers(value) ? Object.values(value) : [value];
}

/** Finds what a schema that is nothing but a reference refers to: by its place, or by its name. */
function referencesIn(root: object): (schema: unknown) => unknown {
  const named = new Map<string, unknown>();
  const seen = new Set<object>();
  const open: unknown[] = [root];
  while (open.length > 0) {
    const part = open.pop();
    if (typeof part !== "object" || part === null || seen.has(part)) continue;
    seen.add(part);
    if (isMembers(part)) nameIn(part, named);
    for (const member of Object.values(part)) open.push(member);
  }
  return (schema) => {
    if (!isMembers(schema) || Object.keys(schema).length !== 1) return schema;
    const reference = schema.$ref ?? schema.$dynamicRef;
    if (typeof reference !== "string") return schema;
    return named.get(reference) ?? atPointer(root, reference);
  };
}

function nameIn(schema: Members, named: Map<string, unknown>): void {
  for (const id of [schema.$id, schema.id]) if (typeof id === "string") named.set(id, schema);
  for (const anchor of [schema.$anchor, schema.$dynamicAnchor]) {
    if (typeof anchor === "string") named.set(`#${anchor}`, schema);
  }
  // TypeBox refers to the parts of a module by their bare names.
  for (const [name, part] of isMembers(schema.$defs) ? Object.entries(schema.$defs) : []) {
    if (!named.has(name)) named.set(name, part);
  }
}

function atPointer(root: unknown, reference: string): unknown {
  if (reference === "#") return root;
  if (!reference.startsWith("#/")) return undefined;
  let part = root;
  for (const step of reference.slice(2).split("/")) {
    const name = unescaped(step).replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof part !== "object" || part === null || !Object.hasOwn(part, name)) return undefined;
    part = Reflect.get(part, name);
  }
  return part;
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a sign of percent that stands for itself
  }
}

/** Tells every node from which a secret can be reached. */
function propagate(nodes: readonly OpenNode[]): void {
  const before = new Map<OpenNode, OpenNode[]>();
  for (const node of nodes) {
    for (const next of nextTo(node)) {
      const froms = before.get(next);
      if (froms === undefined) before.set(next, [node]);
      else froms.push(node);
    }
  }
  const open = nodes.filter(({ isSecret }) => isSecret);
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const from of before.get(node) ?? []) {
      if (from.reachesSecret) continue;
      from.reachesSecret = true;
      open.push(from);
    }
  }
}

function nextTo({ same, properties, others, items, first }: OpenNode): OpenNode[] {
  return [...same, ...others, ...items, ...[...properties.values(), ...first].flat()];
}

function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
