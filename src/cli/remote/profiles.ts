/**
 * The hubs that a user has logged in to, with their keys: a file that its owner alone can read.
 *
 * @module
 */
import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { join } from "node:path";
import { replaceFile } from "../../secrets/replace_file.ts";

const Profile = Type.Object({ url: Type.String(), key: Type.String() });
const ProfilesFile = Type.Object({
  current: Type.Optional(Type.String()),
  profiles: Type.Record(Type.String(), Profile),
});

/** Hubs by the names that the user gave them. */
export type Profiles = Readonly<Static<typeof ProfilesFile>>;

export const NO_PROFILES: Profiles = { profiles: {} };

const NAME = /^[A-Za-z0-9][A-Za-z0-9.:_-]{0,99}$/;
const OTHERS = 0o077;

/** @throws {Error} for a name that a profile cannot have. */
export function checkProfileName(name: string): string {
  if (NAME.test(name)) return name;
  throw new Error(`Cannot name a profile ${JSON.stringify(name)}: use letters, digits and . : _ -`);
}

/**
 * Reads the profiles of a user's directory; where there is no file, there are none.
 *
 * @throws {Error} when the file is damaged, or others can read it.
 */
export async function readProfiles(directory: string): Promise<Profiles> {
  const path = pathIn(directory);
  try {
    const { mode } = await Deno.stat(path);
    if (mode !== null && (mode & OTHERS) !== 0) {
      throw new Error(`Cannot use ${path}: others can read the keys in it. Run: chmod 600 ${path}`);
    }
    return parseProfiles(await Deno.readTextFile(path), path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return NO_PROFILES;
    throw error;
  }
}

/** Replaces the file as a whole, and makes the directory if there is none. */
export async function writeProfiles(directory: string, profiles: Profiles): Promise<void> {
  await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
  const text = `${JSON.stringify(profiles, null, 2)}\n`;
  await replaceFile(pathIn(directory), text, { keep: false });
}

/** With one more profile, or another of that name; it is the one in use. */
export function withProfile(
  { profiles }: Profiles,
  name: string,
  profile: Static<typeof Profile>,
): Profiles {
  return { current: name, profiles: { ...profiles, [name]: profile } };
}

/** With another profile in use. @throws {Error} when there is none of that name. */
export function usingProfile(profiles: Profiles, name: string): Profiles {
  profileNamed(profiles, name);
  return { ...profiles, current: name };
}

/** Without a profile. @throws {Error} when there is none of that name. */
export function withoutProfile({ current, profiles }: Profiles, name: string): Profiles {
  profileNamed({ profiles }, name);
  const { [name]: _, ...others } = profiles;
  return {
    profiles: others,
    ...(current === undefined || current === name ? {} : { current }),
  };
}

/** @throws {Error} that lists what there is. */
export function profileNamed({ profiles }: Profiles, name: string): Static<typeof Profile> {
  const found = Object.hasOwn(profiles, name) ? profiles[name] : undefined;
  if (found !== undefined) return found;
  const names = Object.keys(profiles);
  const there = names.length === 0
    ? 'make one with "hub login URL"'
    : `there are ${names.join(", ")}`;
  throw new Error(`There is no profile ${JSON.stringify(name)}: ${there}`);
}

function parseProfiles(text: string, path: string): Profiles {
  const value = parsed(text);
  if (Value.Check(ProfilesFile, value)) return value;
  // What stands there may be a key: nothing of it is told.
  throw new Error(`Cannot read ${path}: it is damaged. Remove it and log in again.`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function pathIn(directory: string): string {
  return join(directory, "profiles.json");
}
