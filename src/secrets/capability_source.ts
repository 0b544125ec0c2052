/**
 * Secrets on their way from the database to the handlers that may use them.
 *
 * @module
 */
import { Capabilities, type CapabilityLoader } from "@alkdev/operations";
import { getLogger } from "../logger/mod.ts";
import { secretOf } from "./credential_set.ts";
import type { CredentialSource } from "./credentials.ts";
import type { CredentialKey } from "./ports.ts";

const log = getLogger("secrets");

/**
 * What assembly hands to `Grants.capabilities` as operations are registered.
 *
 * A secret goes by the name of its service, or by `service/account` where it belongs to an account.
 */
export interface CapabilitySource {
  /** Those of the `names` that there is a secret for now; a later change makes another object. */
  capabilities(names: readonly string[]): Capabilities;
  /** The same for `Grants.capabilities`: asked anew by each call that is let in. */
  loaderOf(names: readonly string[]): CapabilityLoader;
  /** Reads all again; what a running call has it keeps. */
  reload(): Promise<void>;
}

interface Held {
  readonly secret: string;
  readonly expiresAt: Date | null;
}

/** What a source needs. */
export interface CapabilitySourceOptions {
  readonly now?: () => number;
}

/** Holds the secrets of services in memory alone. */
export function createCapabilitySource(
  source: Pick<CredentialSource, "readAll">,
  { now = Date.now }: CapabilitySourceOptions = {},
): CapabilitySource {
  let all: ReadonlyMap<string, Held> = new Map();
  const capabilities = (names: readonly string[]) =>
    new Capabilities(Object.fromEntries(names.flatMap((name) => {
      const held = all.get(name);
      const isOver = held?.expiresAt != null && held.expiresAt.getTime() <= now();
      return held === undefined || isOver ? [] : [[name, held.secret] as const];
    })));
  return {
    capabilities,
    loaderOf: (names) => () => capabilities(names),
    async reload() {
      const { sets, failed } = await source.readAll();
      all = new Map(sets.flatMap(({ set, expiresAt, ...key }) => {
        const secret = secretOf(set);
        return secret === undefined ? [] : [[capabilityName(key), { secret, expiresAt }] as const];
      }));
      for (const context of failed) log.error("a credential does not open", { context });
    },
  };
}

/** Neither part can hold a slash. */
function capabilityName({ provider, account }: CredentialKey): string {
  return account === "" ? provider : `${provider}/${account}`;
}
