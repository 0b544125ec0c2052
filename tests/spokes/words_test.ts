/** What docs/protocol.md says in words, and not in transcripts: a hub is held to it, frame by frame. */
import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import {
  connectClient,
  type RoutingNode,
  startRoutingNode,
} from "../../src/routing/_nodes_testing.ts";
import { type Frames, openFrames } from "../calls/_frames_testing.ts";
import { outcome } from "../calls/_hubs_testing.ts";
import { until } from "../harness/until.ts";
import { known } from "./_spokes_testing.ts";

const PUBLIC = {
  ...{ required_scopes: [], required_scopes_any: null },
  ...{ resource_type: null, resource_action: null },
};

/** The specification of an operation, with what a test does not speak of filled in. */
const offer = (name: string, fields: object = {}) => ({
  ...{ name, namespace: name.slice(0, name.indexOf("/")), op_type: "query" },
  ...{ visibility: "external", input_schema: {}, output_schema: {}, error_schemas: [] },
  ...{ access_control: PUBLIC, ...fields },
});

interface Spoken {
  readonly type: string;
  readonly id: string;
  readonly payload: Record<string, unknown>;
}

const parsed = (text: string): Spoken => JSON.parse(text);

/** Connects by hand, and says this to the question of what is offered. */
async function answering(node: RoutingNode, name: string, answer: [type: string, payload: object]) {
  const frames = await openFrames(node, `node:${name}|spokes:call`);
  const { id } = parsed(await until(() => frames.heard.shift(), { what: "the question" }));
  say(frames, id, answer);
  return frames;
}

function say(frames: Frames, id: string, [type, payload]: [type: string, payload: object]): void {
  frames.say(JSON.stringify({ type, id, payload }));
}

/** The next request of the hub. */
const asked = async (frames: Frames): Promise<Spoken> => {
  for (;;) {
    const frame = parsed(await until(() => frames.heard.shift(), { what: "a request" }));
    if (frame.type === "call.requested") return frame;
  }
};

const offering = (node: RoutingNode, name: string, operations: object[]) =>
  answering(node, name, ["call.responded", { output: { operations } }]);

Deno.test("a hub does what the protocol's document says in words", async (t) => {
  await using node = await startRoutingNode();
  await using client = await connectClient(node);
  const { session } = client;
  const specs = [
    offer("t/any"),
    offer("t/own", { visibility: "internal" }),
    offer("t/text", { output_schema: { type: "string" } }),
    offer("t/texts", { op_type: "subscription", output_schema: { type: "string" } }),
    offer("t/fail", {
      error_schemas: [{
        ...{ code: "GONE", description: "", http_status: 410 },
        schema: { type: "object", properties: { at: { type: "integer" } }, required: ["at"] },
      }],
    }),
    offer("t/typed", {
      input_schema: {
        type: "object",
        properties: {
          whole: { type: "integer", minimum: 1 },
          word: { type: "string", pattern: "^a$", maxLength: 3 },
          either: { type: ["string", "null"] },
          object: { type: "object" },
        },
        additionalProperties: false,
      },
    }),
  ];
  using spoke = await offering(node, "dev1", specs);
  await known(node, "dev1");
  /** What a call comes to that the spoke answers so. */
  const answered = async (operation: string, answer: [type: string, payload: object]) => {
    const call = outcome(session.call(`/dev1/${operation}`, {}, { declared: ["GONE"] }));
    say(spoke, (await asked(spoke)).id, answer);
    return Object(await call);
  };

  await t.step("§ 2: an id that is in use by either side is refused, and goes on", async () => {
    const call = session.call("/dev1/t/any", {});
    const { id } = await asked(spoke);
    const refusal = parsed(await spoke.ask(id, { operationId: "/services/list" }));
    deepStrictEqual([refusal.type, refusal.payload.code], ["call.error", "INVALID_INPUT"]);
    say(spoke, id, ["call.responded", { output: 5 }]);
    strictEqual(await call, 5);
    spoke.heard.length = 0;
    strictEqual(
      parsed(await spoke.ask(id, { operationId: "/services/list" })).type,
      "call.responded",
    );
  });

  await t.step("§ 2: frames of other types, and other members, are ignored", async () => {
    say(spoke, "1", ["call.later", {}]);
    spoke.say(JSON.stringify({
      ...{ type: "call.requested", id: "2", payload: { operationId: "/services/list", odd: 1 } },
      later: true,
    }));
    const answer = await until(() => spoke.heard.find((text) => parsed(text).id === "2"), {
      what: "an answer",
    });
    strictEqual(parsed(answer).type, "call.responded");
  });

  await t.step("§ 3: what is not external is left out", async () => {
    await rejects(session.call("/dev1/t/own", {}), { code: "OPERATION_NOT_FOUND" });
  });

  await t.step(
    "§ 3: a schema is checked as far as it is said, and nothing is converted",
    async () => {
      for (const input of [{ whole: 0 }, { whole: "1" }, { word: "long" }, { odd: 1 }]) {
        await rejects(session.call("/dev1/t/typed", input), { code: "VALIDATION_ERROR" });
      }
      for (const input of [{ word: "b" }, { either: 5 }, { object: "none" }]) {
        const call = session.call("/dev1/t/typed", input);
        const { id, payload } = await asked(spoke);
        deepStrictEqual(payload.input, input);
        say(spoke, id, ["call.responded", { output: null }]);
        await call;
      }
    },
  );

  await t.step("§ 4: an output that is not there, or does not fit, reaches nobody", async () => {
    for (const payload of [{}, { output: 5 }]) {
      const { code, message } = await answered("t/text", ["call.responded", payload]);
      deepStrictEqual([code, message], ["EXECUTION_ERROR", "internal error"]);
    }
  });

  await t.step("§ 4: a value that does not fit ends its subscription", async () => {
    const values = session.subscribe("/dev1/t/texts", {});
    const first = values.next();
    const { id } = await asked(spoke);
    for (const output of ["a", 5]) say(spoke, id, ["call.responded", { output }]);
    strictEqual((await first).value, "a");
    await rejects(values.next(), { code: "EXECUTION_ERROR", message: "internal error" });
    const isAborted = () =>
      spoke.heard.map(parsed).some((frame) => frame.type === "call.aborted" && frame.id === id);
    await until(isAborted, { what: "the spoke to be told" });
  });

  for (
    const [what, payload, expected] of [
      [
        "a code of the protocol is told in the hub's words",
        { code: "FORBIDDEN", message: "not you", retryable: true, details: { secret: 1 } },
        ["ACCESS_DENIED", "access denied", false, undefined],
      ],
      [
        "of its details those pass that are known",
        { code: "INTERNAL", message: "m", retryable: true, details: { reason: "full", at: 1 } },
        ["EXECUTION_ERROR", "internal error", true, { reason: "full" }],
      ],
      [
        "whether it may be retried is known of some codes",
        { code: "TIMEOUT", message: "m" },
        ["TIMEOUT", "timed out", true, undefined],
      ],
      [
        "a code of one's own passes with its message and its details",
        { code: "GONE", message: "it left", retryable: false, details: { at: 1 } },
        ["GONE", "it left", false, { at: 1 }],
      ],
      [
        "details that do not fit their schema are left out",
        { code: "GONE", message: "it left", retryable: false, details: { at: "noon" } },
        ["GONE", "it left", false, undefined],
      ],
      [
        "any other code is internal",
        { code: "ODD", message: "odd", retryable: true },
        ["EXECUTION_ERROR", "internal error", false, { code: "ODD" }],
      ],
      [
        "an error without a code is internal",
        { message: "m" },
        ["EXECUTION_ERROR", "internal error", false, undefined],
      ],
    ] as const
  ) {
    await t.step(`§ 8: ${what}`, async () => {
      const { code, message, retryable, details } = await answered("t/fail", [
        "call.error",
        payload,
      ]);
      deepStrictEqual([code, message, retryable, details], expected);
    });
  }
});

