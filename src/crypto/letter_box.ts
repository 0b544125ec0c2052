/**
 * Letters that one reader alone can open: for a secret that has to pass where others listen.
 *
 * Whoever wants a secret opens a box and tells its address, which is public; the key of the box
 * never leaves the process. X25519, HKDF-SHA-256 and AES-256-GCM, with a new key for each letter.
 *
 * @module
 */
import {
  type Bytes,
  decodeBase64,
  encodeBase64,
  encodeUtf8,
  forget,
  joinBytes,
  randomBytes,
} from "./bytes.ts";
import { CryptoError, decryptionFailed } from "./crypto_error.ts";
import { hkdf } from "./derive_key.ts";
import { importKey } from "./seal.ts";

const KEY_LENGTH = 32, IV_LENGTH = 12;
/** Of an address, and so of everything that has the form of one. */
const ADDRESS = /^[A-Za-z0-9+/]{43}=$/;

/** Takes letters. */
export interface LetterBox {
  /** Whom to write to: base64 of a public key. */
  readonly address: string;
  /**
   * Opens a letter about `subject`.
   *
   * @throws {CryptoError} `DECRYPTION_FAILED` for one to somebody else, about something else, or damaged.
   */
  open(letter: string, subject: string): Promise<string>;
}

/** What a letter is about: it opens as nothing else. */
export interface Letter {
  readonly address: string;
  readonly subject: string;
}

/** Opens a box with a key of its own, which lasts as long as the box. */
export async function openLetterBox(): Promise<LetterBox> {
  const { privateKey, own } = await newPair();
  return {
    address: encodeBase64(own),
    async open(letter, subject) {
      const bytes = decodeBase64(letter);
      if (bytes === undefined || bytes.length < KEY_LENGTH + IV_LENGTH) throw decryptionFailed();
      const sender = bytes.slice(0, KEY_LENGTH),
        iv = bytes.slice(KEY_LENGTH, KEY_LENGTH + IV_LENGTH);
      const key = await sharedKey({ privateKey, theirs: sender, subject, ends: [sender, own] });
      const data = bytes.slice(KEY_LENGTH + IV_LENGTH);
      const text = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, data)
        .catch(() => undefined);
      if (text === undefined) throw decryptionFailed();
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(text);
    },
  };
}

/**
 * Writes a letter that the box with that address opens.
 *
 * @throws {CryptoError} `REFUSED` for an address that is none, or half a character.
 */
export async function writeLetter(text: string, { address, subject }: Letter): Promise<string> {
  const theirs = ADDRESS.test(address) ? decodeBase64(address) : undefined;
  const plain = encodeUtf8(text);
  if (theirs === undefined || plain === undefined) throw refused();
  const { privateKey, own } = await newPair();
  const key = await sharedKey({ privateKey, theirs, subject, ends: [own, theirs] });
  const iv = randomBytes(IV_LENGTH);
  try {
    const data = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, plain));
    return encodeBase64(joinBytes(own, iv, data));
  } finally {
    forget(plain);
  }
}

/** Whether there can be a box with that address. */
export async function canWriteTo(address: string): Promise<boolean> {
  try {
    await writeLetter("", { address, subject: "" });
    return true;
  } catch (error) {
    if (error instanceof CryptoError) return false;
    throw error;
  }
}

async function newPair(): Promise<{ readonly privateKey: CryptoKey; readonly own: Bytes }> {
  const pair = await crypto.subtle.generateKey({ name: "X25519" }, false, ["deriveBits"]);
  if (!("privateKey" in pair)) throw new TypeError("Cannot use a key without its public half");
  const own = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  return { privateKey: pair.privateKey, own };
}

interface Exchange {
  readonly privateKey: CryptoKey;
  readonly theirs: Bytes;
  readonly subject: string;
  /** Sender and reader: part of the key, so that a letter fits no other pair. */
  readonly ends: readonly [Bytes, Bytes];
}

async function sharedKey({ privateKey, theirs, subject, ends }: Exchange): Promise<CryptoKey> {
  const shared = await agreed(privateKey, theirs);
  try {
    const info = `alk-letter:1\n${subject}`;
    return await importKey(await hkdf(shared, { salt: joinBytes(...ends), info }));
  } finally {
    forget(shared);
  }
}

async function agreed(privateKey: CryptoKey, theirs: Bytes): Promise<Bytes> {
  try {
    const publicKey = await crypto.subtle.importKey("raw", theirs, { name: "X25519" }, true, []);
    const algorithm = { name: "X25519", public: publicKey };
    return new Uint8Array(await crypto.subtle.deriveBits(algorithm, privateKey, KEY_LENGTH * 8));
  } catch (error) {
    // Some points lead everybody to the same secret: WebCrypto refuses them.
    if (error instanceof DOMException) throw refused();
    throw error;
  }
}

function refused(): CryptoError {
  return new CryptoError("REFUSED", "Cannot write to this address");
}
