/**
 * Where a value of the configuration came from.
 *
 * @module
 */

/** Where a value came from. Later kinds win over earlier ones. */
export type Source =
  | { readonly kind: "default" }
  | {
    readonly kind: "file";
    readonly file: string;
    readonly line: number;
    readonly column: number;
  }
  | { readonly kind: "environment"; readonly name: string }
  | { readonly kind: "flag"; readonly flag: string };

/** Spells a source as messages and tables show it. */
export function formatSource(source: Source): string {
  switch (source.kind) {
    case "default":
      return "default";
    case "file":
      return `${source.file}:${source.line}:${source.column}`;
    case "environment":
      return source.name;
    case "flag":
      return source.flag;
  }
}
