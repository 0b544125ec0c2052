import { rejects, strictEqual } from "node:assert/strict";
import { decryptLegacy } from "./legacy_envelope.ts";

// vault.md §5
const common = { salt: "AAECAwQFBgcICQoLDA0ODw==", iv: "AAECAwQFBgcICQoL" };
const one = { ...common, keyVersion: 1, data: "z1Zvy82NJuzVCg2vvoktxH7p3nxKJzrNM/2DCA==" };
const two = { ...common, keyVersion: 2, data: "EV+Ccg8VfU5l/WZ9phDwiTFwESZuYVwPsrsZWg==" };

for (const envelope of [one, two]) {
  Deno.test(`decryptLegacy() reads the published envelope of version ${envelope.keyVersion}`, async () => {
    strictEqual(await decryptLegacy(envelope, "correct horse"), "hello, vault");
    await rejects(decryptLegacy(envelope, "wrong horse"), { code: "DECRYPTION_FAILED" });
  });
}

Deno.test("decryptLegacy() leaves the vault's envelopes alone, by the length of their salt", async () => {
  const vaults = { ...two, salt: new Uint8Array(32).toBase64() };
  await rejects(decryptLegacy(vaults, "correct horse"), { code: "REFUSED" });
  await rejects(decryptLegacy({ ...one, keyVersion: 3 }, "correct horse"), { code: "REFUSED" });
});
