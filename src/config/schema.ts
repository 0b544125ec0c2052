/**
 * The hub's configuration: one schema that is its type, its defaults and its documentation.
 *
 * Beside JSON Schema's own keywords a property may say `secret: true` (masked wherever it is
 * shown), `url` (which URLs it takes), `env` (a well-known variable that sets it too), `expected`
 * (words for a pattern) and `early: true` (needed before secrets can be decrypted). Reading,
 * checking, masking and docs/configuration.md follow.
 *
 * @module
 */
import { type Static, type TProperties, Type } from "@sinclair/typebox";
import { AuthSchema } from "./auth_schema.ts";
import { CallsSchema } from "./calls_schema.ts";
import { ExportsSchema } from "./exports_schema.ts";
import { ImportsSchema } from "./imports_schema.ts";

const MIB = 1024 * 1024;

/** Which URLs a setting takes. */
export const UrlRule = Type.Object({
  schemes: Type.Array(Type.String()),
  /** Whether several, separated by commas, may be given. */
  several: Type.Boolean(),
  /** Whether a URL without a host (a Unix socket) will do. */
  hostless: Type.Boolean(),
});
/** Which URLs a setting takes. */
export type UrlRule = Static<typeof UrlRule>;

const NATS_URLS: UrlRule = { schemes: ["nats", "tls"], several: true, hostless: false };
const POSTGRES_URLS: UrlRule = {
  schemes: ["postgres", "postgresql"],
  several: false,
  hostless: true,
};

const NODE_ID = {
  pattern: "^[A-Za-z0-9_-]{1,64}$",
  expected: "1 to 64 letters, digits, hyphens or underscores",
};

/** What a subject may begin with. */
const REALM = {
  pattern: "^[a-z0-9][a-z0-9_-]{0,31}$",
  expected: "1 to 32 small letters, digits, hyphens or underscores, the first a letter or digit",
};

/** A part of the configuration: nothing but the named properties. */
function section<T extends TProperties>(description: string, properties: T) {
  return Type.Object(properties, { description, additionalProperties: false });
}

const LogLevel = Type.Union([
  Type.Literal("trace"),
  Type.Literal("debug"),
  Type.Literal("info"),
  Type.Literal("warning"),
  Type.Literal("error"),
  Type.Literal("fatal"),
]);

function port(options: { description: string; default?: number }) {
  return Type.Integer({ minimum: 0, maximum: 65535, ...options });
}

function milliseconds(options: { description: string; default: number; minimum: number }) {
  return Type.Integer({ maximum: 3_600_000, ...options });
}

function optionalText(description: string, options: Record<string, unknown> = {}) {
  return Type.Optional(Type.String({ description, minLength: 1, ...options }));
}

const Node = section("This process among the nodes of its hub.", {
  id: optionalText("Name of this node, unique in its realm. Absent: generated at start.", NODE_ID),
  silentMs: Type.Integer({
    description: "How long it may be silent until others carry on its actors. Whole seconds.",
    default: 3_000,
    minimum: 2_000,
    maximum: 60_000,
    multipleOf: 1_000,
  }),
});

const Http = section("The listener for callers and spokes.", {
  host: Type.String({
    description: "Address to listen on. `0.0.0.0` or `::` for every interface.",
    default: "127.0.0.1",
    minLength: 1,
  }),
  port: port({ description: "Port to listen on. 0: any free port.", default: 4200 }),
  maxBodyBytes: Type.Integer({
    description: "Largest request body that is read, in bytes.",
    default: MIB,
    minimum: 1024,
    maximum: 1024 * MIB,
  }),
  maxFrameBytes: Type.Integer({
    description: "Largest WebSocket message that is read, in bytes.",
    default: MIB,
    minimum: 1024,
    maximum: 64 * MIB,
  }),
  allowedHosts: Type.Array(
    Type.String({ pattern: "^[A-Za-z0-9.*-]+$", expected: "a host name, or `*` for all" }),
    {
      description: "Names under which this hub is reached, besides `localhost` and addresses: " +
        "requests for other names are refused, so that no page can make a browser ask.",
      default: [],
      maxItems: 100,
    },
  ),
  allowedOrigins: Type.Array(
    Type.String({ pattern: "^https?://[^/]+$", expected: "an origin such as https://app.example" }),
    {
      description: "Origins of web pages that may connect and call. Programs send none, and may.",
      default: [],
      maxItems: 100,
    },
  ),
});

const Nats = section("The NATS cluster that carries the hub.", {
  url: optionalText(
    "NATS servers to connect to, separated by commas. Absent: a server is started for this hub.",
    { secret: true, env: "NATS_URL", url: NATS_URLS },
  ),
  server: optionalText("Path of the nats-server binary to start. Absent: found or fetched."),
  user: optionalText("User name to connect with."),
  password: optionalText("Password of `nats.user`.", { secret: true }),
  token: optionalText("Token to connect with, instead of a user.", { secret: true }),
  credsFile: optionalText("Path of a credentials file (JWT and seed) to connect with.", {
    early: true,
  }),
  replicas: Type.Integer({
    description:
      "Copies of each stream and bucket. 3 for a cluster of three servers; no fewer if " +
      "`durability` asks for them.",
    default: 1,
    minimum: 1,
    maximum: 5,
  }),
  connectTimeoutMs: milliseconds({
    description: "How long one attempt to connect may take.",
    default: 10_000,
    minimum: 100,
  }),
});

