/**
 * Draws how figures grow, as SVG that can be read on a light page and on a dark one.
 *
 * @module
 */

/** Figures that belong together. */
export interface Series {
  readonly name: string;
  /** From left to right; all above zero, since both scales are logarithmic. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** A picture of some of them. */
export interface Plot {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly Series[];
}

const WIDTH = 720, HEIGHT = 360;
const LEFT = 64, RIGHT = 190, TOP = 48, BOTTOM = 52;
/** Between names of series that end at the same height. */
const LINE = 16;
/** Told apart without colours, too. */
const DASHES = ["", "7 4", "2 4", "10 3 2 3"];

const STYLE = `
  .page { fill: #ffffff } text { fill: #1f2328; font: 13px system-ui, sans-serif }
  .title { font-weight: 600; font-size: 15px } .grid { stroke: #d1d9e0 }
  .s0 { --c: #0b62c4 } .s1 { --c: #b3440a } .s2 { --c: #1a7f37 } .s3 { --c: #8250df }
  path { fill: none; stroke: var(--c); stroke-width: 2 } circle, .name { fill: var(--c) }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117 } text { fill: #e6edf3 } .grid { stroke: #30363d }
    .s0 { --c: #6cb6ff } .s1 { --c: #f0883e } .s2 { --c: #56d364 } .s3 { --c: #d2a8ff }
  }
`;

/** Draws one picture. */
export function drawPlot({ title, xLabel, yLabel, series }: Plot): string {
  const points = series.flatMap((one) => one.points);
  const x = scale(points.map(([at]) => at), { from: LEFT, to: WIDTH - RIGHT });
  const y = scale(points.map(([, at]) => at), { from: HEIGHT - BOTTOM, to: TOP });
  const sizes = [...new Set(points.map(([at]) => at))].toSorted((a, b) => a - b);
  const names = apart(series.map(({ points }) => y.at(points.at(-1)?.[1] ?? 1)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img">`,
    `<title>${escape(title)}</title>`,
    `<style>${STYLE}</style>`,
    `<rect class="page" width="${WIDTH}" height="${HEIGHT}" rx="6"/>`,
    text(title, { x: LEFT, y: 24, more: ' class="title"' }),
    ...steps(y).flatMap((value) => [
      `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y.at(value)}" y2="${
        y.at(value)
      }"/>`,
      text(short(value), { x: LEFT - 8, y: y.at(value) + 4, more: ' text-anchor="end"' }),
    ]),
    ...sizes.map((size) =>
      text(short(size), { x: x.at(size), y: HEIGHT - BOTTOM + 20, more: ' text-anchor="middle"' })
    ),
    text(xLabel, {
      ...{ x: (LEFT + WIDTH - RIGHT) / 2, y: HEIGHT - 12 },
      more: ' text-anchor="middle"',
    }),
    text(yLabel, { x: LEFT, y: 40, more: "" }),
    ...series.flatMap(({ name, points }, number) => {
      const placed = points.map(([px, py]) => `${x.at(px)},${y.at(py)}`);
      const dash = DASHES[number % DASHES.length];
      return [
        `<g class="s${number % 4}">`,
        `<path stroke-dasharray="${dash}" d="M${placed.join("L")}"/>`,
        ...points.map(([px, py]) => `<circle cx="${x.at(px)}" cy="${y.at(py)}" r="3.5"/>`),
        text(name, { x: WIDTH - RIGHT + 10, y: (names[number] ?? 0) + 4, more: ' class="name"' }),
        "</g>",
      ];
    }),
    "</svg>\n",
  ].join("\n");
}

/** A logarithmic scale. */
interface Scale {
  readonly least: number;
  readonly most: number;
  at(value: number): number;
}

function scale(
  values: readonly number[],
  { from, to }: { readonly from: number; readonly to: number },
): Scale {
  const least = Math.min(...values), most = Math.max(...values);
  if (!(least > 0) || !Number.isFinite(most)) throw new RangeError("Only figures above zero");
  const span = Math.log(most / least) || 1;
  return {
    ...{ least, most },
    at: (value) => Math.round(from + (to - from) * Math.log(value / least) / span),
  };
}

/** Round values within a scale: 1, 2, 5, 10 … where it is short, and powers of ten where it is not. */
function steps({ least, most }: Scale): number[] {
  const factors = most / least < 200 ? [1, 2, 5] : [1];
  const found: number[] = [];
  for (let ten = Math.floor(Math.log10(least)); ten <= Math.log10(most); ten++) {
    found.push(...factors.map((factor) => Number((factor * 10 ** ten).toPrecision(1))));
  }
  return found.filter((value) => value >= least && value <= most);
}

/** The heights, moved down where they would lie upon each other. */
function apart(heights: readonly number[]): number[] {
  const moved: number[] = [];
  let last = -Infinity;
  for (const at of heights.keys().toArray().toSorted((a, b) => height(a) - height(b))) {
    last = Math.max(height(at), last + LINE);
    moved[at] = last;
  }
  return moved;
  function height(at: number): number {
    return heights[at] ?? 0;
  }
}

function short(value: number): string {
  return value.toLocaleString("en", { maximumSignificantDigits: 3 });
}

function text(
  said: string,
  { x, y, more }: { readonly x: number; readonly y: number; readonly more: string },
): string {
  return `<text x="${x}" y="${y}"${more}>${escape(said)}</text>`;
}

function escape(said: string): string {
  return said.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
