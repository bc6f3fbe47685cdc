const open = "<!-- bench -->";
const close = "<!-- /bench -->";

/** The page with new text between its markers; throws where it has not exactly one pair of them. */
export function putBetweenMarkers(page, text) {
  const [before, inside, ...more] = page.split(open);
  const [, after, ...rest] = inside?.split(close) ?? [];
  if (after === undefined || more.length > 0 || rest.length > 0) {
    throw new Error(`expected one ${open} and one ${close} after it`);
  }
  return `${before}${open}\n${text}\n${close}${after}`;
}
