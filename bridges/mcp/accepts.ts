/** Whether somebody who sends such a header `Accept` takes one of the types; without it, anything. */
export function accepts(header: string | null, types: readonly string[]): boolean {
  if (header === null) return true;
  return header.toLowerCase().split(",").some((part) =>
    types.includes(part.split(";", 1)[0]?.trim() ?? "")
  );
}
