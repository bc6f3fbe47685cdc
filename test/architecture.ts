import { Default } from "typebox/value";
import { Architecture } from "../src/schemas/models.ts";

/** The architecture asked for, everything else as the schema's defaults have it. */
export function architectureOf(changes: Partial<Architecture> = {}): Architecture {
  return Default(Architecture, { ...changes }) as Architecture;
}
