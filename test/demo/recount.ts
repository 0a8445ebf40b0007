import type { Customer } from './customers';
import { DAY, type ShopCall } from './web-shop';

/** How many members each segment must have, counted here from the bare data in another way than Entente does it. */
export function recount(
  customers: readonly Customer[],
  calls: readonly ShopCall[],
  now: number,
): Readonly<Record<string, number>> {
  const orders = new Map<string, { at: number; total: number }[]>();
  for (const { event, userId, at, properties } of calls) {
    if (event !== 'Order Completed' || !userId) continue;
    const order = { at: at.getTime(), total: Number(properties!.total) };
    orders.set(userId, [...(orders.get(userId) ?? []), order]);
  }
  const ordersOf = ({ user }: Customer) => (user ? (orders.get(user) ?? []) : []);
  const isLoyalLapsed = (customer: Customer) =>
    ordersOf(customer).filter(({ at, total }) => total > 50 && at > now - 90 * DAY).length >= 3 &&
    !ordersOf(customer).some(({ at }) => at > now - 30 * DAY);
  return {
    french: customers.filter(({ country }) => country === 'FR').length,
    buyers: customers.filter((customer) => ordersOf(customer).length > 0).length,
    'loyal-lapsed': customers.filter(isLoyalLapsed).length,
    'cart-abandoners': 0,
  };
}
