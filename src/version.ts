import manifest from "../deno.json" with { type: "json" };

/** Version of the hub. */
export const VERSION: string = manifest.version;

/** When this version was released, in Unix milliseconds: no clock can be right that says less. */
export const RELEASED_AT: number = Date.UTC(2026, 10, 20);
