import type { Cell } from "../../schemas/models.ts";

/** Columns of the gates that are normalised together: all, but a gru's candidate apart from its gates, as Ba et al. 2016 have it. */
export function normGroups(cell: Cell, columns: number): number[] | undefined {
  return cell === "gru" ? [(columns / 3) * 2, columns / 3] : undefined;
}
