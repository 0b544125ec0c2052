import { doesNotMatch, strictEqual, throws } from "node:assert/strict";
import { pbkdf2Sync } from "node:crypto";
import { inspect } from "node:util";
import { Mnemonic } from "./mnemonic.ts";

const ABANDON = `${"abandon ".repeat(11)}about`;

// vault.md §3.5 and the reference vectors of BIP-39.
const SEEDS = [
  [
    ABANDON,
    "",
    "5eb00bbddcf069084889a8ab9155568165f5c453ccb85e70811aaed6f6da5fc19a5ac40b389cd370d086206dec8aa6c43daea6690f20ad3d8d48b2d2ce9e38e4",
  ],
  [
    ABANDON,
    "TREZOR",
    "c55257c360c07c72029aebc1b53c05ed0362ada38ead3e3e9efa3708e53495531f09a6987599d18264c1e1c92f2cf141630c7a3c4ab7c81b2f001698e7463b04",
  ],
  [
    "legal winner thank year wave sausage worth useful legal winner thank yellow",
    "TREZOR",
    "2e8905819b8723fe2c1d161860e5ee1830318dbf49a83bd451cfb8440c28bd6fa457fe1296106559a3c80937a1c1069be3a3a5bd381ee6260e8d9739fce1f607",
  ],
  [
    "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong",
    "TREZOR",
    "ac27495480225222079d7be181583751e86f571027b0497b5b5d11218e0a8a13332572917f0f8e5a589620c6f15b11c61dee327651a14c34e18231052e48c069",
  ],
] as const;
for (const [phrase, passphrase, seed] of SEEDS) {
  Deno.test(`toSeed() gives the published seed of "${phrase.slice(0, 20)}…" with "${passphrase}"`, () => {
    strictEqual(Mnemonic.fromPhrase(phrase).toSeed(passphrase).toHex(), seed);
  });
}

Deno.test("toSeed() normalises the passphrase, and gives what another implementation gives", () => {
  const composed = Mnemonic.fromPhrase(ABANDON).toSeed("caf\u00e9 \ufb01");
  const salt = "mnemoniccafe\u0301 fi";
  strictEqual(composed.toHex(), pbkdf2Sync(ABANDON, salt, 2048, 64, "sha512").toString("hex"));
});

Deno.test("fromPhrase() takes any white space between the words", () => {
  const spaced = `\n ${ABANDON.replaceAll(" ", " \t\u3000")} `;
  strictEqual(Mnemonic.fromPhrase(spaced).reveal(), ABANDON);
});

for (const words of [12, 15, 18, 21, 24]) {
  Deno.test(`generate() makes another phrase of ${words} words each time`, () => {
    const [one, two] = [Mnemonic.generate(words).reveal(), Mnemonic.generate(words).reveal()];
    strictEqual(one.split(" ").length, words);
    strictEqual(Mnemonic.fromPhrase(one).reveal(), one);
    strictEqual(one === two, false);
  });
}

for (const words of [0, 11, 13, 25, 12.5, NaN]) {
  Deno.test(`generate() refuses ${words} words`, () => {
    throws(() => Mnemonic.generate(words), { code: "Mnemonic" });
  });
}

for (
  const [what, phrase] of [
    ["a wrong checksum", `${"abandon ".repeat(11)}abandon`],
    ["a wrong word", ABANDON.replace("about", "abouts")],
    ["a missing word", "abandon ".repeat(11)],
    ["capitals", ABANDON.toUpperCase()],
    ["nothing", ""],
    ["a book", "abandon ".repeat(100_000)],
  ] as const
) {
  Deno.test(`fromPhrase() refuses ${what} and repeats no word of it`, () => {
    throws(() => Mnemonic.fromPhrase(phrase), (error) => {
      strictEqual(Reflect.get(Object(error), "code"), "Mnemonic");
      doesNotMatch(`${error} ${inspect(error, { depth: 9 })}`, /abandon|abouts/i);
      return true;
    });
  });
}

Deno.test("a phrase is shown by nothing, and is zeros once it is disposed of", () => {
  const mnemonic = Mnemonic.fromPhrase(ABANDON);
  for (
    const shown of [
      inspect(mnemonic, { showHidden: true }),
      Deno.inspect(mnemonic),
      `${mnemonic}`,
      JSON.stringify({ mnemonic }),
    ]
  ) {
    doesNotMatch(shown, /abandon/);
  }
  mnemonic[Symbol.dispose]();
  strictEqual(mnemonic.reveal(), "\0".repeat(ABANDON.length));
});
