/**
 * Who may read the metrics from afar.
 *
 * @module
 */
import { CallError } from "@alkdev/operations";
import { identify } from "../../bridges/gateway/mod.ts";
import type { Admission } from "../../bridges/ports.ts";

/** The scope that it takes. */
const SCOPE = "metrics:read";

/** Creates what decides by the token that is shown; whoever cannot be looked up is nobody. */
export function createMetricsAccess(
  admission: Pick<Admission, "resolve">,
): (authorization: string | null, source: string) => Promise<boolean> {
  return async (authorization, source) => {
    try {
      const caller = await identify(authorization, { admission, source });
      return caller?.identity.scopes.includes(SCOPE) === true;
    } catch (error) {
      if (error instanceof CallError) return false;
      throw error;
    }
  };
}
