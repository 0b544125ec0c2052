/**
 * What an operation is found by, and how much each word of it says.
 *
 * @module
 */
import type { SearchedOperation } from "./searched_operation.ts";
import { asOneWord, joinedWordsOf, wordsOf } from "./words.ts";

/** Words of one operation that are kept, the weightiest first. */
const MAX_WORDS = 64;
const MAX_DESCRIPTION_CHARS = 512;
const MAX_TAGS = 16;
const MAX_FIELDS = 48;
const MAX_FIELD_DEPTH = 3;
const NESTED = ["items", "anyOf", "oneOf", "allOf", "additionalProperties"];
const NAMED = ["$defs", "definitions"];

const WEIGHTS = { name: 70, namespace: 30, tag: 40, description: 20, field: 14 };
const WHOLE_NAME = 100, JOINED_NAME = 80;

/** Words of an operation and their weights; no more than a fixed number, whatever is said. */
export function documentWords(
  { name, spec, tags = [], schemas }: Omit<SearchedOperation, "access">,
): ReadonlyMap<string, number> {
  const words = new Map<string, number>();
  const put = (word: string, weight: number) => {
    const known = words.get(word);
    if (known === undefined && words.size >= MAX_WORDS) return;
    if (known === undefined || known < weight) words.set(word, weight);
  };
  const local = name.slice(name.indexOf("/") + 1), named = wordsOf(local);
  put(asOneWord(local), WHOLE_NAME);
  for (const word of joinedWordsOf(local)) put(word, JOINED_NAME);
  // Each word of a long name says less of it.
  for (const word of named) put(word, WEIGHTS.name / (1 + 0.15 * (named.length - 1)));
  for (const word of wordsOf(spec.namespace)) put(word, WEIGHTS.namespace);
  for (const tag of tags.slice(0, MAX_TAGS)) {
    for (const word of wordsOf(tag)) put(word, WEIGHTS.tag);
  }
  const described = wordsOf(spec.description.slice(0, MAX_DESCRIPTION_CHARS));
  for (const word of described) put(word, WEIGHTS.description / (1 + described.length / 40));
  for (const field of schemas.flatMap(fieldsOf)) {
    for (const word of wordsOf(field)) put(word, WEIGHTS.field);
  }
  return words;
}

/** Names of a schema's properties, the outer ones first. */
function fieldsOf(schema: unknown): readonly string[] {
  const fields: string[] = [];
  let level: unknown[] = [schema];
  for (let depth = 0; depth < MAX_FIELD_DEPTH && level.length > 0; depth++) {
    const next: unknown[] = [];
    for (const part of level) {
      if (!isObject(part)) continue;
      if (isObject(part.properties)) {
        for (const [name, property] of Object.entries(part.properties)) {
          if (fields.length === MAX_FIELDS) return fields;
          fields.push(name);
          next.push(property);
        }
      }
      for (const keyword of NAMED) {
        const named = part[keyword];
        if (isObject(named)) next.push(...Object.values(named).slice(0, MAX_FIELDS));
      }
      for (const keyword of NESTED) {
        const inner = part[keyword];
        next.push(...(Array.isArray(inner) ? inner.slice(0, MAX_FIELDS) : [inner]));
      }
    }
    level = next.slice(0, 4 * MAX_FIELDS);
  }
  return fields;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
