import type { Static } from "typebox";
import type { SeriesSummary } from "../../schemas/datasets.ts";
import type { IncomingCovariates } from "./incoming-series.ts";

type CovariateKind = NonNullable<Static<typeof SeriesSummary>["covariates"]>[number];

/** The covariates of a series by name and kind: past, future, then static ones, each by name. */
export function covariateKinds(covariates: IncomingCovariates | undefined): CovariateKind[] {
  const kindsOf = (entries: [string, unknown][], kind: CovariateKind["kind"]) =>
    entries
      .map(([name, value]): CovariateKind => {
        return { name, kind, values: typeof value === "string" ? "category" : "number" };
      })
      .sort((one, other) => (one.name < other.name ? -1 : 1));
  if (covariates === undefined) return [];
  const { past, future, statics } = covariates;
  return [...kindsOf(past, "past"), ...kindsOf(future, "future"), ...kindsOf(statics, "static")];
}
