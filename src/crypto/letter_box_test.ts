import { notStrictEqual, rejects, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { canWriteTo, openLetterBox, writeLetter } from "./letter_box.ts";

const SUBJECT = "hub/keys/create";
const FAILED = { name: "CryptoError", code: "DECRYPTION_FAILED" };
const REFUSED = { name: "CryptoError", code: "REFUSED" };

Deno.test("a letter is opened by whom it is for, and is another one each time", async () => {
  const box = await openLetterBox();
  const to = { address: box.address, subject: SUBJECT };
  for (const text of ["", "s3cret", "\u{1f511}\u0000\n", "x".repeat(1_000_000)]) {
    const letter = await writeLetter(text, to);
    strictEqual(await box.open(letter, SUBJECT), text);
    notStrictEqual(await writeLetter(text, to), letter);
  }
});

Deno.test("a letter opens for nobody else, and not as an answer to something else", async () => {
  const [box, other] = [await openLetterBox(), await openLetterBox()];
  const letter = await writeLetter("s3cret", { address: box.address, subject: SUBJECT });
  await rejects(other.open(letter, SUBJECT), FAILED);
  await rejects(box.open(letter, "hub/keys/rotate"), FAILED);
});

Deno.test("a letter that was cut or changed anywhere does not open", async () => {
  const box = await openLetterBox();
  const letter = await writeLetter("s3cret", { address: box.address, subject: SUBJECT });
  const bytes = Uint8Array.fromBase64(letter);
  for (let at = 0; at < bytes.length; at++) {
    const changed = Uint8Array.from(bytes, (byte, index) => index === at ? byte ^ 1 : byte);
    await rejects(box.open(changed.toBase64(), SUBJECT), FAILED);
    await rejects(box.open(bytes.slice(0, at).toBase64(), SUBJECT), { name: "CryptoError" });
  }
});

Deno.test("whatever stands for a letter or an address is refused, and nothing breaks", async () => {
  const box = await openLetterBox();
  const texts = fc.oneof(
    fc.string(),
    fc.base64String({ maxLength: 200 }),
    fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => bytes.slice(0, 31).toBase64()),
  );
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      await rejects(box.open(text, SUBJECT), { name: "CryptoError" });
      if (!/^[A-Za-z0-9+/]{43}=$/.test(text)) {
        await rejects(writeLetter("x", { address: text, subject: SUBJECT }), REFUSED);
      }
    }),
  );
});

Deno.test("an address that leads everybody to the same key is refused", async () => {
  const one = Uint8Array.from({ length: 32 }, (_, at) => at === 0 ? 1 : 0);
  for (const point of [new Uint8Array(32), one]) {
    await rejects(writeLetter("x", { address: point.toBase64(), subject: SUBJECT }), REFUSED);
    strictEqual(await canWriteTo(point.toBase64()), false);
  }
});
