import { strictEqual, throws } from "node:assert/strict";
import { directGetSubject, leaderGetSubject, streamInfoSubject } from "./server_subjects.ts";

const SPELLED = [
  [streamInfoSubject, "$JS.API.STREAM.INFO.r_EVENTS"],
  [directGetSubject, "$JS.API.DIRECT.GET.r_EVENTS"],
  [leaderGetSubject, "$JS.API.STREAM.MSG.GET.r_EVENTS"],
] as const;

for (const [build, subject] of SPELLED) {
  Deno.test(`${build.name}() spells ${subject}, and refuses what is no realm`, () => {
    strictEqual(build("r", "EVENTS"), subject);
    throws(() => build("r.x", "EVENTS"), RangeError);
  });
}
