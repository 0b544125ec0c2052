/**
 * Arbitrary secrets of every kind that the log must never show.
 *
 * @module
 */
import fc from "fast-check";

function text(alphabet: string, { min, max }: { min: number; max: number }) {
  const letter = fc.constantFrom(...alphabet);
  return fc.array(letter, { minLength: min, maxLength: max }).map((letters) => letters.join(""));
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE64URL = `${LETTERS}0123456789-_`;
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

const opaque = text(BASE64URL, { min: 24, max: 64 });

const ourKey = fc.tuple(text(`${LETTERS}0123456789`, { min: 10, max: 10 }), opaque)
  .map(([id, secret]) => ({ whole: `alk_${id}_${secret}`, secret }));

const nkeySeed = fc.tuple(fc.constantFrom(..."UAONCX"), text(BASE32, { min: 56, max: 56 }))
  .map(([kind, rest]) => `S${kind}${rest}`);

const jwt = fc.tuple(opaque, opaque).map(([claims, signature]) =>
  `eyJhbGciOiJIUzI1NiJ9.${claims}.${signature}`
);

function pem(label: string) {
  return opaque.map((body) => `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----`);
}

const basic = fc.tuple(fc.constant("user:"), opaque).map(([user, secret]) =>
  btoa(`${user}${secret}`)
);

/** A secret as it stands in a text: what surrounds it gives it away, `secret` must not be seen. */
export interface PlantedSecret {
  readonly whole: string;
  readonly secret: string;
}

function whole(arbitrary: fc.Arbitrary<string>): fc.Arbitrary<PlantedSecret> {
  return arbitrary.map((secret) => ({ whole: secret, secret }));
}

function within(before: string, arbitrary: fc.Arbitrary<string>, after = "") {
  return arbitrary.map((secret) => ({ whole: `${before}${secret}${after}`, secret }));
}

/** Secrets that are known by their looks alone. */
export const visibleSecret: fc.Arbitrary<PlantedSecret> = fc.oneof(
  ourKey,
  whole(nkeySeed),
  whole(jwt),
  whole(opaque.map((rest) => `sk-${rest}`)),
  whole(opaque.map((rest) => `sk-ant-api03-${rest}`)),
  whole(opaque.map((rest) => `ghp_${rest}`)),
  within("Bearer ", opaque),
  within("bearer  ", opaque),
  within("Basic ", basic),
  within("Authorization: Token ", opaque, "\n"),
  within("Cookie: theme=dark; sid=", opaque, "\n"),
  within('{"password":"', opaque, '"}'),
  within('{\\"api_key\\": \\"', opaque, '\\"}'),
  within("https://host/call?ticket=", opaque, "&x=1"),
  within("postgres://user:", opaque, "@host:5432/db"),
  within("nats://", opaque, "@host"),
  within("postgres://user:p@/", opaque, "@host:5432/db"),
  whole(pem("PRIVATE KEY")),
  whole(pem("EC PRIVATE KEY")),
  whole(pem("OPENSSH PRIVATE KEY")),
  whole(pem("USER NKEY SEED")),
  whole(pem("NATS USER JWT")),
);

/** Secrets that only the name of their property tells. */
export const namedSecret: fc.Arbitrary<string> = text(BASE64URL, { min: 6, max: 40 })
  .map((rest) => `Q7${rest}`);

/** Names of properties that hold secrets. */
export const secretName: fc.Arbitrary<string> = fc.constantFrom(
  "authorization",
  "Authorization",
  "proxy-authorization",
  "cookie",
  "Set-Cookie",
  "password",
  "dbPassword",
  "PASSWD",
  "passphrase",
  "secret",
  "clientSecret",
  "token",
  "accessToken",
  "refresh_token",
  "apiKey",
  "api_key",
  "X-API-Key",
  "OPENAI_API_KEY",
  "credential",
  "credentials",
  "privateKey",
  "PRIVATE_KEY",
  "encryptionKey",
  "mnemonic",
  "seed",
  "walletSeed",
  "DATABASE_URL",
  "databaseUrl",
  "natsCreds",
  "nkey",
  "jwt",
  "ticket",
);