const Postgres = section("The database for administration and projections.", {
  url: optionalText("Postgres to connect to. Absent: one is started for this hub.", {
    secret: true,
    env: "DATABASE_URL",
    url: POSTGRES_URLS,
  }),
  poolSize: Type.Integer({
    description: "Most connections that this node holds open.",
    default: 10,
    minimum: 1,
    maximum: 1000,
  }),
  connectTimeoutMs: milliseconds({
    description: "How long to wait for a connection.",
    default: 10_000,
    minimum: 100,
  }),
  statementTimeoutMs: milliseconds({
    description: "How long one statement may run. 0: without limit.",
    default: 30_000,
    minimum: 0,
  }),
});

const Log = section("What is logged, and how it looks.", {
  level: Type.Union(LogLevel.anyOf, {
    description: "Least severe level that is logged.",
    default: "info",
  }),
  format: Type.Union([Type.Literal("auto"), Type.Literal("pretty"), Type.Literal("json")], {
    description:
      "`pretty` for people, `json` for one object per line. `auto`: pretty on a terminal.",
    default: "auto",
  }),
  levels: Type.Record(
    Type.String({ pattern: "^[A-Za-z0-9_-]+(?:\\.[A-Za-z0-9_-]+)*$" }),
    LogLevel,
    {
      description: "Levels of single categories and what is below them, " +
        'such as `{ "bus": "debug" }`.',
      default: {},
      additionalProperties: false,
      expected: "an object of category names and levels",
    },
  ),
});

const Mcp = section("How MCP is served.", {
  taskAfterMs: milliseconds({
    description: "How long a call may take before it becomes a task, for clients that take tasks.",
    default: 10_000,
    minimum: 100,
  }),
  taskTtlMs: milliseconds({
    description: "How long a task and its result are kept, from its beginning on.",
    default: 900_000,
    minimum: 1_000,
  }),
});

const Shutdown = section("How the hub stops.", {
  lingerMs: milliseconds({
    description: "How long `/readyz` says that the hub is draining before it stops listening.",
    default: 0,
    minimum: 0,
  }),
  deadlineMs: milliseconds({
    description: "How long running work may take to finish once the hub is asked to stop.",
    default: 10_000,
    minimum: 0,
  }),
});

const Metrics = section("A listener of its own for Prometheus.", {
  host: Type.String({
    description: "Address of the metrics listener.",
    default: "127.0.0.1",
    minLength: 1,
  }),
  port: Type.Optional(
    port({ description: "Port of the metrics listener. 0: any free port. Absent: no listener." }),
  ),
});

/** A word of a command; a file with many of them is no command. */
const Argument = Type.String({ minLength: 1, maxLength: 4096 });

/** Where a master key comes from: at most one of these. */
function masterKeySources() {
  return {
    file: optionalText("File that holds it, which nobody but its owner may read.", { early: true }),
    command: Type.Optional(Type.Array(Argument, {
      description: "Program and arguments that print it; no shell. Its permission is granted.",
      minItems: 1,
      maxItems: 64,
      expected: "an array of a program and its arguments",
      early: true,
    })),
    env: optionalText("Name of the variable that holds it, which is removed once it is read.", {
      pattern: "^[A-Za-z_][A-Za-z0-9_]{0,127}$",
      expected: "the name of a variable",
      early: true,
    }),
  };
}

const MasterKey = section(
  "The secret that opens all others. None given: made and kept with an embedded Postgres.",
  {
    ...masterKeySources(),
    input: Type.Optional(
      Type.Union([Type.Literal("stdin"), Type.Literal("prompt")], {
        description: "`stdin`: its first line. `prompt`: asked for on the terminal.",
        early: true,
      }),
    ),
  },
);

const PreviousMasterKey = section(
  "The master key before the last `hub secrets rekey`, accepted as well while both exist.",
  masterKeySources(),
);

/** The schema of the whole configuration. */
export const HubConfigSchema = section("Configuration of a hub node.", {
  dataDir: Type.String({
    description: "Folder for what the hub keeps on disk; relative to the working directory.",
    default: ".hub",
    early: true,
    minLength: 1,
  }),
  realm: Type.String({
    description: "Name of this hub on NATS. Hubs of different realms share a cluster unseen.",
    default: "hub",
    ...REALM,
  }),
  durability: Type.Union(
    [Type.Literal("fast"), Type.Literal("replicated"), Type.Literal("synced")],
    {
      description: "What an acknowledged event survives: `fast` killed processes; `replicated` " +
        "also the loss of a machine, with at least 3 copies of each stream; `synced` also a power " +
        "failure of all of them. See docs/durability.md.",
      default: "fast",
    },
  ),
  kinds: Type.Array(Type.String({ minLength: 1, expected: "the path of a module" }), {
    description: "Modules whose kinds of actors this hub hosts: paths relative to the working " +
      "directory, or file URLs.",
    default: [],
    uniqueItems: true,
    expected: "paths of modules, each once",
  }),
  exports: ExportsSchema,
  imports: ImportsSchema,
  node: Node,
  http: Http,
  nats: Nats,
  postgres: Postgres,
  auth: AuthSchema,
  log: Log,
  shutdown: Shutdown,
  metrics: Metrics,
  calls: CallsSchema,
  mcp: Mcp,
  masterKey: MasterKey,
  previousMasterKey: PreviousMasterKey,
  allowPlaintextSecrets: Type.Boolean({
    description: "Whether the file may hold secrets in clear. For development: warned about.",
    default: false,
  }),
});

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

/** A complete, checked and frozen configuration. */
export type HubConfig = DeepReadonly<Static<typeof HubConfigSchema>>;
