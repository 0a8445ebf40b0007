/** How many of a population something holds for, told from some of them. */
export interface SizeEstimate {
  readonly estimate: number;
  /** The bounds of the 95 % interval; equal to the estimate where everybody was looked at. */
  readonly low: number;
  readonly high: number;
}

/** The normal distribution's quantile for 95 %. */
const Z = 1.96;

/** The size of what `found` of `drawn` random ones are, among `all`: Wilson's score interval. */
export function estimateSize(found: number, drawn: number, all: number): SizeEstimate {
  if (drawn >= all) return { estimate: found, low: found, high: found };
  if (drawn === 0) return { estimate: 0, low: 0, high: all };
  const share = found / drawn;
  const spread = Z ** 2 / drawn;
  const center = share + spread / 2;
  const reach = Math.sqrt(share * (1 - share) * spread + spread ** 2 / 4);
  return {
    estimate: Math.round(share * all),
    low: Math.max(found, Math.floor(((center - reach) / (1 + spread)) * all)),
    high: Math.min(all - (drawn - found), Math.ceil(((center + reach) / (1 + spread)) * all)),
  };
}
