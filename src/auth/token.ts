/**
 * The form of every token that the hub gives out:
 *
 *     alk_7Gk2mQ9xZa_<43 characters of secret><6 of checksum>
 *
 * What stands before the second underscore is the **prefix**: public, unique, fit for logs and
 * lists. The secret is 256 random bits in base64url.
 *
 * @module
 */
import { CHECKSUM_LENGTH, checksumOf } from "./checksum.ts";

/** What a token is for, by its lead. A token of one kind is nothing anywhere else. */
export const TOKEN_LEADS = { key: "alk", peer: "alkpeer", registration: "alkreg" } as const;
/** What a token is for. */
export type TokenKind = keyof typeof TOKEN_LEADS;

const ID_CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const ID_LENGTH = 10;
const SECRET_BYTES = 32;
const SECRET_LENGTH = 43;
const SHAPE = new RegExp(
  `^(alk|alkpeer|alkreg)_[0-9A-Za-z]{${ID_LENGTH}}_[0-9A-Za-z_-]{${
    SECRET_LENGTH + CHECKSUM_LENGTH
  }}$`,
);
const PREFIX = new RegExp(`^(?:alk|alkpeer|alkreg)_[0-9A-Za-z]{${ID_LENGTH}}$`);

/** A token as its owner sees it, once. */
export interface NewToken {
  /** The whole of it: shown to its owner and to nobody else, stored nowhere. */
  readonly token: string;
  readonly prefix: string;
}

/** What a token says of itself. */
export interface ParsedToken {
  readonly kind: TokenKind;
  readonly prefix: string;
}

/** Makes a token that nobody can guess. */
export function createToken(kind: TokenKind): NewToken {
  const prefix = `${TOKEN_LEADS[kind]}_${randomId()}`;
  const secret = crypto.getRandomValues(new Uint8Array(SECRET_BYTES))
    .toBase64({ alphabet: "base64url", omitPadding: true });
  const body = `${prefix}_${secret}`;
  return { token: body + checksumOf(body), prefix };
}

/**
 * Reads a token; `undefined` for what is none. Whether it opens anything is another question.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { createToken, parseToken } from "./token.ts";
 *
 * const { token, prefix } = createToken("key");
 * strictEqual(parseToken(token)?.prefix, prefix);
 * strictEqual(parseToken(token.slice(0, -1)), undefined);
 * ```
 */
export function parseToken(text: string): ParsedToken | undefined {
  const lead = SHAPE.exec(text)?.[1];
  const kind = lead === undefined ? undefined : kindOf(lead);
  if (kind === undefined) return undefined;
  if (checksumOf(text.slice(0, -CHECKSUM_LENGTH)) !== text.slice(-CHECKSUM_LENGTH)) {
    return undefined;
  }
  return { kind, prefix: prefixOf(text) };
}

/** What stands before the second underscore; the whole text where there is none. */
export function prefixOf(text: string): string {
  const end = text.indexOf("_", text.indexOf("_") + 1);
  return end < 0 ? text : text.slice(0, end);
}

/** Whether a text has the form of a prefix, of that kind if one is named. */
export function isPrefix(text: string, kind?: TokenKind): boolean {
  return PREFIX.test(text) && (kind === undefined || text.startsWith(`${TOKEN_LEADS[kind]}_`));
}

function kindOf(lead: string): TokenKind | undefined {
  const kinds = ["key", "peer", "registration"] as const satisfies readonly TokenKind[];
  return kinds.find((kind) => TOKEN_LEADS[kind] === lead);
}

function randomId(): string {
  let id = "";
  while (id.length < ID_LENGTH) {
    for (const byte of crypto.getRandomValues(new Uint8Array(ID_LENGTH))) {
      // Only 248 of the 256 values: each character is as likely as any other.
      if (byte < 248 && id.length < ID_LENGTH) id += ID_CHARACTERS.charAt(byte % 62);
    }
  }
  return id;
}
