/**
 * Finds credentials by their looks, anywhere inside a text.
 *
 * Each pattern reads a text in linear time: it starts at a literal, and what may repeat after
 * it is either bounded or ends at characters that the literal holds.
 *
 * @module
 */

/** Stands where a secret was. */
export const REDACTED = "[redacted]";

/** What a text looks like that holds a secret, and how it looks without. */
interface Rule {
  readonly pattern: RegExp;
  /** What is kept of a match and its groups; everything goes where absent. */
  readonly keep?: (match: string, ...groups: (string | undefined)[]) => string;
}

/** Before a secret: no letter or digit, unless it ends an escape such as `\n` or `%3D`. */
const START = String.raw`(?:(?<![A-Za-z0-9])|(?<=\\[nrt])|(?<=%[0-9A-Fa-f]{2}))`;

/** The quote that ends a name, escaped any number of times by JSON inside JSON. */
const QUOTE = String.raw`\\{0,8}["']`;

/** A quoted value up to the same quote, escaped as often; without an end, all that follows. */
const QUOTED = String.raw`(?<escape>\\{0,8})(?<quote>["'])(?:(?!(?<!\\)\k<escape>\k<quote>)[^])*`;

const VALUE = String.raw`(?:${QUOTED}|[^\s"'\\,;&#<>(){}]+)`;

/** Names of secrets that prose seldom puts before a colon. */
const NAMES = "passw(?:or)?d|secret|api[-_ ]?key|private[-_]?key";

/** Names that prose uses as well (`invalid token: …`): secrets only before `=`, or quoted. */
const PROSE_NAMES =
  `${NAMES}|token(?!s|iz)|credential|creds|ticket|seed|pwd|signature|database_url`;

/** Names whose value goes on to the end of the line. */
const LINE_NAMES = "authorization|cookie2?|mnemonic|passphrase";

/** Keys of model providers, source forges and registries, by their lead. */
const KEY_LEADS = "(?:sk|pk|rk)[-_]|gsk_|xai-|hf_|npm_|gh[opsur]_|github_pat_|glpat-|xox[a-z]-";

/** Keeps a name and the opening quote of its value, so that JSON stays readable. */
function keepName(match: string, name = ""): string {
  const [quote = ""] = /^\\*["']/.exec(match.slice(name.length)) ?? [];
  return name + quote + REDACTED;
}

function named(names: string, { separator, value }: { separator: string; value: string }): Rule {
  const pattern = String.raw`((?:${names})[\w-]{0,40}\s{0,4}${separator}\s{0,4})${value}`;
  return { pattern: new RegExp(pattern, "gi"), keep: keepName };
}

const RULES: readonly Rule[] = [
  // Our keys. The public prefix alone (`alk_` and an id) names a key without opening anything.
  { pattern: /alk(?:peer|reg)?_[A-Za-z0-9]{10}_[A-Za-z0-9_-]+/g },
  {
    pattern: new RegExp(`${START}alk_[A-Za-z0-9_-]+`, "g"),
    keep: (match) => /^alk_[A-Za-z0-9]{1,10}$/.test(match) ? match : REDACTED,
  },
  // Private keys and NATS credentials: all between the armour, also where its end was cut off.
  {
    pattern:
      /-----BEGIN [A-Z0-9 ]{0,40}(?:KEY|SEED|JWT)[A-Z0-9 ]{0,20}-----[^]*?(?:-----END [A-Z0-9 ]{0,60}-----|$)/g,
  },
  { pattern: /S[UAONCX][A-Z2-7]{50,}/g },
  { pattern: /AGE-SECRET-KEY-1[A-Z0-9]{20,}/gi },
  // JWTs, and whatever else is JSON in base64.
  { pattern: /eyJ[A-Za-z0-9_-]{10,}(?:\.[A-Za-z0-9_-]*)*/g },
  { pattern: new RegExp(`${START}(?:${KEY_LEADS})[A-Za-z0-9_-]{12,}`, "g") },
  { pattern: /A(?:KIA|SIA|Iza)[A-Za-z0-9_-]{16,}/g },
  {
    pattern: new RegExp(
      String.raw`${START}(bearer(?:\s{1,4}|%20|\+))` +
        String
          .raw`(?!(?:auth(?:entication|orization)?|tokens?|scheme|keys?)[.,;:!?)]*(?:[\s"'\\]|$))[^\s"'\\,;<>]{6,}`,
      "gi",
    ),
    keep: (_, scheme = "") => scheme + REDACTED,
  },
  // A word in small letters after `basic` is prose; base64 has more than that.
  {
    pattern: new RegExp(
      String.raw`${START}((?:[Bb]asic|BASIC)(?:\s{1,4}|%20|\+))` +
        String.raw`(?=[a-z]{0,80}[A-Z0-9=+/])[A-Za-z0-9+/=_-]{6,}`,
      "g",
    ),
    keep: (_, scheme = "") => scheme + REDACTED,
  },
  // Users and passwords in URLs; first those with characters that had to be escaped.
  {
    pattern: /:\/\/[^\s/@:"'<>\\[]{0,128}:(?!\d{0,5}(?:[/?#]|$))[^\s,"'<>\\]{1,256}@/g,
    keep: () => `://${REDACTED}@`,
  },
  { pattern: /:\/\/[^\s/?#"'<>\\]*@/g, keep: () => `://${REDACTED}@` },
  named(LINE_NAMES, {
    separator: String.raw`(?:${QUOTE})?\s{0,4}[:=]`,
    value: String.raw`(?:${QUOTED}|[^\r\n]+)`,
  }),
  named(PROSE_NAMES, { separator: "=", value: VALUE }),
  named(PROSE_NAMES, { separator: String.raw`${QUOTE}\s{0,4}[:=]`, value: VALUE }),
  named(NAMES, { separator: ":", value: VALUE }),
];

/** Replaces everything in `text` that looks like a credential; most texts return as they are. */
export function redactText(text: string): string {
  let clean = text;
  for (const { pattern, keep = () => REDACTED } of RULES) clean = clean.replace(pattern, keep);
  return clean;
}
