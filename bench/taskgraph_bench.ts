/**
 * Task graphs and task files against floors in the same run: the same work with nothing around it.
 * Sizes grow by tens, five edges to a task, so that each step should cost ten times the last.
 *
 * @module
 */
import { rmSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  bottleneckReport,
  criticalPath,
  parallelGroups,
  parseTaskDocument,
  scanTaskDirectory,
  TaskGraph,
  updateTaskDocument,
  workflowCost,
} from "@alkdev/taskgraph";
import { parse } from "yaml";

const EDGES_PER_TASK = 5;

interface Sample {
  readonly size: number;
  readonly graph: TaskGraph;
  /** The same graph as bare arrays. */
  readonly next: number[][];
  readonly waiting: number[];
}

/** Makes the same graph every time: task i depends on some of the tasks before it. */
function sample(size: number): Sample {
  const graph = new TaskGraph();
  const next: number[][] = [], waiting: number[] = [];
  let state = 1;
  const below = (limit: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return Math.floor(((state >>> 0) / 2 ** 32) * limit);
  };
  for (let i = 0; i < size; i++) {
    graph.addTask(`t${i}`, { name: `t${i}` });
    next.push([]);
    const before = new Set<number>();
    while (before.size < Math.min(i, EDGES_PER_TASK)) before.add(below(i));
    for (const from of before) {
      graph.addDependency(`t${from}`, `t${i}`);
      next[from]?.push(i);
    }
    waiting.push(before.size);
  }
  return { size, graph, next, waiting };
}

/** Kahn's algorithm on bare arrays of numbers: what an order costs at the least. */
function bareOrder({ next, waiting }: Sample): number[] {
  const left = [...waiting];
  const queue = [...left.keys()].filter((node) => left[node] === 0);
  for (const node of queue) {
    for (const to of next[node] ?? []) {
      left[to] = (left[to] ?? 0) - 1;
      if (left[to] === 0) queue.push(to);
    }
  }
  return queue;
}

for (const size of [1_000, 10_000, 100_000]) {
  const made = sample(size), { graph } = made;
  const group = `${size} tasks, ${graph.raw.size} edges`;
  Deno.bench({ name: `${size}: floor, order of bare arrays`, group, baseline: true }, () => {
    bareOrder(made);
  });
  Deno.bench({ name: `${size}: topologicalOrder`, group }, () => void graph.topologicalOrder());
  Deno.bench({ name: `${size}: parallelGroups`, group }, () => void parallelGroups(graph));
  Deno.bench({ name: `${size}: criticalPath`, group }, () => void criticalPath(graph));
  Deno.bench({ name: `${size}: workflowCost`, group }, () => void workflowCost(graph));
  Deno.bench({ name: `${size}: findCycles`, group }, () => void graph.findCycles());
  if (size > 10_000) continue;
  Deno.bench({ name: `${size}: bottleneckReport, 256 samples`, group, n: 5 }, () => {
    bottleneckReport(graph, { method: "sampled" });
  });
  Deno.bench({ name: `${size}: bottleneckReport, exact`, group, n: 2 }, () => {
    bottleneckReport(graph, { method: "exact" });
  });
}

const HEAD = `id: ship\nname: Ship it\nstatus: pending\nscope: narrow\nrisk: medium
depends_on:\n  - build\n  - test\ntags: [release, web]\ncreated: 2026-01-01\n`;
const BODY = `\n## Description\n\n${"What is to be done, in words. ".repeat(60)}\n`;
const TEXT = `---\n${HEAD}---\n${BODY}`;
const document = parseTaskDocument(TEXT);

Deno.bench({ name: "floor, the YAML library alone", group: "one file", baseline: true }, () => {
  parse(HEAD);
});
Deno.bench({ name: "parseTaskDocument", group: "one file" }, () => void parseTaskDocument(TEXT));
Deno.bench({ name: "updateTaskDocument, one key", group: "one file" }, () => {
  updateTaskDocument(document, { status: "completed" });
});

for (const count of [500, 5_000]) {
  const dir = await mkdtemp(join(tmpdir(), "taskgraph-bench-"));
  for (let i = 0; i < count; i++) {
    const folder = join(dir, String(i % 20));
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, `${i}.md`), TEXT.replace("id: ship", `id: t${i}`));
  }
  globalThis.addEventListener("unload", () => rmSync(dir, { recursive: true }));
  const group = `${count} files of 2 KiB`;
  Deno.bench(
    { name: `${count}: floor, files only read`, group, baseline: true, n: 3 },
    async () => {
      for (const path of await readdir(dir, { recursive: true })) {
        if (path.endsWith(".md")) await readFile(join(dir, path), "utf8");
      }
    },
  );
  Deno.bench({ name: `${count}: scanTaskDirectory`, group, n: 3 }, async () => {
    await scanTaskDirectory(dir);
  });
}
