/**
 * Parameters as text: lists and objects by the styles of OpenAPI.
 *
 * @module
 */
import type { OpenAPIParameter } from "./types.ts";

type Style = Pick<OpenAPIParameter, "style" | "explode" | "content">;

const DELIMITERS: Readonly<Record<string, string>> = {
  form: ",",
  simple: ",",
  spaceDelimited: "%20",
  pipeDelimited: "|",
};

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** One value as text. */
export function textOf(value: unknown): string {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}

function pair(name: string, value: unknown): string {
  return new URLSearchParams([[name, textOf(value)]]).toString();
}

/** The items of a list; names and values of an object, one after the other. */
function itemsOf(value: unknown): string[] {
  return (Array.isArray(value) ? value : Object.entries(Object(value)).flat()).map(textOf);
}

/** Members of an object as `name=value`. */
function membersOf(value: Record<string, unknown>, encode: (text: string) => string): string[] {
  return Object.entries(value).map(([key, each]) => `${encode(key)}=${encode(textOf(each))}`);
}

/**
 * A query parameter, as pieces to be joined by `&`. Lists repeat the name unless the document says
 * otherwise; objects are JSON unless it names a style.
 */
export function queryPieces(name: string, value: unknown, parameter: Style): string[] {
  const { style = "form", explode = style === "form", content } = parameter;
  const isList = Array.isArray(value);
  if (content !== undefined || !(isList || isObject(value))) return [pair(name, value)];
  if (isObject(value) && parameter.style === undefined) return [pair(name, value)];
  if (style === "deepObject" && isObject(value)) {
    return Object.entries(value).map(([key, each]) => pair(`${name}[${key}]`, each));
  }
  if (explode && isList) return value.map((item) => pair(name, item));
  if (explode && isObject(value)) {
    return Object.entries(value).map(([key, each]) => pair(key, each));
  }
  // What separates the items stands for itself; in an item it is encoded.
  const items = itemsOf(value).map(encodeURIComponent);
  return [`${encodeURIComponent(name)}=${items.join(DELIMITERS[style] ?? ",")}`];
}

/** A path parameter, as it stands in the path. */
export function pathPiece(name: string, value: unknown, parameter: Style): string {
  const { style = "simple", explode = false, content } = parameter;
  const isPlain = content !== undefined || typeof value !== "object" || value === null;
  const encode = encodeURIComponent;
  const exploded = explode && isObject(value) ? membersOf(value, encode) : undefined;
  const items = exploded ?? (isPlain ? [encode(textOf(value))] : itemsOf(value).map(encode));
  if (style === "label") return `.${items.join(explode ? "." : ",")}`;
  if (style !== "matrix") return items.join(",");
  if (exploded !== undefined) return `;${exploded.join(";")}`;
  const named = (item: string) => `;${encode(name)}=${item}`;
  return explode ? items.map(named).join("") : named(items.join(","));
}

/** A header's value. */
export function headerText(value: unknown, { explode = false, content }: Style): string {
  if (content !== undefined || typeof value !== "object" || value === null) return textOf(value);
  return (explode && isObject(value) ? membersOf(value, String) : itemsOf(value)).join(",");
}
