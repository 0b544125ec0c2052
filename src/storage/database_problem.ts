/** What each SQLSTATE or system error means to the person who has to do something about it. */
const ADVICE: Readonly<Record<string, string>> = {
  "28P01": "the password is wrong. Correct it in DATABASE_URL",
  "28000": "this user may not log in. Check the user in DATABASE_URL and the server's pg_hba.conf",
  "3D000": "the database does not exist. Create it, or correct its name in DATABASE_URL",
  "53300": "it has no connection left. Raise its max_connections or lower postgres.poolSize",
  "57P03": "it is starting or shutting down. Try again in a moment",
  "57014": "the statement took too long (postgres.statementTimeoutMs)",
  ECONNREFUSED: "nothing listens there. Start it, or correct host and port in DATABASE_URL",
  ENOTFOUND: "its host name is unknown. Correct it in DATABASE_URL",
  EAI_AGAIN: "its host name cannot be looked up now. Check the name service",
  EHOSTUNREACH: "its host cannot be reached. Check the network",
  ETIMEDOUT: "it does not answer. Check host, port and firewalls",
};

/** Says what is wrong with Postgres in plain words, with its place but never with its password. */
export function databaseProblem(cause: unknown, url: string): Error {
  const message = cause instanceof Error ? cause.message : String(cause);
  const advice = ADVICE[codeOf(cause)] ??
    (/timeout/i.test(message)
      ? "it does not answer in time. Check host, port and firewalls, or raise the time limits"
      : message);
  return new Error(`Cannot use Postgres at ${placeOf(url)}: ${advice}.`, { cause });
}

/** User, host, port and database of a connection URL. */
export function placeOf(url: string): string {
  if (!URL.canParse(url)) return "the given DATABASE_URL";
  const { username, host, pathname } = new URL(url);
  return `${username ? `${username}@` : ""}${host}${pathname}`;
}

function codeOf(cause: unknown): string {
  if (typeof cause !== "object" || cause === null) return "";
  if ("code" in cause && typeof cause.code === "string") return cause.code;
  // Several addresses were tried: they failed alike.
  return cause instanceof AggregateError ? codeOf(cause.errors[0]) : "";
}
