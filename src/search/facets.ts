/**
 * What a search asks of an operation besides its words: who may call it, and of which kind it is. It
 * is asked once for all operations that are alike in it.
 *
 * @module
 */
import type { AccessControl, Identity, OperationSpec } from "@alkdev/operations";
import type { SearchRequest } from "../../bridges/ports.ts";
import { mayCall } from "../operations/services/register.ts";

/** What operations may be alike in. */
export interface Facet {
  /** Callers need all of them. */
  readonly access: readonly AccessControl[];
  readonly namespace: string;
  readonly type: OperationSpec["type"];
  /** Whether it is one of the hub itself. */
  readonly isOwn: boolean;
}

/** The facets of all operations. */
export interface Facets {
  /** The number of a facet; to be released when it is not needed any more. */
  take(facet: Facet): number;
  release(id: number): void;
  /** Tells for each facet whether a request asks for it and its caller may. */
  judge(request: SearchRequest): (id: number) => boolean;
  /** Whether something holds for any of them. */
  some(holds: (id: number) => boolean): boolean;
}

interface Counted {
  readonly key: string;
  readonly facet: Facet;
  uses: number;
}

const UNKNOWN = 0, WANTED = 1, UNWANTED = 2;

/** Begins with none. */
export function createFacets(): Facets {
  const ids = new Map<string, number>();
  const shared = createShared<readonly AccessControl[]>();
  const counted: (Counted | undefined)[] = [];
  const free: number[] = [];

  function use(id: number): number {
    const found = counted[id];
    if (found !== undefined) found.uses += 1;
    return id;
  }

  return {
    take(facet) {
      const { access, namespace, type, isOwn } = facet;
      const key = JSON.stringify([access, namespace, type, isOwn]);
      const known = ids.get(key);
      if (known !== undefined) return use(known);
      const id = free.pop() ?? counted.length;
      ids.set(key, id);
      counted[id] = { key, facet: { ...facet, access: shared.take(access) }, uses: 1 };
      return id;
    },
    release(id) {
      const found = counted[id];
      if (found === undefined) return;
      found.uses -= 1;
      if (found.uses > 0) return;
      shared.release(found.facet.access);
      ids.delete(found.key);
      counted[id] = undefined;
      free.push(id);
    },
    some(holds) {
      for (let id = 0; id < counted.length; id++) {
        if (counted[id] !== undefined && holds(id)) return true;
      }
      return false;
    },
    judge(request) {
      const judged = new Uint8Array(counted.length);
      const admits = admission(request.identity);
      return (id) => {
        const known = judged[id];
        if (known !== UNKNOWN) return known === WANTED;
        const facet = counted[id]?.facet;
        const isWanted = facet !== undefined && wants(request, facet) && admits(facet.access);
        judged[id] = isWanted ? WANTED : UNWANTED;
        return isWanted;
      };
    },
  };
}

function wants(request: SearchRequest, { namespace, type, isOwn }: Facet): boolean {
  const { types, peers = true } = request;
  return (peers || isOwn) &&
    (request.namespace === undefined || request.namespace === namespace) &&
    (types === undefined || types.some((wanted) => wanted === type));
}

/** Whether somebody may call what asks for this; lists that many facets share are judged once. */
function admission(identity: Identity | null): (access: readonly AccessControl[]) => boolean {
  const judged = new Map<readonly AccessControl[], boolean>();
  return (access) => {
    const known = judged.get(access);
    if (known !== undefined) return known;
    const isAdmitted = mayCall(identity, access);
    judged.set(access, isAdmitted);
    return isAdmitted;
  };
}

/** Values of which equal ones are one and the same. */
interface Shared<T> {
  take(value: T): T;
  release(value: T): void;
}

function createShared<T>(): Shared<T> {
  const held = new Map<string, { readonly value: T; uses: number }>();
  return {
    take(value) {
      const key = JSON.stringify(value);
      const known = held.get(key) ?? { value, uses: 0 };
      known.uses += 1;
      held.set(key, known);
      return known.value;
    },
    release(value) {
      const key = JSON.stringify(value), known = held.get(key);
      if (known === undefined) return;
      known.uses -= 1;
      if (known.uses === 0) held.delete(key);
    },
  };
}
