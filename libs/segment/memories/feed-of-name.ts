import { filterOfName } from '../comparisons/filter-of-name';
import { ANYTHING } from '../event-names';
import type { Feed } from './memory';

/** A feed as far as it has events of one of its names, of which nothing is left to ask; undefined where it has none. `ANYTHING` is no name. */
export function feedOfName(name: string, feed: Feed): Feed | undefined {
  const asked = name === ANYTHING ? feed : filterOfName(name, feed.where);
  if (!asked || asked.where === feed.where) return asked && feed;
  const { where: _, ...others } = feed;
  return { ...others, ...(asked.where && { where: asked.where }) };
}
