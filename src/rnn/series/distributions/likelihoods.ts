import type { ResolvedForecastSettings } from "../../../schemas/models.ts";
import { gaussian } from "./gaussian.ts";
import type { Likelihood } from "./likelihood.ts";
import { negativeBinomial } from "./negative-binomial.ts";
import { studentT } from "./student-t.ts";

/** The families by name; a head of quantiles assumes none. */
export const likelihoods: Record<ResolvedForecastSettings["likelihood"], Likelihood | null> = {
  quantile: null,
  gaussian,
  student_t: studentT,
  negative_binomial: negativeBinomial,
};
