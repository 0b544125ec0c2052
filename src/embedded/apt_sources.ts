/**
 * Finds a machine's own Debian archive in its apt sources.
 *
 * @module
 */

/** One archive that apt is set up to use. */
export interface AptSource {
  readonly uri: string;
  readonly suites: readonly string[];
  readonly components: readonly string[];
  /** Path of the keyring that signs it, when the source names one. */
  readonly signedBy?: string;
}

/** Reads the one-line format (`*.list`); sources that are not for binaries are left out. */
export function parseSourcesList(text: string): AptSource[] {
  return lines(text).flatMap((line) => {
    const match = /^deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s*(.*)$/.exec(line);
    if (!match) return [];
    const [, options = "", uri = "", suite = "", components = ""] = match;
    const signedBy = /(?:^|\s)signed-by=(\S+)/.exec(options)?.[1];
    return [source({ uri, suites: [suite], components: words(components), signedBy })];
  });
}

/** Reads the stanza format (`*.sources`). */
export function parseSourcesStanzas(text: string): AptSource[] {
  return lines(text, { keepEmpty: true }).join("\n").split(/\n{2,}/).flatMap((stanza) => {
    const field = (name: string) =>
      new RegExp(`^${name}:[ \\t]*(.*(?:\\n[ \\t].*)*)`, "im").exec(stanza)?.[1]?.trim() ?? "";
    if (!words(field("Types")).includes("deb") || /^no$/i.test(field("Enabled"))) return [];
    const suites = words(field("Suites")), components = words(field("Components"));
    const signedBy = field("Signed-By");
    return words(field("URIs")).map((uri) => source({ uri, suites, components, signedBy }));
  });
}

/** What `/etc/os-release` says of the machine. */
export interface OsRelease {
  /** The distribution and those it descends from. */
  readonly family: readonly string[];
  /** Its release's name, and that of the release it is built on where it says so. */
  readonly codenames: readonly string[];
}

/** Reads `/etc/os-release`. */
export function parseOsRelease(text: string): OsRelease {
  const value = (name: string) =>
    new RegExp(`^${name}=["']?([^"'\\n]*)`, "m").exec(text)?.[1] ?? "";
  return {
    family: words(`${value("ID")} ${value("ID_LIKE")}`),
    codenames: ["UBUNTU_CODENAME", "DEBIAN_CODENAME", "VERSION_CODENAME"].map(value)
      .filter((name, at, all) => name !== "" && all.indexOf(name) === at),
  };
}

/** A place to try. */
export interface Suite {
  /** The source, in the one-line format. */
  readonly line: string;
  /** Whose archive it has to be, by the signed word of its release file. */
  readonly origin: string;
  /** Whether it is of the release that the machine runs: its libraries fit those it has. */
  readonly isOwn: boolean;
}

/**
 * Where to look for a recent package, newest suite first. Only archives that the machine already
 * takes its own release from are named, with the keyring it already trusts for them. That it is
 * the distribution's own archive, and not a vendor's with the same suite names, apt finds out.
 */
export function recentSuites(sources: readonly AptSource[], os: OsRelease): Suite[] {
  const withMain = sources.filter(({ components }) => components.includes("main"));
  const named = (suites: readonly string[]) =>
    withMain.filter((source) => source.suites.some((suite) => suites.includes(suite)));
  const byCodename = named(os.codenames);
  const own = byCodename.length > 0 ? byCodename : named(ROLLING);
  const isUbuntu = os.family.includes("ubuntu");
  const newest = isUbuntu ? ["devel"] : ["sid", "testing"];
  const suites = [...newest, ...os.codenames.flatMap((name) => [`${name}-backports`, name])];
  const found = new Map(suites.flatMap((suite) =>
    own.map(({ uri, signedBy }) => {
      const line = `deb ${signedBy ? `[signed-by=${signedBy}] ` : ""}${uri} ${suite} main`;
      return [line, os.codenames.includes(suite)] as const;
    })
  ));
  const origin = isUbuntu ? "Ubuntu" : "Debian";
  return [...found].map(([line, isOwn]) => ({ line, origin, isOwn }));
}

const ROLLING: readonly string[] = ["stable", "testing", "unstable", "sid", "devel"];

interface Fields extends Omit<AptSource, "signedBy"> {
  readonly signedBy: string | undefined;
}

function source({ uri, suites, components, signedBy }: Fields): AptSource {
  // A key written into the stanza itself is left to apt's own trusted keys.
  const keyring = signedBy?.startsWith("/") ? { signedBy: words(signedBy).join(",") } : {};
  return { uri, suites, components, ...keyring };
}

function lines(text: string, { keepEmpty = false } = {}): string[] {
  const all = text.split("\n").filter((line) => !/^\s*#/.test(line)).map((line) => line.trimEnd());
  return keepEmpty ? all : all.map((line) => line.trim()).filter((line) => line !== "");
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}
