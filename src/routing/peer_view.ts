/**
 * What a call can reach on this hub: its own operations, and those of spokes under their names.
 *
 * @module
 */
import type {
  AccessControl,
  OperationSpec,
  OperationView,
  PeerRef,
  Registration,
} from "@alkdev/operations";
import { Generations } from "../auth/generations.ts";
import type { ExportRule, FindExportRule } from "./export_rules.ts";
import type { Forward } from "./forward.ts";
import type { LocalSpokes } from "./local_spokes.ts";
import type { SpokeEntry, SpokeIndex } from "./spoke_index.ts";

/** What the view is made of. */
export interface PeerViewPorts {
  /** The hub's own operations; nobody can take their names. */
  readonly base: OperationView;
  readonly index: SpokeIndex;
  readonly local: Pick<LocalSpokes, "pick" | "get">;
  readonly forward: Forward;
  readonly exports: FindExportRule;
}

/** In place of a node's name: whichever offers the operation. */
export const ANY = "any";

/** Operations of spokes that are kept ready to be called, for they were called lately. */
const KEPT = 16_384;

/** Spokes on other nodes of which one is taken at random. */
const CHOICE = 32;

/** Creates the view. */
export function createPeerView(ports: PeerViewPorts): OperationView {
  const { base, index, local, forward, exports } = ports;
  const kept = new Generations<{ readonly entry: SpokeEntry; readonly made: Registration }>(KEPT);

  function registrationOf(
    entry: SpokeEntry,
    name: string,
    { as, access }: { readonly as: string; readonly access: readonly AccessControl[] },
  ): Registration | undefined {
    const imported = entry.set.operations.get(name);
    if (imported === undefined) return undefined;
    const { spec, grants } = imported;
    const target = { entry, name, spec };
    return {
      id: `${as}/${name}`,
      spec,
      grants: { ...grants, visibility: "external" },
      access: [...access, spec.accessControl],
      handler: handlerOf(spec, {
        once: (input, context) => forward.call(target, input, context),
        stream: (input, context) => forward.subscribe(target, input, context),
      }),
    };
  }

  /** What a rule offers of a spoke. */
  function offered(entry: SpokeEntry, name: string): Registration | undefined {
    const full = `${entry.peerId}/${name}`;
    const known = kept.get(full);
    if (known?.entry === entry) return known.made;
    const rule = exports(entry.peerId, name);
    const made = rule && registrationOf(entry, name, { as: entry.peerId, access: [rule.access] });
    if (made !== undefined) kept.set(full, { entry, made });
    return made;
  }

  function pick(name: string, isWanted: (entry: SpokeEntry) => boolean): SpokeEntry | undefined {
    const here = local.pick(name, isWanted);
    // The index has the place by which the whole hub knows it.
    if (here !== undefined) return index.get(here.peerId) ?? here;
    const others: SpokeEntry[] = [];
    let busy: SpokeEntry | undefined;
    for (const entry of index.offering(name)) {
      if (!isWanted(entry)) continue;
      if (local.get(entry.peerId) === undefined) others.push(entry);
      else busy ??= entry;
      if (others.length === CHOICE) break;
    }
    // Where none is left that has room, one that has none says so.
    return others[Math.floor(Math.random() * others.length)] ?? busy;
  }

  return {
    external(full) {
      const known = kept.get(full);
      if (known !== undefined && index.get(known.entry.peerId) === known.entry) return known.made;
      const slash = full.indexOf("/");
      const head = full.slice(0, slash), name = full.slice(slash + 1);
      if (head === ANY) {
        const entry = pick(name, (one) => offered(one, name) !== undefined);
        return entry && offered(entry, name);
      }
      const entry = index.get(head);
      // No node can be enrolled under a name with which the hub's own operations begin.
      return entry === undefined ? base.external(full) : offered(entry, name);
    },
    resolve(name: string, peer: PeerRef) {
      if (peer.kind === "specific") {
        const entry = index.get(peer.peerId);
        return entry && registrationOf(entry, name, { as: peer.peerId, access: [] });
      }
      const own = base.resolve(name, peer);
      if (own !== undefined) return own;
      const entry = pick(name, () => true);
      return entry && registrationOf(entry, name, { as: entry.peerId, access: [] });
    },
  };
}

function handlerOf(
  { type }: OperationSpec,
  handlers: {
    readonly once: Exclude<Registration["handler"], undefined>;
    readonly stream: Exclude<Registration["handler"], undefined>;
  },
): Registration["handler"] {
  return type === "subscription" ? handlers.stream : handlers.once;
}

/** An operation of a spoke that is offered to callers from outside. */
export interface OfferedOperation {
  readonly name: string;
  readonly rule: ExportRule;
  readonly spec: OperationSpec;
}

/** What rules offer of a spoke. */
export function* offeredBy(
  { peerId, set }: SpokeEntry,
  exports: FindExportRule,
): Generator<OfferedOperation> {
  for (const { name, spec } of set.operations.values()) {
    const rule = exports(peerId, name);
    if (rule !== undefined) yield { name, rule, spec };
  }
}
