/**
 * Secrets on their way from the database to the handlers that may use them.
 *
 * @module
 */
import { Capabilities } from "@alkdev/operations";
import { getLogger } from "../logger/mod.ts";
import { secretOf } from "./credential_set.ts";
import type { CredentialSource } from "./credentials.ts";

const log = getLogger("secrets");

/** What assembly hands to `Grants.capabilities` as operations are registered. */
export interface CapabilitySource {
  /** Those of the `names` that there is a secret for now; a later change makes another object. */
  capabilities(names: readonly string[]): Capabilities;
  /** Reads all again; what a running call has it keeps. */
  reload(): Promise<void>;
}

/** Holds the secrets of all services that are shared, in memory alone. */
export function createCapabilitySource(source: CredentialSource): CapabilitySource {
  let all = Capabilities.none;
  return {
    capabilities: (names) => all.narrow(names),
    async reload() {
      const { sets, failed } = await source.readAll();
      const secrets = sets.filter(({ account }) => account === "").flatMap(({ provider, set }) => {
        const secret = secretOf(set);
        return secret === undefined ? [] : [[provider, secret] as const];
      });
      all = new Capabilities(Object.fromEntries(secrets));
      for (const context of failed) log.error("a credential does not open", { context });
    },
  };
}
