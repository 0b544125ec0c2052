import { type OperationRegistry, OperationType } from "@alkdev/operations";
import { Type } from "@sinclair/typebox";
import { PeerId } from "../../auth/names.ts";
import { createToken } from "../../auth/token.ts";
import { changeOptionsOf } from "../identities/change_options.ts";
import { type IdentityOperationPorts, timeOf } from "../identities/ports.ts";
import { registerOperation } from "../identities/register_operation.ts";
import { closed, futureMoment, Moment, ShownOnce } from "../identities/schemas.ts";
import { Fingerprint } from "./fingerprint.ts";
import { PeerView, viewOf } from "./view.ts";

/** `/hub/peers/add-token`, `/hub/peers/add-fingerprint` and `/hub/peers/remove-credential`. */
export function registerCredentialOperations(
  registry: OperationRegistry,
  ports: IdentityOperationPorts,
): void {
  registerAddToken(registry, ports);
  const { peers } = ports.stores;
  registerOperation(registry, {
    name: "peers/add-fingerprint",
    type: OperationType.MUTATION,
    description: "Let a public key or a certificate stand for a peer, beside what does already.",
    scope: "keys:admin",
    errors: ["PEER_NOT_FOUND", "CONFLICT"],
    input: closed({ peerId: PeerId, fingerprint: Fingerprint }),
    output: PeerView,
    handler: async ({ peerId, fingerprint }, context) =>
      viewOf(await peers.addFingerprint(peerId, fingerprint, changeOptionsOf(context))),
  });
  registerOperation(registry, {
    name: "peers/remove-credential",
    type: OperationType.MUTATION,
    description: "Take a token, by its prefix, or a fingerprint from a peer, and close what was " +
      "opened with it.",
    scope: "keys:admin",
    errors: ["PEER_NOT_FOUND"],
    input: closed({
      peerId: PeerId,
      credential: Type.Union([Fingerprint, Type.String({ pattern: "^alkpeer_[0-9A-Za-z]{10}$" })]),
    }),
    output: PeerView,
    handler: async ({ peerId, credential }, context) =>
      viewOf(await peers.removeCredential(peerId, credential, changeOptionsOf(context))),
  });
}

function registerAddToken(
  registry: OperationRegistry,
  ports: IdentityOperationPorts,
): void {
  registerOperation(registry, {
    name: "peers/add-token",
    type: OperationType.MUTATION,
    description: "Make a bearer token for a peer. The answer holds it, and nothing else ever will.",
    scope: "keys:admin",
    errors: ["PEER_NOT_FOUND"],
    input: closed({
      peerId: PeerId,
      notAfter: Type.Optional(Moment),
      othersEndInMinutes: Type.Optional(Type.Integer({
        minimum: 0,
        maximum: 43_200,
        description: "how long the peer's other tokens still open; absent: as long as before",
      })),
    }),
    output: closed({ token: ShownOnce, view: PeerView }),
    async handler({ peerId, notAfter, othersEndInMinutes }, context) {
      const { token, prefix } = createToken("peer");
      const now = timeOf(ports);
      const peer = await ports.stores.peers.addToken(peerId, {
        prefix,
        hash: ports.hasher.hash(token),
        notAfter: notAfter === undefined ? null : futureMoment(notAfter, now),
        othersEndAt: othersEndInMinutes === undefined
          ? undefined
          : new Date(now.getTime() + othersEndInMinutes * 60_000),
      }, changeOptionsOf(context));
      return { token, view: viewOf(peer) };
    },
  });
}
