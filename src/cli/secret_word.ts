import type { Input } from "../secrets/input.ts";

/**
 * A secret in the environment, or else what is typed, unseen, or piped in. Never from the command line:
 * other users of the machine see that.
 */
export async function readSecretWord(
  input: Input,
  { fromEnv = "", question }: { readonly fromEnv?: string | undefined; readonly question: string },
): Promise<string> {
  if (fromEnv.trim() !== "") return fromEnv.trim();
  const read = input.isTerminal ? input.hidden(question) : input.line();
  return (await read).trim();
}
