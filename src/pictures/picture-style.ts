/** Colours that keep 4.5:1 against their paper for text, and differ for colour-blind eyes; lines differ by dash as well, for print. */
const light = {
  paper: "#ffffff",
  ink: "#1b1f24",
  soft: "#57606a",
  grid: "#d8dee4",
  first: "#0550ae",
  second: "#bc4c00",
  box: "#f6f8fa",
};
const dark: typeof light = {
  paper: "#0d1117",
  ink: "#e6edf3",
  soft: "#9da7b3",
  grid: "#2d333b",
  first: "#79b8ff",
  second: "#ffa657",
  box: "#161b22",
};

/** No variables: what draws for print (librsvg, Inkscape, LaTeX) knows none. */
function rules({ paper, ink, soft, grid, first, second, box }: typeof light): string {
  return [
    `.unroll .paper{fill:${paper}}`,
    `.unroll text{fill:${ink}}`,
    `.unroll .soft{fill:${soft}}`,
    `.unroll .grid{stroke:${grid}}`,
    `.unroll .axis,.unroll .arrow{stroke:${soft}}`,
    `.unroll .tip{fill:${soft}}`,
    `.unroll .first{stroke:${first}}`,
    `.unroll .second{stroke:${second}}`,
    `.unroll .inkline{stroke:${ink}}`,
    `.unroll .fill-first{fill:${first}}`,
    `.unroll .fill-second{fill:${second}}`,
    `.unroll .box{fill:${box};stroke:${soft}}`,
    `.unroll .box.strong{stroke:${first}}`,
    `.unroll .dot{fill:${paper}}`,
  ].join("");
}

const shapes = [
  ".unroll text{font:13px system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}",
  ".unroll .small{font-size:11px}",
  ".unroll .title{font-size:15px;font-weight:600}",
  ".unroll .line{fill:none;stroke-width:2;stroke-linejoin:round}",
  ".unroll .dash{stroke-dasharray:6 4}",
  ".unroll .grid,.unroll .axis,.unroll .arrow{fill:none;stroke-width:1}",
  ".unroll .arrow{stroke-width:1.5}",
  ".unroll .box{stroke-width:1.5}",
  ".unroll .dot{stroke-width:2}",
].join("");

/** Dark where the reader's screen is, light in print whatever the screen was. */
export const pictureStyle = `${shapes}${rules(light)}@media screen and (prefers-color-scheme:dark){${rules(dark)}}`;
