/**
 * Writes the reference of the configuration, docs/configuration.md, from the schema.
 *
 * @module
 */
import { KindGuard } from "@sinclair/typebox";
import { expected } from "./expected.ts";
import { flagOf } from "./flags.ts";
import { HubConfigSchema } from "./schema.ts";
import { type Setting, SETTINGS } from "./settings.ts";

const INTRO = `# Configuration

<!-- Generated from src/config/schema.ts by src/config/write_reference.ts. -->

The hub runs without any configuration. What it is told comes from four sources; each wins over
those before it:

1. the defaults in the tables below,
2. a file: \`hub.jsonc\` or \`hub.json\` in the working directory, or the file that \`--config\` or
   \`HUB_CONFIG\` names,
3. environment variables,
4. flags of the command.

A file is JSON, in which comments and trailing commas are welcome; both default names at once are
refused. A variable is \`HUB_\` and the path of the setting in capitals; \`NATS_URL\` and \`DATABASE_URL\`
are read as well, where their \`HUB_\` names are not set. Values of variables and flags are read
strictly: \`4200\` is a port, \`" 4200"\` and \`4200.5\` are not. An object, such as \`log.levels\`, is
written as JSON in a variable; a list, such as \`kinds\`, has commas between its items there. Both
replace those of an earlier source whole.

An empty value takes a setting away that may be absent, also when an earlier source has set it:
\`NATS_URL=\` starts the hub with a NATS server of its own.

Unknown keys and \`HUB_*\` variables and values that do not fit are refused at start, all of them in
one message that names the file and line, variable or flag. Variables that begin with \`HUB_TEST_\`
are left to the test suite, and those that Kubernetes sets for a service called \`hub\`
(\`HUB_SERVICE_…\`, \`HUB_PORT…\`) to Kubernetes. \`HUB_URL\`, \`HUB_KEY\` and \`HUB_REGISTRATION_TOKEN\` are
no settings: they tell the command line and spokes which hub is meant.

\`hub config show\` prints the effective configuration and where each value came from. Secrets are
masked there, and in messages. Passwords have no flag, and a URL with a password had better be a
variable, because every user of a machine can read its command lines.

A secret in the file is encrypted: \`{ "$encrypted": … }\` in place of the text, which
\`hub config set --secret\` and \`hub config encrypt\` write; one in clear is refused.
[Secrets](operating/secrets.md) has the rest.

## Example

A \`hub.jsonc\` for one of three nodes behind a proxy:

\`\`\`jsonc
{
  "realm": "prod",
  "http": { "host": "0.0.0.0" },
  "nats": {
    // Tried until one answers.
    "url": "nats://nats-1:4222,nats://nats-2:4222,nats://nats-3:4222",
    "credsFile": "/etc/hub/nats.creds",
    "replicas": 3
  },
  "log": { "format": "json", "levels": { "bus": "debug" } },
  "metrics": { "port": 9464 }
  // postgres.url comes from DATABASE_URL, to keep the password out of this file.
}
\`\`\`
`;

const HEAD = ["Key", "Variable", "Flag", "Type", "Default", "Description"];

function code(text: string): string {
  return `\`${text}\``;
}

function variables({ env }: Setting): string {
  return env.map(code).join(", ");
}

function shownDefault({ default: value }: Setting): string {
  if (value === undefined) return "absent";
  return code(typeof value === "string" ? value : JSON.stringify(value));
}

function row(setting: Setting): string[] {
  const { path, schema, description, secret } = setting;
  return [
    code(path),
    variables(setting),
    code(flagOf(setting)?.flag ?? "-"),
    expected(schema),
    shownDefault(setting),
    secret ? `${description} Secret.` : description,
  ].map((text) => text === "`-`" ? "-" : text.replaceAll("|", "\\|"));
}

/** Columns as wide as their widest cell, as the formatter wants them. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = HEAD.map((_, column) =>
    Math.max(...[HEAD, ...rows].map((row) => row[column]?.length ?? 0))
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [line(HEAD), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

function section(title: string, { description, settings }: Section): string {
  return `## ${title}\n\n${description}\n\n${table(settings.map(row))}\n`;
}

interface Section {
  readonly description: string;
  readonly settings: readonly Setting[];
}

function sections(): string[] {
  const general = {
    description: "What concerns the node as a whole.",
    settings: SETTINGS.filter(({ keys }) => keys.length === 1),
  };
  const named = Object.entries(HubConfigSchema.properties).flatMap(([key, schema]) =>
    KindGuard.IsObject(schema)
      ? [section(code(key), {
        description: schema.description ?? "",
        settings: SETTINGS.filter(({ keys }) => keys[0] === key),
      })]
      : []
  );
  return [section("General", general), ...named];
}

/** The whole text of docs/configuration.md. */
export function renderReference(): string {
  return [INTRO, ...sections()].join("\n");
}
