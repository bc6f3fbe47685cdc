import { appError } from "../errors.ts";
import type { Page, PageQuery } from "../schemas/paging.ts";

/** Arguments of the query that reads a page and one row more: newest first, below the cursor. Throws validation_failed. */
export function pageArguments({ limit, after }: PageQuery) {
  if (after !== undefined && !/^[a-z]+_[0-9a-z]{26}$/.test(after)) {
    const message = "expected the next_cursor of the page before";
    throw appError("validation_failed", `${message}, got ${JSON.stringify(after)}`, {
      errors: [{ pointer: "/query/after", code: "cursor", message, value: after }],
    });
  }
  return {
    where: after === undefined ? {} : { id: { lt: after } },
    orderBy: { id: "desc" },
    take: limit + 1,
  } as const;
}

export function pageOf<Row extends { id: string }, Item>(
  rows: Row[],
  limit: number,
  item: (row: Row) => Item,
): Page<Item> {
  const shown = rows.slice(0, limit);
  const more = rows.length > limit;
  return {
    object: "list",
    data: shown.map(item),
    has_more: more,
    next_cursor: more ? (shown.at(-1)?.id ?? null) : null,
  };
}
