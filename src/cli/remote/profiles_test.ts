import { deepStrictEqual, rejects, strictEqual, throws } from "node:assert/strict";
import { join } from "node:path";
import {
  checkProfileName,
  NO_PROFILES,
  profileNamed,
  readProfiles,
  usingProfile,
  withoutProfile,
  withProfile,
  writeProfiles,
} from "./profiles.ts";

const WORK = { url: "https://hub.example", key: "k1" };
const HOME = { url: "http://localhost:4200", key: "k2" };
const BOTH = withProfile(withProfile(NO_PROFILES, "work", WORK), "home", HOME);

async function temporary() {
  const path = await Deno.makeTempDir();
  return {
    path: join(path, "alkdev-hub"),
    file: join(path, "alkdev-hub", "profiles.json"),
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

Deno.test("profiles are kept in a file that its owner alone can read", async () => {
  await using dir = await temporary();
  deepStrictEqual(await readProfiles(dir.path), NO_PROFILES);
  await writeProfiles(dir.path, BOTH);
  deepStrictEqual(await readProfiles(dir.path), BOTH);
  const [file, folder] = [await Deno.stat(dir.file), await Deno.stat(dir.path)];
  strictEqual((file.mode ?? 0) & 0o777, 0o600);
  strictEqual((folder.mode ?? 0) & 0o777, 0o700);
});

Deno.test("profiles that others can read are not used until that is mended", async () => {
  await using dir = await temporary();
  await writeProfiles(dir.path, BOTH);
  await Deno.chmod(dir.file, 0o640);
  await rejects(readProfiles(dir.path), /others can read the keys in it\. Run: chmod 600 /);
});

for (const text of ["{", "[]", '{"profiles":{"a":{"url":"u"}}}', "alk_secret"]) {
  Deno.test(`a file that holds ${text} is called damaged, and not repeated`, async () => {
    await using dir = await temporary();
    await writeProfiles(dir.path, BOTH);
    await Deno.writeTextFile(dir.file, text);
    await rejects(readProfiles(dir.path), (error: Error) => {
      return /it is damaged/.test(error.message) && !error.message.includes("secret");
    });
  });
}

Deno.test("the profile that was logged in to last is in use, until another is chosen or it is gone", () => {
  strictEqual(BOTH.current, "home");
  strictEqual(usingProfile(BOTH, "work").current, "work");
  deepStrictEqual(withoutProfile(BOTH, "home"), { profiles: { work: WORK } });
  deepStrictEqual(withoutProfile(BOTH, "work"), { current: "home", profiles: { home: HOME } });
});

Deno.test("a profile that is not there is refused with those that are", () => {
  throws(() => profileNamed(BOTH, "play"), /no profile "play": there are work, home/);
  throws(() => profileNamed(BOTH, "toString"), /no profile/);
  throws(() => withoutProfile(NO_PROFILES, "a"), /make one with "hub login URL"/);
});

for (const name of ["", "a b", "-a", "../a", "__proto__", "a\u202e"]) {
  Deno.test(`a profile cannot be named ${JSON.stringify(name)}`, () => {
    throws(() => checkProfileName(name), /use letters, digits/);
  });
}
