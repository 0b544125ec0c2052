/**
 * Runs the curl commands that documents show: with curl, and by reading what they say, so that they are
 * tried where there is no curl, too.
 *
 * @module
 */

/** What a command is run with. */
export interface CurlOptions {
  /** Variables that it uses. */
  readonly env: Readonly<Record<string, string>>;
  /** Whether that is enough of a stream; without it, everything is read. */
  readonly isEnough?: (text: string) => boolean;
}

/** A way to run a command: what it prints. @throws {Error} for an answer that is a failure. */
export type RunCurl = (command: string, options: CurlOptions) => Promise<string>;

/** The commands of a page: all that begin with curl in its blocks for shells. */
export function curlCommands(page: string): readonly string[] {
  const blocks = [...page.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, block = ""]) => block);
  return blocks.flatMap((block) =>
    // A command goes on where its line ends with a backslash, or within quotes.
    [...block.matchAll(/^curl (?:'[^']*'|"[^"]*"|\\\n|[^\n'"])*/gm)].map(([command]) => command)
  );
}

/** All ways in which commands can be run here. */
export async function waysToRun(): Promise<ReadonlyMap<string, RunCurl>> {
  const ways = new Map<string, RunCurl>([["as it reads", runParsed]]);
  const { success } = await new Deno.Command("bash", { args: ["-c", "command -v curl"] }).output();
  if (success) ways.set("with curl", runReal);
  return ways;
}

/** The request that a command describes. */
export function requestIn(command: string, env: CurlOptions["env"]): Request {
  const [program, ...words] = wordsIn(command, env);
  if (program !== "curl") throw new Error(`Cannot run ${program}`);
  const headers = new Headers();
  let url: string | undefined, method: string | undefined, body: string | undefined;
  while (words.length > 0) {
    const word = words.shift() ?? "";
    if (["-H", "--header"].includes(word)) {
      const [name = "", ...value] = (words.shift() ?? "").split(":");
      headers.append(name, value.join(":").trim());
    } else if (["-d", "--data"].includes(word)) body = words.shift();
    else if (["-X", "--request"].includes(word)) method = words.shift();
    else if (["-s", "--silent", "-N", "--no-buffer"].includes(word)) continue;
    else if (word.startsWith("-") || url !== undefined) throw new Error(`Cannot read ${word}`);
    else url = word;
  }
  if (url === undefined) throw new Error(`There is no address in ${command}`);
  return new Request(url, {
    headers,
    method: method ?? (body === undefined ? "GET" : "POST"),
    ...(body === undefined ? {} : { body }),
  });
}

/** The words of a command, as a shell reads them. */
function wordsIn(command: string, env: CurlOptions["env"]): string[] {
  const expand = (text: string) =>
    text.replaceAll(/\$([A-Z_]+)/g, (_, name) => {
      const value = env[name];
      if (value === undefined) throw new Error(`Nobody says what $${name} is`);
      return value;
    });
  const parts = command.replaceAll("\\\n", " ").match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? [];
  return parts.map((part) =>
    part.replaceAll(
      /'([^']*)'|"([^"]*)"|([^'"]+)/g,
      (_, single, double, bare) => single ?? expand(double ?? bare),
    )
  );
}

const runParsed: RunCurl = async (command, { env, isEnough }) => {
  const response = await fetch(requestIn(command, env));
  const text = await read(response.body, isEnough);
  if (!response.ok) throw new Error(`${command}: ${response.status} ${text}`);
  return text;
};

const runReal: RunCurl = async (command, { env, isEnough }) => {
  // The shell becomes curl, so that what is ended is curl.
  const strict = command.replace(/^curl/, "exec curl --silent --show-error --fail-with-body");
  const child = new Deno.Command("bash", {
    args: ["-c", strict],
    ...{ env, stdin: "null", stdout: "piped", stderr: "piped" },
  }).spawn();
  const complaint = new Response(child.stderr).text();
  let isEnded = false;
  const text = await read(child.stdout, (text) => isEnded = isEnough?.(text) === true);
  // What was enough may not have been all.
  if (isEnded) child.kill();
  const { code } = await child.status;
  const said = await complaint;
  if (code !== 0 && !isEnded) throw new Error(`${command}: ${said} ${text}`);
  return text;
};

async function read(
  body: ReadableStream<Uint8Array> | null,
  isEnough: CurlOptions["isEnough"] = () => false,
): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (isEnough(text)) break;
  }
  return text;
}
