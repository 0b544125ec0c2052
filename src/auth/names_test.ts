import { doesNotThrow, strictEqual, throws } from "node:assert/strict";
import { checkPeerId, cleanName, cleanText } from "./names.ts";

const TRICKS = {
  "a name that turns text around": "evil\u202Egnp.exe",
  "a zero-width space": "ad\u200Bmin",
  "a zero-width joiner": "ad\u200Dmin",
  "a byte order mark": "\uFEFFadmin",
  "a soft hyphen": "ad\u00ADmin",
  "a line break": "a\nb",
  "a NUL": "a\u0000b",
  "an escape sequence": "\u001b[31mred",
  "a no-break space": "a\u00A0b",
  "an ideographic space": "a\u3000b",
  "a tag character": "a\u{E0041}b",
  "half a character": "a\uD800b",
  "a space at the end": "admin ",
  "nothing but spaces": "  ",
  "nothing": "",
};

for (const [what, name] of Object.entries(TRICKS)) {
  Deno.test(`cleanName() refuses ${what}`, () => {
    throws(() => cleanName(name), { code: "VALIDATION_ERROR" });
  });
}

for (const name of ["Anna's laptop", "Überwachung", "日本語", "100%_\\ done", "a'; drop table x"]) {
  Deno.test(`cleanName() takes ${JSON.stringify(name)} as it is`, () => {
    strictEqual(cleanName(name), name);
  });
}

Deno.test("cleanName() makes one of two spellings that look the same", () => {
  strictEqual(cleanName("e\u0301"), "\u00E9");
});

Deno.test("cleanText() takes lines, and nothing that cannot be seen", () => {
  doesNotThrow(() => cleanText("a\nb"));
  throws(() => cleanText("a\u202Eb"), { code: "VALIDATION_ERROR" });
});

for (const peerId of ["hub", "services", "local", "operator", "any"]) {
  Deno.test(`checkPeerId() refuses "${peerId}", which means something else`, () => {
    throws(() => checkPeerId(peerId), { code: "VALIDATION_ERROR" });
  });
}
