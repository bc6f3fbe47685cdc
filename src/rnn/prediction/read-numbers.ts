import { appError, type ErrorDetail } from "../../errors.ts";
import type { PredictionInput } from "../../schemas/prediction.ts";

/** As in the data: larger numbers overflow single precision as soon as they are multiplied. */
const largestValue = 1e18;

/** Rows of so many numbers; `name` is where a caller finds how many. Throws validation_failed. */
export function readNumbers(
  input: PredictionInput,
  pointer: string,
  { columns, name }: { columns: number; name: string },
): Float32Array {
  const example = `[[${Array.from({ length: Math.min(columns, 3) }, () => "0.5").join(", ")}${columns > 3 ? ", ..." : ""}], ...]`;
  if (typeof input === "string" || input.length === 0 || !input.every(Array.isArray)) {
    throw fault({
      pointer,
      code: "type",
      message: `expected an array of at least one step, each an array of ${columns} numbers`,
      hint: `send ${example}`,
    });
  }
  const rows = input as number[][];
  const wrong = rows.findIndex((row) => row.length !== columns);
  if (wrong >= 0) {
    const message = `expected ${columns} numbers a step, ${name}, got ${rows[wrong]!.length}`;
    const extras = { value: rows[wrong]!.length, allowed: columns };
    throw fault({ pointer: `${pointer}/${wrong}`, code: "length", message, ...extras });
  }
  const values = Float32Array.from(rows.flat());
  const large = values.findIndex((value) => !(Math.abs(value) <= largestValue));
  if (large < 0) return values;
  const step = Math.floor(large / columns);
  throw fault({
    pointer: `${pointer}/${step}/${large % columns}`,
    code: "range",
    message: "expected numbers between -1e18 and 1e18",
    value: rows[step]![large % columns],
  });
}

function fault(error: ErrorDetail) {
  return appError("validation_failed", `${error.pointer}: ${error.message}`, { errors: [error] });
}
