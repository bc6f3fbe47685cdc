/** From values to places on a logarithmic axis: {place(value), ticks: round values within}. */
export function logScale([least, most], [from, to]) {
  const [low, high] = [Math.log10(least), Math.log10(most)];
  const span = high - low || 1;
  const decades = Array.from({ length: Math.ceil(high) - Math.floor(low) + 1 }, (_, index) => Math.floor(low) + index);
  const steps = span > 1.5 ? [1] : [1, 2, 5];
  const ticks = decades.flatMap((decade) => steps.map((step) => step * 10 ** decade));
  return {
    place: (value) => from + ((Math.log10(value) - low) / span) * (to - from),
    ticks: ticks
      .filter((tick) => tick >= least * 0.999 && tick <= most * 1.001)
      .map((tick) => Number(tick.toPrecision(3))),
  };
}
