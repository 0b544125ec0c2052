import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { logRecord } from "./_log_records.ts";
import { cleanRecord } from "./clean_record.ts";

Deno.test("cleanRecord() joins the category and keeps what is no secret", () => {
  deepStrictEqual(cleanRecord(logRecord({ properties: { bucket: "b", tries: 2 } })), {
    time: 0,
    level: "info",
    category: "bus.kv",
    message: "key written",
    properties: { bucket: "b", tries: 2 },
  });
});

Deno.test("cleanRecord() renders values in the message", () => {
  const message = ["read ", "b", " of ", { a: [1] }, " at ", 7, ""];
  strictEqual(cleanRecord(logRecord({ message })).message, 'read b of {"a":[1]} at 7');
});

for (const password of ["hunter2", "x"]) {
  Deno.test(`cleanRecord() hides the ${password.length} characters of a property in the message`, () => {
    const { message } = cleanRecord(
      logRecord({ message: ["log in with ", password, ""], properties: { password } }),
    );
    strictEqual(message, "log in with [redacted]");
  });
}

Deno.test("cleanRecord() sees secrets that only text and value together make", () => {
  const message = ["sent Authorization: Bearer ", "abcdef123456", ""];
  strictEqual(cleanRecord(logRecord({ message })).message, "sent Authorization: [redacted]");
});

Deno.test("cleanRecord() looks at categories, too", () => {
  const { category } = cleanRecord(logRecord({ category: ["keys", "sk-0123456789abcdef"] }));
  strictEqual(category, "keys.[redacted]");
});

Deno.test("cleanRecord() survives records that cannot be read", () => {
  const fail = () => {
    throw new Error("hunter2");
  };
  const record = Object.defineProperties(logRecord(), {
    message: { get: fail },
    properties: { get: fail },
  });
  deepStrictEqual(cleanRecord(record), {
    time: 0,
    level: "info",
    category: "bus.kv",
    message: "[unreadable message]",
    properties: { unreadable: true },
  });
});

Deno.test("cleanRecord() bounds the message", () => {
  ok(cleanRecord(logRecord({ message: ["x".repeat(1_000_000)] })).message.length < 10_000);
});
