/** Shift and scale of each column of a table. */
export interface ColumnScaling {
  mean: number[];
  /** 1 for a column that does not vary. */
  deviation: number[];
}

/** Mean and standard deviation of each column over all rows of the tables, each [rows, columns]. */
export function fitColumns(tables: Iterable<Float32Array>, columns: number): ColumnScaling {
  const mean = new Float64Array(columns);
  const squares = new Float64Array(columns); // sums of squared distances from the mean (Welford 1962)
  let rows = 0;
  for (const table of tables) {
    for (let start = 0; start < table.length; start += columns) {
      rows++;
      for (let column = 0; column < columns; column++) {
        const distance = table[start + column]! - mean[column]!;
        mean[column]! += distance / rows;
        squares[column]! += distance * (table[start + column]! - mean[column]!);
      }
    }
  }
  const deviation = Array.from(squares, (sum) => {
    const found = Math.fround(Math.sqrt(sum / Math.max(1, rows)));
    return found > 0 ? found : 1;
  });
  return { mean: [...mean], deviation };
}

/** (value - mean) / deviation, in place; null leaves the values alone. */
export function scaleColumns(values: Float32Array, scaling: ColumnScaling | null): Float32Array {
  if (scaling === null) return values;
  const { mean, deviation } = scaling;
  const columns = mean.length;
  for (let index = 0; index < values.length; index++) {
    values[index] = (values[index]! - mean[index % columns]!) / deviation[index % columns]!;
  }
  return values;
}

/** The inverse of scaleColumns: back to the units of the data. */
export function unscaleColumns(values: Float32Array, scaling: ColumnScaling | null): Float32Array {
  if (scaling === null) return values;
  const { mean, deviation } = scaling;
  const columns = mean.length;
  return values.map((value, index) => value * deviation[index % columns]! + mean[index % columns]!);
}
