import { join } from "node:path";
import { runningHub } from "./data_directory.ts";
import { storedSecret } from "./stored_secret.ts";

const NAME = "hub";
/** Line of Postgres's own note on which its port stands. */
const PORT_LINE = 3;

/** Where the embedded Postgres of a running hub is; `undefined` when none runs there, or none with one. */
export async function runningDatabaseUrl(dataDir: string): Promise<string | undefined> {
  if (await runningHub(dataDir) === undefined) return undefined;
  const note = await Deno.readTextFile(join(dataDir, "postgres", "postmaster.pid")).catch(
    (error) => {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    },
  );
  if (note === undefined) return undefined;
  const port = Number(note.split("\n")[PORT_LINE]);
  const password = await storedSecret(join(dataDir, "secrets"), NAME);
  return `postgres://${NAME}:${password}@127.0.0.1:${port}/${NAME}`;
}
