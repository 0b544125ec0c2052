/** One import, types included: paths from the root of the repository, or a bare npm name. */
export interface Edge {
  readonly from: string;
  readonly to: string;
}

interface Resolved {
  readonly specifier: string;
}

interface ModuleInfo {
  readonly specifier: string;
  readonly error?: string;
  readonly dependencies?: readonly {
    readonly code?: Resolved;
    readonly type?: Resolved;
  }[];
}

/** Asks Deno itself for every import between `files`, as it resolves them. */
export async function importGraph(root: URL, files: readonly string[]): Promise<Edge[]> {
  const entry = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(entry, files.map((f) => `import "${new URL(f, root)}";`).join("\n"));
    const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", "--config", new URL("deno.json", root).pathname, entry],
      cwd: root,
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    const { modules }: { modules: ModuleInfo[] } = JSON.parse(new TextDecoder().decode(stdout));
    const broken = modules.find((module) => module.error);
    if (broken) throw new Error(broken.error);
    return modules.filter((module) => module.specifier.startsWith(root.href)).flatMap((module) =>
      [...new Set((module.dependencies ?? []).flatMap(targets))]
        .map((to) => ({ from: relative(root, module.specifier), to: relative(root, to) }))
    );
  } finally {
    await Deno.remove(entry);
  }
}

/** The first cycle found, as the paths along it. */
export function findCycle(edges: readonly Edge[]): readonly string[] | undefined {
  const next = Map.groupBy(edges, (edge) => edge.from);
  const finished = new Set<string>();
  const visit = (at: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(at)) return [...path.slice(path.indexOf(at)), at];
    if (finished.has(at)) return undefined;
    for (const { to } of next.get(at) ?? []) {
      const cycle = visit(to, [...path, at]);
      if (cycle) return cycle;
    }
    finished.add(at);
    return undefined;
  };
  for (const from of next.keys()) {
    const cycle = visit(from, []);
    if (cycle) return cycle;
  }
  return undefined;
}

function targets({ code, type }: { code?: Resolved; type?: Resolved }): string[] {
  return [code, type].flatMap((resolved) => resolved ? [resolved.specifier] : []);
}

function relative(root: URL, specifier: string): string {
  if (specifier.startsWith(root.href)) return specifier.slice(root.href.length);
  return /^npm:\/?((?:@[^/]+\/)?[^@/]+)/.exec(specifier)?.[1] ?? specifier;
}
