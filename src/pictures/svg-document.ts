import { escapeXml } from "./escape-xml.ts";
import { pictureStyle } from "./picture-style.ts";

export interface SvgDocument {
  width: number;
  height: number;
  /** What it is, in a few words. */
  title: string;
  /** What there is to see, for whoever does not see it. */
  description: string;
  /** Elements, escaped already. */
  body: string[];
}

/** A picture by itself: text as text, colours for light and dark, nothing that is fetched or run. */
export function svgDocument({ width, height, title, description, body }: SvgDocument): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="unroll" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="unroll-title unroll-description">`,
    `<title id="unroll-title">${escapeXml(title)}</title>`,
    `<desc id="unroll-description">${escapeXml(description)}</desc>`,
    `<style>${pictureStyle}</style>`,
    `<rect class="paper" width="${width}" height="${height}"/>`,
    ...body,
    "</svg>\n",
  ].join("\n");
}
