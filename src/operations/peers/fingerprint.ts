import { Type } from "@sinclair/typebox";

/** Names a public key or a certificate; compared letter by letter. */
export const Fingerprint = Type.String({
  pattern: "^(?:ed25519|SHA256):[0-9a-f]{64}$",
  description: "ed25519: and a public key, or SHA256: and the hash of a certificate, in hex",
});
