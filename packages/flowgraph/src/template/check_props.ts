/**
 * Are the properties of an element what its component takes?
 *
 * @module
 */
import type { GraphIssue } from "../graph/errors.ts";
import { type Tree, treeName } from "./tree.ts";

type Check = readonly [holds: (value: unknown) => boolean, wanted: string];

function isInteger(min: number): (value: unknown) => boolean {
  return (value) => typeof value === "number" && Number.isSafeInteger(value) && value >= min;
}

function isDuration(value: unknown): boolean {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function isOneOf(...values: readonly unknown[]): (value: unknown) => boolean {
  return (value) => values.includes(value);
}

function isName(value: unknown): boolean {
  return typeof value === "string" && value !== "" && !isInherited(value);
}

/** Graphs and records by node id cannot hold what every object has from the start. */
function isInherited(value: unknown): boolean {
  return typeof value === "string" && value in Object.prototype;
}

function isFilter(value: unknown): boolean {
  return typeof value === "function" ||
    Array.isArray(value) && value.every((code) => typeof code === "string");
}

const RESERVED = ["input", "output", "results", "index"];

function isVariable(value: unknown): boolean {
  return isName(value) && typeof value === "string" && !/[.[\]]/.test(value) &&
    !RESERVED.includes(value);
}

const ID: Check = [isName, 'a name that is not empty and not, as "constructor", in every object'];
const COUNT: Check = [isInteger(1), "a whole number above 0"];
const ITEMS: Check = [isInteger(0), "a whole number from 0"];
const DURATION: Check = [isDuration, "a number from 0"];
const BOOLEAN: Check = [isOneOf(true, false), "true or false"];

const OPTIONAL: Readonly<Record<Tree["kind"], Readonly<Record<string, Check>>>> = {
  operation: {
    id: ID,
    retries: ITEMS,
    retryDelayMs: DURATION,
    backoff: [isOneOf("none", "linear", "exponential"), '"none", "linear" or "exponential"'],
    maxDelayMs: DURATION,
    retryOn: [isFilter, "a list of codes or a function"],
    timeoutMs: [(value) => isDuration(value) && value !== 0, "a number above 0"],
    optional: BOOLEAN,
    collect: BOOLEAN,
    maxItems: ITEMS,
  },
  sequential: { id: ID },
  parallel: {
    id: ID,
    maxConcurrency: COUNT,
    onFailure: [isOneOf("wait", "abort"), '"wait" or "abort"'],
  },
  conditional: { id: ID },
  map: {
    id: ID,
    as: [isVariable, `a name other than ${RESERVED.join(", ")}, without dots and brackets`],
    maxConcurrency: COUNT,
    maxItems: ITEMS,
  },
};

/** A collection written into the template; text is no collection, although it can be iterated. */
function isCollection(value: unknown): boolean {
  if (typeof value === "string") return value.startsWith("$.");
  if (typeof value === "function") return true;
  return typeof value === "object" && value !== null && Symbol.iterator in value;
}

function* shapeProblems({ kind, props, children, body }: Tree): Generator<string> {
  if (kind === "operation") {
    if (isInherited(props.name)) yield "every object has a property of that name";
    else if (!isName(props.name)) yield "name must be the id of an operation";
    if (children.length > 0) yield "an operation takes no children";
  }
  if (kind === "conditional") {
    if (typeof props.test !== "function") yield "test must be a function";
    if (children.length < 1 || children.length > 2) {
      yield `a conditional takes 1 or 2 children, not ${children.length}`;
    }
  }
  if (kind === "map") {
    if (!isCollection(props.over)) {
      yield "over must be an array, another iterable, a $. reference or a function";
    }
    if (!body && children.length !== 1) {
      yield `a map takes one child, a template or a function, not ${children.length}`;
    }
  }
}

/** Reports what is wrong with the properties and the number of children, here and below. */
export function checkProps(tree: Tree, issues: GraphIssue[]): void {
  const id = treeName(tree);
  const refuse = (reason: string) => {
    issues.push({
      type: "graph",
      category: "invalid-props",
      message: `${id}: ${reason}`,
      nodes: [id],
    });
  };
  for (const problem of shapeProblems(tree)) refuse(problem);
  for (const [name, [holds, wanted]] of Object.entries(OPTIONAL[tree.kind])) {
    const value = tree.props[name];
    if (value !== undefined && !holds(value)) refuse(`${name} must be ${wanted}`);
  }
  for (const child of tree.children) checkProps(child, issues);
}