Deno.test("a hub takes a spoke for what it answers, as the protocol's document says", async (t) => {
  await using node = await startRoutingNode();

  await t.step("§ 3: a list may be empty", async () => {
    using spoke = await offering(node, "dev1", []);
    const answer = await spoke.ask("1", { operationId: "/services/list" });
    strictEqual(parsed(answer).type, "call.responded");
  });

  const many = (count: number) => Array.from({ length: count }, (_, at) => offer(`t/${at}`));
  for (
    const [what, answer, code] of [
      ["an error", ["call.error", { code: "ODD", message: "", retryable: false }], 4403],
      ["an error that passes", ["call.error", { code: "TIMEOUT", message: "" }], 1013],
      ["no list", ["call.responded", { output: {} }], 4403],
      [
        "a name twice",
        ["call.responded", { output: { operations: [...many(1), ...many(1)] } }],
        4403,
      ],
      ["501 operations", ["call.responded", { output: { operations: many(501) } }], 4403],
      [
        "a schema of 64 KiB",
        ["call.responded", {
          output: { operations: [offer("t/a", { input_schema: { title: "x".repeat(65_536) } })] },
        }],
        4403,
      ],
    ] satisfies [string, [string, object], number][]
  ) {
    await t.step(`§ 3 and 9: ${what} closes with ${code}`, async () => {
      using spoke = await answering(node, `dev-${code}`, answer);
      strictEqual(await spoke.closed, code);
    });
  }

  await t.step(
    "§ 10: a connection takes another's place once it is taken, and not before",
    async () => {
      using first = await offering(node, "twice", many(1));
      await known(node, "twice");
      using refused = await offering(node, "twice", [...many(1), ...many(1)]);
      strictEqual(await refused.closed, 4403);
      const answer = await first.ask("1", { operationId: "/services/list" });
      strictEqual(parsed(answer).type, "call.responded");
      using _second = await offering(node, "twice", many(1));
      strictEqual(await first.closed, 4409);
    },
  );

  await t.step("§ 9: 500 operations are taken", async () => {
    using spoke = await offering(node, "dev500", many(500));
    const answer = await spoke.ask("1", { operationId: "/services/list" });
    strictEqual(parsed(answer).type, "call.responded");
  });
});
