import {
  parseOsRelease,
  parseSourcesList,
  parseSourcesStanzas,
  recentSuites,
  type Suite,
} from "./apt_sources.ts";

/** The suites that this machine's own Debian archive has, newest first; none elsewhere. */
export async function machineSuites(): Promise<Suite[]> {
  const read = (path: string) => Deno.readTextFile(path).catch(() => "");
  const sources = parseSourcesList(await read("/etc/apt/sources.list"));
  const parts = await Array.fromAsync(Deno.readDir("/etc/apt/sources.list.d")).catch(() => []);
  for (const { name } of parts.toSorted((a, b) => a.name < b.name ? -1 : 1)) {
    const text = await read(`/etc/apt/sources.list.d/${name}`);
    if (name.endsWith(".list")) sources.push(...parseSourcesList(text));
    if (name.endsWith(".sources")) sources.push(...parseSourcesStanzas(text));
  }
  return recentSuites(sources, parseOsRelease(await read("/etc/os-release")));
}
