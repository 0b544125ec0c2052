/**
 * Texts for operators, without what addresses may hold of secrets.
 *
 * @module
 */

/** A text whose addresses end before their query. */
export function withoutQueries(text: string): string {
  return text.replaceAll(/(:\/\/[^\s?#]*)[?#]\S*/g, "$1?…");
}
