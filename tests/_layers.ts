import type { Edge } from "./_import_graph.ts";

/** Which folders a file may import, by the folder it lies in; the most precise entry counts. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "packages/bus": [],
  "packages/operations": ["packages/pubsub"],
  "packages/pubsub": [],
  "packages/taskgraph": [],
  "packages/flowgraph": ["packages/taskgraph", "packages/operations"],
  // The machines themselves: nothing but statecharts and schemas.
  "actors": [],
  "actors/runtime": ["packages", "actors"],
  "bridges": ["packages"],
  "examples": ["packages", "actors"],
  "src": ["packages", "actors", "bridges", "src"],
  // The only part that queries Postgres.
  "src/storage": ["packages", "src"],
  // Leaves: they import no other part of the hub.
  "src/config": [],
  "src/logger": [],
  "src/crypto": [],
  "src/metrics": [],
  "tests": ["packages", "actors", "bridges", "src", "examples", "tests"],
  "bench": ["packages", "actors", "bridges", "src", "examples", "tests/harness"],
  "tools": ["packages", "actors", "src", "tools"],
};

/** What tests beside a file may import on top of what the file may. */
const TEST_MAY_IMPORT: readonly string[] = ["tests/harness"];

/** The only npm packages that machines (files directly in `actors/`) may know. */
const MACHINES_MAY_KNOW: readonly string[] = ["xstate", "@sinclair/typebox"];

/** What only these layers may speak to, however convenient it were elsewhere. */
const OWN_OF: readonly (readonly [packages: RegExp, owners: readonly string[]])[] = [
  [/^@nats-io\//, ["packages/bus", "packages/pubsub", "tests", "bench"]],
  [/^(pg|drizzle-orm|drizzle-typebox)$/, ["src/storage", "tests"]],
  [/^commander$/, ["src", "tests"]],
];

/** Says what is wrong with an import; `undefined` when nothing is. */
export function forbidden({ from, to }: Edge): string | undefined {
  const layer = layerOf(from);
  if (layer === undefined) return isRootFile(from) ? undefined : `${from} lies in no known layer`;
  const target = layerOf(to);
  if (target === undefined) return forbiddenPackage(from, to, layer);
  if (target === layer) return undefined;
  const allowed = [...MAY_IMPORT[layer] ?? [], ...(isTest(from) ? TEST_MAY_IMPORT : [])];
  if (allowed.some((folder) => isWithin(to, folder))) return undefined;
  return `${from} (${layer}) may not import ${to}`;
}

function forbiddenPackage(from: string, to: string, layer: string): string | undefined {
  if (isTest(from)) return undefined;
  const isAllowed = layer === "actors"
    ? MACHINES_MAY_KNOW.includes(to)
    : OWN_OF.every(([packages, owners]) =>
      !packages.test(to) || owners.some((owner) => isWithin(`${layer}/`, owner))
    );
  return isAllowed ? undefined : `${from} (${layer}) may not import ${to}`;
}

function layerOf(path: string): string | undefined {
  return Object.keys(MAY_IMPORT).filter((folder) => isWithin(path, folder))
    .toSorted((a, b) => b.length - a.length)[0];
}

function isWithin(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`);
}

function isTest(path: string): boolean {
  return /_test\.tsx?$|_testing\.ts$/.test(path);
}

function isRootFile(path: string): boolean {
  return !path.includes("/");
}
