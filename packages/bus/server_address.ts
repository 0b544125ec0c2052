/**
 * Reads server addresses, and keeps the secrets in them out of messages.
 *
 * @module
 */

/** Addresses without secrets, and the secrets that stood in them. */
export interface ServerAddresses {
  /** `host:port` each. */
  readonly hosts: readonly string[];
  /** Whether one of them asked for TLS. */
  readonly tls: boolean;
  readonly user?: string;
  readonly password?: string;
  /** User info without a colon is a token. */
  readonly token?: string;
}

const ADDRESS =
  /^(?:(nats|tls):\/\/)?(?:([^@/]*)@)?(\[[0-9A-Fa-f:.]+\]|[^@:/[\]\s]+)(?::(\d{1,5}))?\/?$/;
const DEFAULT_PORT = "4222";

/**
 * Reads one address, several, or several in one text with commas between them.
 *
 * @throws {RangeError} If there is none, one cannot be read, or two have different user info.
 */
export function parseServers(servers: string | readonly string[]): ServerAddresses {
  const texts = (typeof servers === "string" ? [servers] : servers)
    .flatMap((one) => one.split(","))
    .map((one) => one.trim())
    .filter((one) => one !== "");
  const found = texts.map(parseServer);
  const [first] = found;
  if (first === undefined) throw new RangeError("Cannot connect to NATS: no server is given");
  if (found.some(({ userInfo }) => userInfo !== first.userInfo)) {
    throw new RangeError("Cannot connect to NATS: all servers have to have the same user info");
  }
  return {
    hosts: found.map(({ host }) => host),
    tls: found.some(({ tls }) => tls),
    ...parseUserInfo(first.userInfo),
  };
}

/** Replaces the user info of every URL in `text`. */
export function redactUserInfo(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s,]*@/gi, "$1***@");
}

interface ServerAddress {
  readonly host: string;
  readonly tls: boolean;
  readonly userInfo: string | undefined;
}

function parseServer(text: string): ServerAddress {
  const match = ADDRESS.exec(text);
  if (match === null) {
    // What cannot be read may hold a secret anywhere: say only what follows the last @.
    const visible = text.slice(text.lastIndexOf("@") + 1);
    throw new RangeError(
      `Cannot read ${JSON.stringify(visible)} as the address of a NATS server: ` +
        "expected nats://host:port, tls://host:port or host:port",
    );
  }
  const [, scheme, userInfo, host = "", port = DEFAULT_PORT] = match;
  if (Number(port) > 65_535) throw new RangeError(`Cannot connect to port ${port}: too large`);
  return { host: `${host}:${port}`, tls: scheme === "tls", userInfo };
}

function parseUserInfo(text: string | undefined): Partial<ServerAddresses> {
  if (text === undefined || text === "") return {};
  const at = text.indexOf(":");
  if (at === -1) return { token: decodePart(text) };
  return { user: decodePart(text.slice(0, at)), password: decodePart(text.slice(at + 1)) };
}

function decodePart(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // The part itself is a secret, and so is the original error's message.
    throw new RangeError("Cannot read the user info of a NATS server: write % as %25");
  }
}
