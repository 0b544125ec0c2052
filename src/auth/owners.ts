import type { OwnedResource } from "./records.ts";

/** Who owns what, found both ways. */
export interface Owners {
  ownerOf(resource: OwnedResource): string | undefined;
  idsOf(owner: string, type: string): ReadonlySet<string>;
  /** Makes somebody the owner; `undefined`: nobody. */
  set(resource: OwnedResource, owner: string | undefined): void;
}

const NONE: ReadonlySet<string> = new Set();

/** Makes an index in which nobody owns anything. */
export function createOwners(): Owners {
  const owners = new Map<string, Map<string, string>>();
  const owned = new Map<string, Map<string, Set<string>>>();
  const forget = ({ type, id }: OwnedResource, owner: string) => {
    owners.get(type)?.delete(id);
    const types = owned.get(owner), ids = types?.get(type);
    ids?.delete(id);
    if (ids?.size === 0) types?.delete(type);
    if (types?.size === 0) owned.delete(owner);
  };
  const note = ({ type, id }: OwnedResource, owner: string) => {
    within(owners, type, () => new Map<string, string>()).set(id, owner);
    const types = within(owned, owner, () => new Map<string, Set<string>>());
    within(types, type, () => new Set<string>()).add(id);
  };
  return {
    ownerOf: ({ type, id }) => owners.get(type)?.get(id),
    idsOf: (owner, type) => owned.get(owner)?.get(type) ?? NONE,
    set(resource, owner) {
      const before = owners.get(resource.type)?.get(resource.id);
      if (before !== undefined) forget(resource, before);
      if (owner !== undefined) note(resource, owner);
    },
  };
}

function within<V>(map: Map<string, V>, key: string, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
