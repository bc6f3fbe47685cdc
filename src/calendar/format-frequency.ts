import type { Frequency } from "./parse-frequency.ts";

/** `{multiple: 1, unit: "h"}` is `h`, `{multiple: 15, unit: "min"}` is `15min`. */
export function formatFrequency({ multiple, unit }: Frequency): string {
  return multiple === 1 ? unit : `${multiple}${unit}`;
}
