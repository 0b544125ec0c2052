import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  parseOsRelease,
  parseSourcesList,
  parseSourcesStanzas,
  recentSuites,
} from "./apt_sources.ts";

const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

Deno.test("parseSourcesList() reads options, suite and components, and skips source packages", () => {
  const text = [
    "# deb http://off.example/debian bookworm main",
    `deb [arch=amd64 signed-by=${KEYRING}] http://mirror.example/debian bookworm main contrib`,
    "deb-src http://mirror.example/debian bookworm main",
    "deb http://other.example/tool stable extra  ",
  ].join("\n");
  deepStrictEqual(parseSourcesList(text), [
    {
      uri: "http://mirror.example/debian",
      suites: ["bookworm"],
      components: ["main", "contrib"],
      signedBy: KEYRING,
    },
    { uri: "http://other.example/tool", suites: ["stable"], components: ["extra"] },
  ]);
});

Deno.test("parseSourcesStanzas() reads folded fields, several URIs, comments and disabled stanzas", () => {
  const text = `Types: deb deb-src
# a comment inside a stanza
URIs: http://one.example/debian
 http://two.example/debian
Suites: trixie trixie-updates
Components: main
Signed-By: ${KEYRING}

Enabled: no
Types: deb
URIs: http://disabled.example/debian
Suites: trixie
Components: main


Types: deb
URIs: http://inline.example/debian
Suites: trixie
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abc
 -----END PGP PUBLIC KEY BLOCK-----
`;
  const shared = { suites: ["trixie", "trixie-updates"], components: ["main"], signedBy: KEYRING };
  deepStrictEqual(parseSourcesStanzas(text), [
    { uri: "http://one.example/debian", ...shared },
    { uri: "http://two.example/debian", ...shared },
    { uri: "http://inline.example/debian", suites: ["trixie"], components: ["main"] },
  ]);
});

Deno.test("parseOsRelease() knows the family of a child of Debian", () => {
  const text =
    'NAME="Linux Mint"\nID=linuxmint\nID_LIKE="ubuntu debian"\nVERSION_CODENAME=zara\nUBUNTU_CODENAME=noble\n';
  deepStrictEqual(parseOsRelease(text), {
    family: ["linuxmint", "ubuntu", "debian"],
    codenames: ["noble", "zara"],
  });
});

const debian = { family: ["debian"], codenames: ["bookworm"] };

Deno.test("recentSuites() tries the newest suite of the machine's own archive first", () => {
  const sources = parseSourcesList(
    `deb [signed-by=${KEYRING}] http://mirror.example/debian bookworm main`,
  );
  const [first] = recentSuites(sources, debian);
  strictEqual(first, `deb [signed-by=${KEYRING}] http://mirror.example/debian sid main`);
});

Deno.test("recentSuites() leaves third-party and security archives alone", () => {
  const sources = parseSourcesList([
    "deb http://mirror.example/debian-security bookworm-security main",
    "deb http://vendor.example/apt vendor-bookworm main",
    "deb http://vendor.example/apt bookworm vendor",
  ].join("\n"));
  deepStrictEqual(recentSuites(sources, debian), []);
});

Deno.test("recentSuites() names each archive and suite once", () => {
  const line = "deb http://mirror.example/debian bookworm main";
  const found = recentSuites(parseSourcesList(`${line}\n${line}`), debian);
  strictEqual(new Set(found).size, found.length);
});
