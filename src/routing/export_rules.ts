/**
 * Which operations of spokes may be called from outside, and by whom.
 *
 * @module
 */
import type { AccessControl } from "@alkdev/operations";
import type { HubConfig } from "../config/mod.ts";

/** Offers operations of spokes to callers; what no rule names is offered to nobody. */
export interface ExportRule {
  /** Name of a spoke, or `*` for all. */
  readonly peer: string;
  /** Names as the spoke has them: exact, `fs/*` for all that begin so, or `*`. */
  readonly names: readonly string[];
  /** Whom they are offered to, on top of what the spoke itself asks for. */
  readonly access: AccessControl;
}

/** What a fresh hub offers: everything of every spoke, to callers with scope `spokes:call`. */
export const DEFAULT_EXPORT_RULES: readonly ExportRule[] = [
  { peer: "*", names: ["*"], access: { requiredScopes: ["spokes:call"] } },
];

/** The rules that the configuration has. */
export function exportRulesOf(exports: HubConfig["exports"]): ExportRule[] {
  return exports.map(({ peer, operations, scopes }) => ({
    ...{ peer, names: operations, access: { requiredScopes: [...scopes] } },
  }));
}

/** Finds the rule for an operation: the first that names it. */
export type FindExportRule = (peerId: string, name: string) => ExportRule | undefined;

/**
 * Prepares rules.
 *
 * @throws {TypeError} for a rule that would offer something to everybody.
 */
export function createExportRules(rules: readonly ExportRule[]): FindExportRule {
  const prepared = rules.map((rule) => {
    const { requiredScopes, requiredScopesAny = [] } = rule.access;
    if (requiredScopes.length === 0 && requiredScopesAny.length === 0) {
      const message = `Cannot export operations of "${rule.peer}": the rule asks for no scope`;
      throw new TypeError(message);
    }
    return { rule, matches: matcherOf(rule.names) };
  });
  return (peerId, name) =>
    prepared.find(({ rule, matches }) =>
      (rule.peer === "*" || rule.peer === peerId) && matches(name)
    )?.rule;
}

/** Tells whether a name is among those that patterns stand for: exact, `fs/*`, or `*`. */
export function matcherOf(patterns: readonly string[]): (name: string) => boolean {
  const exact = new Set(patterns.filter((pattern) => !pattern.endsWith("*")));
  const prefixes = patterns.filter((pattern) => pattern.endsWith("*")).map((p) => p.slice(0, -1));
  return (name) => exact.has(name) || prefixes.some((prefix) => name.startsWith(prefix));
}
