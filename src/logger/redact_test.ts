import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { namedSecret, secretName, visibleSecret } from "./_secrets.ts";
import { redact, REDACT_LIMITS } from "./redact.ts";

const R = "[redacted]";

class Connection {
  readonly host = "h";
  readonly password = "hunter2";
  get url(): string {
    return "not shown: it is on the prototype";
  }
  toJSON(): string {
    return "hunter2";
  }
}

const COPIES: readonly (readonly [name: string, given: unknown, copy: unknown])[] = [
  ["texts, numbers and the like", ["a", 1, true, null, undefined], ["a", 1, true, null, undefined]],
  ["numbers that JSON cannot hold", [NaN, -Infinity, 10n], ["NaN", "-Infinity", "10"]],
  ["functions and symbols", [() => 1, Symbol("s")], ["[function]", "Symbol(s)"]],
  ["dates", [new Date(0), new Date(NaN)], ["1970-01-01T00:00:00.000Z", "[invalid date]"]],
  ["URLs", new URL("nats://u:p@h:1/"), `nats://${R}@h:1/`],
  ["boxed texts", Object("postgres://u:p@h"), `postgres://${R}@h`],
  ["bytes", [new Uint8Array(3), new ArrayBuffer(2)], ["[3 bytes]", "[2 bytes]"]],
  ["sets", new Set([1, "a"]), [1, "a"]],
  ["maps", new Map<unknown, unknown>([["password", "x"], ["a", 1], [{}, 2]]), {
    password: R,
    a: 1,
    "[object]": 2,
  }],
  ["headers", new Headers({ cookie: "a=1", accept: "*/*" }), { cookie: R, accept: "*/*" }],
  ["query parameters", new URLSearchParams("token=abc&n=1"), { token: R, n: "1" }],
  ["class instances by their fields", new Connection(), { host: "h", password: R }],
  ["secrets that are objects", { credentials: { user: "u", list: ["x"] } }, { credentials: R }],
  ["secrets that are bytes", { seed: new Uint8Array(3) }, { seed: R }],
  ["counts of tokens", { tokens: { input: 12, model: "m" } }, { tokens: { input: 12, model: R } }],
  ["a secret below a count", { tokens: { password: 1234 } }, { tokens: { password: R } }],
  ["numbers that are secrets", { password: 1234, hasPassword: true }, {
    password: R,
    hasPassword: true,
  }],
  ["pairs", [["cookie", "a=1"], ["accept", "*/*"]], [["cookie", R], ["accept", "*/*"]]],
  ["named values", { name: "api_key", value: "abc" }, { name: "api_key", value: R }],
];
for (const [name, given, copy] of COPIES) {
  Deno.test(`redact() copies ${name}`, () => {
    deepStrictEqual(redact(given), copy);
  });
}

Deno.test("redact() copies errors with their causes, and nothing that hides in them", () => {
  const cause = new TypeError("Cannot connect to postgres://u:hunter2@h");
  const error = Object.assign(new Error("sk-0123456789abcdef", { cause }), { token: "hunter2" });
  const text = JSON.stringify(redact(new AggregateError([error], "all failed")));
  ok(text.includes("all failed") && text.includes("TypeError") && text.includes("redact_test.ts"));
  ok(!text.includes("hunter2") && !text.includes("0123456789abcdef"), text);
});

Deno.test("redact() removes what a name gives away from everywhere else", () => {
  deepStrictEqual(redact({ before: "is hunter2!", password: "hunter2", hunter2: ["hunter2"] }), {
    before: `is ${R}!`,
    password: R,
    [R]: [R],
  });
});

Deno.test("redact() does not look for very short secrets elsewhere", () => {
  deepStrictEqual(redact({ pin: "1", text: "1 of 10" }), { pin: R, text: "1 of 10" });
});

Deno.test("redact() stops at cycles and shows what is merely repeated", () => {
  const shared = { a: 1 };
  const loop: Record<string, unknown> = { shared, again: shared };
  loop.self = loop;
  deepStrictEqual(redact(loop), { shared, again: shared, self: "[circular]" });
});

Deno.test("redact() survives getters and proxies that throw, and calls no method", () => {
  const fail = () => {
    throw new Error("hunter2");
  };
  const hostile = {
    get bad(): never {
      return fail();
    },
    toJSON: fail,
    toString: fail,
    [Symbol.toPrimitive]: fail,
    fine: 1,
    proxy: new Proxy({}, { ownKeys: fail, getPrototypeOf: fail }),
  };
  deepStrictEqual(redact(hostile), {
    bad: "[unreadable]",
    toJSON: "[function]",
    toString: "[function]",
    fine: 1,
    proxy: "[unreadable]",
  });
});

Deno.test("redact() keeps a key __proto__ a key like any other", () => {
  const copy = redact(JSON.parse('{ "__proto__": { "polluted": 1 } }'));
  strictEqual(JSON.stringify(copy), '{"__proto__":{"polluted":1}}');
  strictEqual(Reflect.get(Object(copy), "polluted"), undefined);
});

