/** What serving needs beside architecture, settings and weights: TrainingTask.describe() of a forecast. */
export interface ForecastDescription {
  frequency: string | null;
  long_season: number;
  /** Values a history needs at least, from its first known one on. */
  minimum_history: number;
}
