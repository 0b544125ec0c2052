/** Examples of spokes, run as their first comments say. */
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A running example. */
export interface RunningExample extends AsyncDisposable {
  /** Asks it to end, and waits. */
  stop(): Promise<Deno.CommandStatus>;
}

/** How an example is run. */
export interface ExampleOptions {
  readonly url: string;
  readonly key: string;
  /** What stands for the words in capitals of its comment, and for `ARGUMENT…`. */
  readonly words: Readonly<Record<string, string>>;
  /** Which of the commands in the comment. Default: the first. */
  readonly nth?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs an example with the very permissions and arguments that its comment names. */
export async function runExample(file: string, options: ExampleOptions): Promise<RunningExample> {
  const { url, key, words, nth = 0, env = {} } = options;
  const args = await commandOf(file, nth);
  const filled = args.map((arg) =>
    Object.entries(words).reduce((text, [word, value]) => text.replace(word, value), arg)
  );
  const child = new Deno.Command(Deno.execPath(), {
    args: filled,
    cwd: root,
    env: { ...env, HUB_URL: url, HUB_KEY: key },
    ...{ stdin: "null", stdout: "null", stderr: "inherit" },
  }).spawn();
  let isOver = false;
  const over = child.status.then((status) => {
    isOver = true;
    return status;
  });
  const stop = () => {
    if (!isOver) child.kill("SIGTERM");
    return over;
  };
  return {
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
    },
  };
}

/** The arguments of `deno` in the comment at the head of an example. */
async function commandOf(file: string, nth: number): Promise<string[]> {
  const text = await Deno.readTextFile(new URL(`../../examples/${file}`, import.meta.url));
  const comment = (/^\/\*\*(.*?)\*\//s.exec(text)?.[1] ?? "").replaceAll(/\\\n \* +/g, "");
  const commands = [...comment.matchAll(/ deno (run .*)$/gm)].map(([, command = ""]) => command);
  const command = commands[nth];
  if (command === undefined) throw new Error(`${file} does not say how to run it`);
  return command.trim().split(/ +/);
}
