/** What an actor has been through, in two numbers: any difference in what or in which order shows. */
export interface Past {
  readonly count: number;
  readonly digest: number;
}

/** Of an actor to which nothing has happened. */
export const NO_PAST: Past = { count: 0, digest: 17 };

/** The past after one more event (FNV-1a over the labels). */
export function digestOf({ count, digest }: Past, label: string): Past {
  let mixed = digest;
  for (const character of `${label}\n`) {
    mixed = Math.imul(mixed ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return { count: count + 1, digest: mixed };
}
