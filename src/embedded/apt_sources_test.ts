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
  deepStrictEqual(recentSuites(sources, debian)[0], {
    line: `deb [signed-by=${KEYRING}] http://mirror.example/debian sid main`,
    origin: "Debian",
    isOwn: false,
  });
});

Deno.test("recentSuites() tells which suites are of the machine's own release", () => {
  const sources = parseSourcesList("deb http://mirror.example/debian bookworm main");
  const own = recentSuites(sources, debian).filter(({ isOwn }) => isOwn);
  deepStrictEqual(own.map(({ line }) => line), ["deb http://mirror.example/debian bookworm main"]);
});

Deno.test("recentSuites() leaves third-party and security archives alone", () => {
  const sources = parseSourcesList([
    "deb http://mirror.example/debian-security bookworm-security main",
    "deb http://vendor.example/apt vendor-bookworm main",
    "deb http://vendor.example/apt bookworm vendor",
    "deb http://vendor.example/chrome stable main",
    "deb http://mirror.example/debian bookworm contrib",
  ].join("\n"));
  // `stable main` is a vendor's name as well: it counts where nothing names the own release.
  deepStrictEqual(recentSuites(sources.slice(0, 3), debian), []);
  const own = parseSourcesList("deb http://mirror.example/debian bookworm main");
  const lines = recentSuites([...sources, ...own], debian).map(({ line }) => line);
  deepStrictEqual(lines.filter((line) => line.includes("vendor")), []);
});

Deno.test("recentSuites() names each archive and suite once", () => {
  const line = "deb http://mirror.example/debian bookworm main";
  const found = recentSuites(parseSourcesList(`${line}\n${line}`), debian);
  strictEqual(new Set(found.map((suite) => suite.line)).size, found.length);
});

Deno.test("recentSuites() looks for a child of Ubuntu in Ubuntu's archive", () => {
  const mint = { family: ["linuxmint", "ubuntu", "debian"], codenames: ["noble", "zara"] };
  const sources = parseSourcesList("deb http://mirror.example/ubuntu noble main universe");
  deepStrictEqual(recentSuites(sources, mint)[0], {
    line: "deb http://mirror.example/ubuntu devel main",
    origin: "Ubuntu",
    isOwn: false,
  });
});

Deno.test("a source with several keyrings names all of them", () => {
  const [source] = parseSourcesStanzas(
    "Types: deb\nURIs: http://mirror.example/debian\nSuites: sid\nComponents: main\n" +
      "Signed-By: /a.gpg /b.gpg\n",
  );
  strictEqual(source?.signedBy, "/a.gpg,/b.gpg");
});
