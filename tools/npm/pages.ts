import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, type SourcePackage } from "./packages.ts";

/** The pages of a package: its README and, where there is one, the guide. */
export type Pages = { readonly "README.md": string; readonly "GUIDE.md"?: string };

/** Reads the pages of a package, with links that lead somewhere for those who have it alone. */
export function readPages({ dir, name, folder }: SourcePackage): Pages {
  const readme = read(join(dir, "README.md")) ?? `# ${name}\n`;
  const guide = read(join(ROOT, "docs", `${folder}.md`));
  const withLinks = (text: string) => keepLinks(text, guide === undefined ? [] : [`${folder}.md`]);
  return {
    "README.md": withLinks(readme),
    ...guide === undefined ? {} : { "GUIDE.md": withLinks(guide) },
  };
}

/** Links to the guide lead to it; other pages of the repository are named and not linked. */
export function keepLinks(text: string, guides: readonly string[]): string {
  return text.replace(/\[([^\]]+)\]\(([^)\s]+)\)/g, (link, label: string, target: string) => {
    if (/^(https?:|#)/.test(target)) return link;
    return guides.some((guide) => target.endsWith(`docs/${guide}`))
      ? `[the guide](GUIDE.md)`
      : label;
  });
}

function read(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}
