const DEFAULT_PORT = "5432";
/** Parameters of a database URL that name files, as libpq has them. */
const FILES = ["sslcert", "sslkey", "sslrootcert"];

/** What a database URL without a host leaves to the environment. */
export interface SocketDefaults {
  readonly PGHOST?: string | undefined;
  readonly PGPORT?: string | undefined;
}

/** What of the file system a connection to a database needs. */
export interface DatabasePaths {
  /** The Unix socket that the URL leads to; absent when it leads to a host. */
  readonly socket: string | undefined;
  /** Certificates and keys. */
  readonly files: readonly string[];
}

/** Finds the paths in a database URL. */
export function databasePaths(url: string, env: SocketDefaults = {}): DatabasePaths {
  const parsed = URL.parse(url.trim());
  if (parsed === null) return { socket: undefined, files: [] };
  const { searchParams } = parsed;
  return {
    socket: socketOf(parsed, env),
    files: FILES.flatMap((name) => searchParams.get(name) || []),
  };
}

function socketOf({ hostname, port, searchParams }: URL, env: SocketDefaults): string | undefined {
  // As libpq does: a host that begins with a slash is the socket's folder.
  const host = searchParams.get("host") || decoded(hostname) || env.PGHOST || "";
  if (!host.startsWith("/")) return undefined;
  const number = searchParams.get("port") || port || env.PGPORT || DEFAULT_PORT;
  return `${host.replace(/\/+$/, "")}/.s.PGSQL.${number}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // What cannot be decoded is no path, and refused when it is connected to.
  }
}
