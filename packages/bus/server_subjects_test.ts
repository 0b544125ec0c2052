import { strictEqual, throws } from "node:assert/strict";
import {
  bucketGetSubject,
  directGetSubject,
  leaderGetSubject,
  streamInfoSubject,
} from "./server_subjects.ts";

const SPELLED = [
  [streamInfoSubject, "$JS.API.STREAM.INFO.r_EVENTS"],
  [directGetSubject, "$JS.API.DIRECT.GET.r_EVENTS"],
  [leaderGetSubject, "$JS.API.STREAM.MSG.GET.r_EVENTS"],
] as const;

Deno.test("bucketGetSubject() spells where a bucket is asked for keys", () => {
  strictEqual(bucketGetSubject("r", "SPECS"), "$JS.API.DIRECT.GET.KV_r_SPECS");
  throws(() => bucketGetSubject("r.x", "SPECS"), RangeError);
});

for (const [build, subject] of SPELLED) {
  Deno.test(`${build.name}() spells ${subject}, and refuses what is no realm`, () => {
    strictEqual(build("r", "EVENTS"), subject);
    throws(() => build("r.x", "EVENTS"), RangeError);
  });
}
