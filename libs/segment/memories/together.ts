import { inEventOrder } from '../facts';
import type { Item } from './memory';

/**
 * Of events in event order those that are in one place as one, of all their feeds: neither comes after the other. A message that was told of two
 * contacts is two events of the person that these turn out to be.
 */
export function together<Event extends Pick<Item, 'at' | 'id' | 'feeds'>>(events: readonly Event[]): Event[] {
  const places: Event[] = [];
  for (const event of events) {
    const last = places.at(-1);
    if (!last || inEventOrder(last, event) !== 0) places.push(event);
    else places[places.length - 1] = { ...last, feeds: [...new Set([...last.feeds, ...event.feeds])] };
  }
  return places;
}
