/** One thing that was looked at. */
export interface Finding {
  readonly name: string;
  readonly status: "ok" | "warning" | "failing";
  /** What was found. */
  readonly found: string;
  /** What to do about it; absent when there is nothing to do. */
  readonly advice?: string;
}

/** Looks at one thing; what it throws becomes a finding that fails. */
export interface Check {
  readonly name: string;
  readonly look: () => Promise<Omit<Finding, "name">>;
}

/** Looks at everything, one after the other: some checks start a program. */
export async function runChecks(
  checks: readonly Check[],
  onFinding: (finding: Finding) => void = () => {},
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { name, look } of checks) {
    const finding = { name, ...await look().catch(failure) };
    findings.push(finding);
    onFinding(finding);
  }
  return findings;
}

/** Our own errors end with what to do: they are findings as they are. */
function failure(error: unknown): Omit<Finding, "name"> {
  return { status: "failing", found: error instanceof Error ? error.message : String(error) };
}
