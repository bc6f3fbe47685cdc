import { expect } from "vitest";

/** What every picture has to be: whole XML, readable aloud, and nothing in it that is fetched or run. */
export function expectPicture(svg: string): void {
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"[^>]* role="img" aria-labelledby="[^"]+"/);
  expect(svg).toMatch(/<title id="unroll-title">[^<]+<\/title>/);
  expect(svg).toMatch(/<desc id="unroll-description">[^<]+<\/desc>/);
  expect(svg).toContain("prefers-color-scheme:dark");
  expect(svg).not.toMatch(
    /<(script|foreignObject|image|iframe|a|use)[\s>]|\son\w+=|javascript:|url\(|@import|NaN|undefined|Infinity/i,
  );
  expect(openElements(svg)).toEqual([]);
  expect(svg.length).toBeLessThan(60_000);
}

/** Elements that are not closed in order; texts hold no bare < or &. */
function openElements(svg: string): string[] {
  const open: string[] = [];
  const rest = svg.replace(/<(\/?)([a-z]+)(?:\s[\w:-]+="[^"<]*")*\s*(\/?)>/g, (_, closing, name, empty) => {
    if (closing) expect(open.pop()).toBe(name);
    else if (!empty) open.push(name);
    return "";
  });
  expect(rest).not.toMatch(/[<>]|&(?!(amp|lt|gt|quot|#39);)/);
  return open;
}

/** The texts of a picture, as a reader finds them. */
export function textsOf(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text!);
}
