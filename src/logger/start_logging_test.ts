import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { memoryStream } from "./_log_records.ts";
import { namedSecret, secretName, visibleSecret } from "./_secrets.ts";
import { getLogger, type Logger, type LoggingOptions, startLogging, withContext } from "./mod.ts";

const INFO = { level: "info", format: "json" } as const;

/** What is written while `log` runs. */
async function written(
  options: Partial<LoggingOptions>,
  log: (log: Logger) => void | Promise<void>,
): Promise<string> {
  const { stream, text } = memoryStream();
  {
    await using _logging = startLogging({ ...INFO, isTerminal: false, stream, ...options });
    await log(getLogger("test"));
  }
  return text();
}

function lines(text: string): Record<string, unknown>[] {
  return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}

Deno.test("startLogging() writes one JSON object per line", async () => {
  const [first, second, ...rest] = lines(
    await written({}, (log) => {
      log.info("spoke joined", { spoke: "dev1", session: 7 });
      log.warn("a\nb");
    }),
  );
  const { time, ...event } = first ?? {};
  match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  deepStrictEqual(event, {
    level: "info",
    category: "test",
    message: "spoke joined",
    properties: { spoke: "dev1", session: 7 },
  });
  strictEqual(second?.message, "a\nb");
  deepStrictEqual(rest, []);
});

for (
  const [format, isTerminal, isPretty] of [
    ["auto", true, true],
    ["auto", false, false],
    ["pretty", false, true],
    ["json", true, false],
  ] as const
) {
  const [where, form] = [isTerminal ? "on" : "off", isPretty ? "lines for people" : "JSON"];
  Deno.test(`startLogging() with format ${format} ${where} a terminal writes ${form}`, async () => {
    const text = await written({ format, isTerminal }, (log) => log.info("event", { a: 1 }));
    strictEqual(text.startsWith("{"), !isPretty);
    if (!isTerminal) ok(!text.includes("\x1b"));
  });
}

Deno.test("startLogging() leaves out what is less severe than its level", async () => {
  const text = await written({ level: "warning" }, (log) => {
    for (const level of ["trace", "debug", "info", "warning", "error", "fatal"] as const) {
      log[level](level);
    }
  });
  deepStrictEqual(lines(text).map(({ level }) => level), ["warning", "error", "fatal"]);
});

Deno.test("startLogging() gives categories levels of their own, and those below them", async () => {
  const levels = { bus: "debug", "bus.kv": "error", quiet: "fatal", logtape: "fatal" } as const;
  const text = await written({ levels }, () => {
    for (const category of [["bus"], ["bus", "kv"], ["bus", "kv", "x"], ["bus", "y"], ["quiet"]]) {
      getLogger(category).debug("debug");
      getLogger(category).error("error");
    }
    getLogger("other").debug("debug");
    getLogger(["business"]).debug("debug");
  });
  deepStrictEqual(lines(text).map(({ category, message }) => `${category} ${message}`), [
    "bus debug",
    "bus error",
    "bus.kv error",
    "bus.kv.x error",
    "bus.y debug",
    "bus.y error",
  ]);
});

Deno.test("startLogging() writes nothing of its own", async () => {
  strictEqual(await written({ level: "trace" }, () => {}), "");
});

Deno.test("startLogging() can be started and stopped again and again", async () => {
  for (const message of ["first", "second", "third"]) {
    deepStrictEqual(
      lines(await written({}, (log) => log.info(message))).map((line) => line.message),
      [message],
    );
  }
});

Deno.test("startLogging() refuses a second start, which leaves the first as it is", async () => {
  const text = await written({}, (log) => {
    throws(() => startLogging(INFO), /Cannot start logging: it is started already/);
    log.info("still here");
  });
  strictEqual(lines(text).length, 1);
});

Deno.test("disposing logging twice does not stop another that was started since", async () => {
  const first = startLogging({ ...INFO, ...memoryStream() });
  await first[Symbol.asyncDispose]();
  const text = await written({}, async (log) => {
    await first[Symbol.asyncDispose]();
    log.info("still here");
  });
  strictEqual(lines(text).length, 1);
});

Deno.test("a logger made before the start works after it, and is silent after the stop", async () => {
  const early = getLogger("early");
  early.info("too early");
  const { stream, text } = memoryStream();
  const logging = startLogging({ ...INFO, stream });
  early.info("in time");
  await logging[Symbol.asyncDispose]();
  early.info("too late");
  deepStrictEqual(lines(text()).map(({ message }) => message), ["in time"]);
});

Deno.test("flush() resolves when everything logged so far is written", async () => {
  const { stream, text } = memoryStream();
  await using logging = startLogging({ ...INFO, stream });
  getLogger("test").info("event");
  await logging.flush();
  strictEqual(lines(text()).length, 1);
});

Deno.test("withContext() adds properties to all that is logged inside, across awaits", async () => {
  const text = await written({}, async (log) => {
    await withContext({ requestId: "r1", token: "hunter2" }, async () => {
      await Promise.resolve();
      log.info("inside", { a: 1 });
    });
    log.info("outside");
  });
  deepStrictEqual(lines(text).map(({ properties }) => properties), [
    { requestId: "r1", token: "[redacted]", a: 1 },
    {},
  ]);
});

