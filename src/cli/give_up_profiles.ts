import { userDirectory } from "./remote/user_directory.ts";

/**
 * Gives up the right to this user's profiles, which commands that speak to hubs elsewhere have: a node
 * that runs code of others has no business there.
 */
export function giveUpProfiles(): void {
  const path = userDirectory(Deno.env.toObject());
  if (path === undefined) return;
  for (const name of ["read", "write"] as const) {
    const permission = { name, path };
    // Where everything is granted, there is nothing to be taken out of it.
    if (Deno.permissions.querySync({ name }).state === "granted") continue;
    if (Deno.permissions.querySync(permission).state === "granted") {
      Deno.permissions.revokeSync(permission);
    }
  }
}
