import { tf } from "./backend.ts";

/** tf.tidy for a result with nulls in it, which tidy's type does not allow. */
export function tidyAll<T extends object>(run: () => T): T {
  return tf.tidy(run as () => object as () => Record<string, never>) as object as T;
}
