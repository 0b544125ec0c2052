/**
 * What can be reached by name, and from where.
 *
 * @module
 */
import type { PeerRef } from "./call_scope.ts";
import { reaches, type ScopedEnv } from "./grants.ts";
import { parseOperationName } from "./names.ts";
import type { Registration } from "./registration.ts";
import type { OperationRegistry } from "./registry.ts";

const ANY: PeerRef = { kind: "any" };

/** Leads from registry names to operations. */
export interface OperationView {
  /** What a caller from outside reaches. */
  external(name: string): Registration | undefined;
  /** What a composing handler reaches; its scoped env has been asked before. */
  resolve(name: string, peer: PeerRef): Registration | undefined;
}

/** The operations of one registry. */
export function registryView(registry: OperationRegistry): OperationView {
  return {
    external(name) {
      const registration = registry.resolve(name);
      return registration?.grants.visibility === "external" ? registration : undefined;
    },
    resolve: (name, peer) => peer.kind === "any" ? registry.resolve(name) : undefined,
  };
}

/** What a handler reaches under a name; `undefined` where its env, or the view, has nothing. */
export function reach(
  view: OperationView,
  env: ScopedEnv | null,
  { name: given, peer = ANY }: { name: string; peer?: PeerRef | undefined },
): Registration | undefined {
  const name = parseOperationName(given);
  return name !== undefined && reaches(env, name, peer) ? view.resolve(name, peer) : undefined;
}

/** The layers of a composed view. */
export interface ViewLayers {
  /** The operations that were assembled at start-up. Nobody can shadow their names. */
  readonly base: OperationView;
  /** Operations of the session that a call belongs to. */
  readonly session?: OperationView;
  /** Operations of connected nodes, in the order in which they came. */
  readonly peers?: ReadonlyMap<string, OperationView>;
}

/** Several views as one. A call to a specific peer never falls through to another layer. */
export function layeredView({ base, session, peers = new Map() }: ViewLayers): OperationView {
  return {
    external: (name) => base.external(name),
    resolve(name, peer) {
      if (peer.kind === "specific") return peers.get(peer.peerId)?.resolve(name, ANY);
      for (const layer of [base, session, ...peers.values()]) {
        const registration = layer?.resolve(name, ANY);
        if (registration !== undefined) return registration;
      }
      return undefined;
    },
  };
}
