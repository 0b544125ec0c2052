/**
 * The scopes that the hub itself asks for, and the roles that come with it.
 *
 * @module
 */
import { Type } from "@sinclair/typebox";

/** Every scope that the hub's own operations ask for. Spokes' operations may ask for others. */
export const SCOPES = [
  "admin",
  "spokes:call",
  "spokes:register",
  "actors:read",
  "actors:send",
  "sessions:read",
  "sessions:write",
  "coord",
  "tasks:read",
  "tasks:write",
  "llm",
  "keys:admin",
  "credentials:write",
  "calls:read",
  "metrics:read",
] as const;
/** A scope of the hub's own. */
export type HubScope = typeof SCOPES[number];

/** Counted up with each change of {@linkcode BUILT_IN_ROLES}. */
export const ROLES_REVISION = 1;

interface BuiltInRole {
  readonly name: string;
  readonly description: string;
  readonly scopes: HubScope[];
}

/** The roles that come with the hub. */
export const BUILT_IN_ROLES: readonly BuiltInRole[] = [
  { name: "admin", description: "Everything", scopes: [...SCOPES] },
  {
    name: "caller",
    description: "Calls operations, of the hub and of spokes",
    scopes: ["spokes:call", "actors:read", "actors:send", "tasks:read", "llm"],
  },
  {
    name: "spoke",
    description: "Registers operations and calls those of others",
    scopes: ["spokes:register", "spokes:call"],
  },
  {
    name: "agent",
    description: "What a spawned session works with",
    scopes: ["spokes:call", "tasks:read", "llm"],
  },
  {
    name: "viewer",
    description: "Looks and changes nothing",
    scopes: ["actors:read", "sessions:read", "tasks:read", "calls:read", "metrics:read"],
  },
];

/** The form of a scope. There are no wildcards: what is not spelled out is not granted. */
export const Scope = Type.String({
  pattern: "^[a-z0-9][a-z0-9._-]{0,63}(?::[a-z0-9][a-z0-9._-]{0,63}){0,3}$",
  description: "a scope such as tasks:read; it is compared letter by letter",
});