Deno.test("redact() goes only so deep", () => {
  let value: unknown = "end";
  for (let i = 0; i < 100_000; i++) value = { value };
  const text = JSON.stringify(redact(value));
  strictEqual(text.split('"value"').length - 1, REDACT_LIMITS.depth);
  ok(text.includes("[too deep]"));
});

Deno.test("redact() copies only so many entries, and says so", () => {
  const list = redact(Array.from({ length: 1_000_000 }, (_, index) => index));
  ok(Array.isArray(list));
  deepStrictEqual(list.slice(REDACT_LIMITS.entries), ["[more left out]"]);
  const object = redact(Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`k${i}`, i])));
  strictEqual(Object.keys(Object(object)).length, REDACT_LIMITS.entries + 1);
});

Deno.test("redact() cuts long texts with a note", () => {
  const text = String(redact("x".repeat(1_000_000)));
  strictEqual(text, `${"x".repeat(REDACT_LIMITS.textLength)}… [cut, 1000000 characters]`);
});

Deno.test("redact() bounds what it copies in all", () => {
  const wide = Array.from(
    { length: 99 },
    () => Array.from({ length: 99 }, () => "x".repeat(9_000)),
  );
  const text = JSON.stringify(redact(wide));
  ok(text.length < 2 * REDACT_LIMITS.totalLength + 40 * REDACT_LIMITS.values, String(text.length));
});

Deno.test("redact() shows no part of a secret that its limits cut in two", () => {
  const limits = { ...REDACT_LIMITS, textLength: 64 };
  const padding = fc.nat(1_200);
  fc.assert(fc.property(padding, visibleSecret, padding, (before, { whole, secret }, after) => {
    const text = `${"-".repeat(before)} ${whole} ${"-".repeat(after)}`;
    const copy = String(redact(text, limits));
    for (let start = 0; start + 16 <= secret.length; start++) {
      ok(!copy.includes(secret.slice(start, start + 16)), copy);
    }
  }));
});

Deno.test("redact() does not show the end of what it has read, where a secret may begin", () => {
  const pem = `-----BEGIN PRIVATE KEY-----\n${"A".repeat(950)}\n-----END PRIVATE KEY-----`;
  const text = `${pem} postgres://user:${"hunter2".repeat(40)}@host`;
  const copy = String(redact(text, { ...REDACT_LIMITS, textLength: 64 }));
  ok(!copy.includes("hunter2"), copy);
});

/** Buries `secret` at some depth in one of many kinds of values. */
function buried(secret: unknown, levels: readonly number[]): unknown {
  const wraps: readonly ((value: unknown) => unknown)[] = [
    (value) => ({ a: 1, value }),
    (value) => [0, value, "z"],
    (value) => new Map<unknown, unknown>([["k", value], [1, 2]]),
    (value) => new Set([value]),
    (value) => new Error("failed", { cause: value }),
    (value) => Object.assign(new TypeError("failed"), { details: value }),
    (value) => new AggregateError([value], "failed"),
    (value) => Object.assign(Object.create(null), { value }),
  ];
  return levels.reduce((value, level) => wraps[level % wraps.length]?.(value), secret);
}

const levels = fc.array(fc.nat(7), { maxLength: 6 });

Deno.test("redact() lets no visible secret through, wherever it is buried", () => {
  const text = fc.lorem({ maxCount: 3 });
  fc.assert(
    fc.property(visibleSecret, text, levels, ({ whole, secret }, text, levels) => {
      const planted = `${text} ${whole} ${text}`;
      for (
        const value of [planted, new Error(planted), { [planted]: 1 }, new Map([[planted, 1]])]
      ) {
        const copy = JSON.stringify(redact(buried(value, levels)));
        ok(!copy.includes(JSON.stringify(secret).slice(1, -1)), copy);
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("redact() lets no value of a secret name through, wherever it is buried", () => {
  fc.assert(
    fc.property(secretName, namedSecret, levels, levels, (name, secret, above, below) => {
      const value = buried({ [name]: buried(secret, below) }, above);
      ok(!JSON.stringify(redact(value)).includes(secret));
    }),
    { numRuns: 500 },
  );
});

Deno.test("redact() lets no value of a secret name through anywhere beside it", () => {
  const few = fc.array(fc.nat(7), { maxLength: 2 }); // so that the limit of depth is not reached
  fc.assert(
    fc.property(secretName, namedSecret, few, few, (name, secret, above, beside) => {
      const value = { [name]: secret, beside: buried(new Error(`not ${secret}`), beside) };
      ok(!JSON.stringify(redact(buried(value, above))).includes(secret));
    }),
    { numRuns: 500 },
  );
});

Deno.test("redact() preserves what is no secret", () => {
  const plain = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.lorem({ maxCount: 5 }),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(fc.stringMatching(/^[b-df-h]{1,6}$/), tie("value"), {
        maxKeys: 4,
        noNullPrototype: true,
      }),
    ),
  })).value;
  fc.assert(fc.property(plain, (value) => deepStrictEqual(redact(value), value)));
});