Deno.test("logging to a stream that fails does not reach the caller", async () => {
  const stream = { write: () => Promise.reject(new Deno.errors.BrokenPipe("closed")) };
  await written({ stream }, async (log) => {
    log.info("one");
    await Promise.resolve();
    log.error(new Error("two"));
  });
});

Deno.test("logging values that cannot be read does not reach the caller", async () => {
  const fail = () => {
    throw new Error("hunter2");
  };
  const text = await written({}, (log) => {
    log.info("getter", Object.defineProperty({}, "bad", { get: fail, enumerable: true }));
    log.info("nested", {
      value: Object.defineProperty({}, "bad", { get: fail, enumerable: true }),
    });
    log.info("method", { value: { toJSON: fail, toString: fail } });
  });
  strictEqual(lines(text).length, 3);
  ok(!text.includes("hunter2"));
});

/** Runs a script in a process of its own, with no permissions. */
async function withScript(
  script: string,
  use: (child: Deno.ChildProcess) => Promise<void>,
): Promise<void> {
  const module = new URL("./mod.ts", import.meta.url).href;
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(
      file,
      `import { getLogger, startLogging } from "${module}";
      const logging = startLogging({ level: "info", format: "json" });
      const log = getLogger("test");
      ${script}`,
    );
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--no-check", "--config", config, file],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    await use(child);
    await child.status;
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("logging to a pipe that nobody reads any more does not end the process", async () => {
  const script = `
    await Deno.stdin.read(new Uint8Array(1));
    for (let i = 0; i < 100; i++) log.info("event", { i });
    await logging.flush();
    log.info("again");
    await logging[Symbol.asyncDispose]();
    await Deno.stdout.write(new TextEncoder().encode("alive"));`;
  await withScript(script, async (child) => {
    await child.stderr.cancel();
    const stdin = child.stdin.getWriter();
    await stdin.write(new Uint8Array(1));
    await stdin.close();
    strictEqual(await new Response(child.stdout).text(), "alive");
    strictEqual((await child.status).code, 0);
  });
});

for (const end of ["Deno.exit(3);", 'throw new Error("the end");']) {
  Deno.test(`what was logged right before ${end} is written`, async () => {
    await withScript(`log.info("last words"); ${end}`, async (child) => {
      await child.stdin.close();
      await child.stdout.cancel();
      ok((await new Response(child.stderr).text()).includes('"message":"last words"'));
    });
  });
}

/** Every way in which something can be logged. */
const WAYS: readonly ((log: Logger, planted: string, value: unknown) => void)[] = [
  (log, planted) => log.info(planted),
  (log, planted, value) => log.info("event", { planted, value }),
  (log, planted, value) => log.info("event {planted} {value}", { planted, value }),
  (log, planted) => log.info`event ${planted} ${{ planted }}`,
  (log, planted) => log.error(new Error(planted, { cause: new Error(planted) })),
  (log, planted) => log.error("event", new AggregateError([new Error(planted)], planted)),
  (log, planted, value) => log.with({ planted, value }).warn("event"),
  (log, planted, value) => log.info("event", () => ({ [planted]: value })),
  (log, planted) => log.info((l) => l`lazy ${planted}`),
  (log, planted) => log.info({ planted: [planted] }),
  (log, planted) => withContext({ planted }, () => log.fatal("event {planted}")),
  (_, planted) => getLogger(["test", planted]).info("event"),
];

for (const format of ["json", "pretty"] as const) {
  Deno.test(`no visible secret is ever written as ${format}, however it is logged`, async () => {
    await fc.assert(
      fc.asyncProperty(
        visibleSecret,
        fc.lorem({ maxCount: 2 }),
        async ({ whole, secret }, text) => {
          const planted = `${text} ${whole} ${text}`;
          const output = await written({ format }, (log) => {
            for (const way of WAYS) way(log, planted, { deep: [planted] });
          });
          ok(output.split("\n").length > WAYS.length);
          ok(!output.includes(secret), output);
        },
      ),
      { numRuns: 300 },
    );
  });

  Deno.test(`no value of a secret name is ever written as ${format}`, async () => {
    await fc.assert(
      fc.asyncProperty(secretName, namedSecret, async (name, secret) => {
        const output = await written({ format, isTerminal: true }, (log) => {
          log.info("event", { [name]: secret, text: `it is ${secret}` });
          log.info(`event {${name}} and {nested.${name}}`, {
            [name]: secret,
            nested: { [name]: secret },
          });
          log.error("event", {
            error: Object.assign(new Error(`not ${secret}`), { [name]: secret }),
          });
          log.with({ [name]: { inner: [secret] } }).info(`it is ${secret}`);
        });
        ok(output.includes("event"));
        ok(!output.includes(secret), output);
      }),
      { numRuns: 300 },
    );
  });

  Deno.test(`what is no secret is written as ${format}`, async () => {
    await fc.assert(fc.asyncProperty(fc.lorem(), fc.nat(), async (text, number) => {
      const output = await written({ format }, (log) => log.info(text, { text: { text }, number }));
      strictEqual(output.split(text).length - 1 >= 2, true, output);
      ok(output.includes(String(number)));
    }));
  });
}
