import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  CircularDependencyError,
  DuplicateEdgeError,
  DuplicateNodeError,
  InvalidInputError,
  TaskgraphError,
  TaskNotFoundError,
} from "./index.ts";

const ERRORS: [error: TaskgraphError, name: string, message: string, fields: object][] = [
  [new TaskgraphError("said"), "TaskgraphError", "said", {}],
  [new TaskNotFoundError("a"), "TaskNotFoundError", "Task not found: a", { taskId: "a" }],
  [
    new CircularDependencyError([["a", "b"], ["c", "d", "e"]]),
    "CircularDependencyError",
    "Circular dependency detected: a → b; c → d → e",
    { cycles: [["a", "b"], ["c", "d", "e"]] },
  ],
  [
    new InvalidInputError("risk", "Expected union value"),
    "InvalidInputError",
    "Expected union value",
    { field: "risk", message: "Expected union value" },
  ],
  [new DuplicateNodeError("a"), "DuplicateNodeError", "Duplicate node: a", { taskId: "a" }],
  [
    new DuplicateEdgeError("a", "b"),
    "DuplicateEdgeError",
    "Duplicate edge: a → b",
    { prerequisite: "a", dependent: "b" },
  ],
];

for (const [error, name, message, fields] of ERRORS) {
  Deno.test(`§4: ${name} has its name, message and fields, and is a TaskgraphError`, () => {
    strictEqual(error.name, name);
    strictEqual(error.message, message);
    ok(error instanceof TaskgraphError && error instanceof Error);
    const { name: _name, ...own } = { ...error };
    deepStrictEqual(own, fields);
  });
}

Deno.test("an error is no instance of another error's class", () => {
  ok(!(new TaskNotFoundError("a") instanceof DuplicateNodeError));
  ok(!(new TaskgraphError("a") instanceof TaskNotFoundError));
});

const PATHS = [
  ["/risk", "risk"],
  ["/attributes/risk", "attributes/risk"],
  ["risk", "risk"],
  ["//x", "/x"],
  ["", ""],
] as const;

for (const [path, field] of PATHS) {
  Deno.test(`fromTypeBoxError() makes the field "${field}" of the path "${path}"`, () => {
    const error = InvalidInputError.fromTypeBoxError({ path, message: "Expected string" });
    ok(error instanceof InvalidInputError);
    deepStrictEqual([error.field, error.message], [field, "Expected string"]);
  });
}

Deno.test("InvalidInputError carries a position only where one is known", () => {
  const error = new InvalidInputError("a", "b", { line: 3, column: 4, path: "x.md" });
  deepStrictEqual([error.line, error.column, error.path], [3, 4, "x.md"]);
  ok(!("line" in new InvalidInputError("a", "b")));
});
