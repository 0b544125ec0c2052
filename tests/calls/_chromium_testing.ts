/** A real browser, where the machine has one. */

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

/** Path of Chromium: `HUB_TEST_CHROMIUM`, or what stands on the path; `undefined` where there is none. */
export function findChromium(): string | undefined {
  const given = Deno.env.get("HUB_TEST_CHROMIUM");
  if (given) return given;
  const folders = (Deno.env.get("PATH") ?? "").split(":").filter((folder) => folder !== "");
  return folders.flatMap((folder) => NAMES.map((name) => `${folder}/${name}`)).find(isFile);
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false; // Not there, or not for us: the same here.
  }
}

/** Opens a page, without a window; disposing ends the browser. */
export async function openPage(program: string, url: string): Promise<AsyncDisposable> {
  const profile = await Deno.makeTempDir();
  const child = new Deno.Command(program, {
    args: [
      ...["--headless", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage"],
      // The kernel of a container may not allow the browser's own sandbox; the page is ours.
      ...["--no-sandbox", `--user-data-dir=${profile}`, url],
    ],
    ...{ stdin: "null", stdout: "null", stderr: "null" },
  }).spawn();
  return {
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.status;
      await removed(profile);
    },
  };
}

/** Processes of the browser may write for a moment yet. */
async function removed(path: string): Promise<void> {
  for (let left = 50;; left--) {
    try {
      return await Deno.remove(path, { recursive: true });
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
