import { DAY, HOUR } from '@entente/kernel';

/** A segment as marketers write it. */
export interface BenchSegment {
  readonly key: string;
  readonly rule: object;
  /** The same question in SQL, `:now` being the instant: selects `contact_id`s; `seen` has the events by person, `trait` the traits. */
  readonly sql?: string;
}

const within = (length: number): string => `at > :now - interval '${length} milliseconds' AND at <= :now`;
const did = (name: string, length?: number): string =>
  `SELECT DISTINCT contact_id FROM seen WHERE name = '${name}'${length ? ` AND ${within(length)}` : ''}`;
const didOften = (name: string, times: number, length: number): string =>
  `SELECT contact_id FROM seen WHERE name = '${name}' AND ${within(length)} GROUP BY 1 HAVING count(*) >= ${times}`;
const everybody = 'SELECT contact_id FROM person';

const lapsedBuyer = {
  all: [{ event: 'Order Completed' }, { not: { event: 'Order Completed', within: 'P30D' } }],
};

/** Ten segments of an ordinary shop: counts within windows, absence, ever, traits, and a segment of segments. */
export const tenSegments: readonly BenchSegment[] = [
  { key: 'buyers', rule: { event: 'Order Completed' }, sql: did('Order Completed') },
  {
    key: 'loyal',
    rule: { event: 'Order Completed', count: { gte: 3 }, within: 'P30D' },
    sql: didOften('Order Completed', 3, 30 * DAY),
  },
  {
    key: 'big-spenders',
    rule: { event: 'Order Completed', where: { total: { gt: 100 } }, count: { gte: 2 }, within: 'P90D' },
    sql: `SELECT contact_id FROM seen WHERE name = 'Order Completed' AND (properties->>'total')::numeric > 100
          AND ${within(90 * DAY)} GROUP BY 1 HAVING count(*) >= 2`,
  },
  {
    key: 'lapsed',
    rule: lapsedBuyer,
    sql: `${did('Order Completed')} EXCEPT ${did('Order Completed', 30 * DAY)}`,
  },
  {
    key: 'cart-abandoners',
    rule: {
      all: [
        { event: 'Product Added', count: { gte: 2 }, within: 'PT1H' },
        { not: { event: 'Order Completed', within: 'PT1H' } },
      ],
    },
    sql: `${didOften('Product Added', 2, HOUR)} EXCEPT ${did('Order Completed', HOUR)}`,
  },
  {
    key: 'collectors',
    rule: { event: 'Product Added', count: { gte: 5 }, within: 'P7D' },
    sql: didOften('Product Added', 5, 7 * DAY),
  },
  {
    key: 'never-asked',
    rule: { not: { event: 'Support Asked' } },
    sql: `${everybody} EXCEPT ${did('Support Asked')}`,
  },
  {
    key: 'quiet',
    rule: { not: { event: 'Product Added', count: { gte: 3 }, within: 'P7D' } },
    sql: `${everybody} EXCEPT ${didOften('Product Added', 3, 7 * DAY)}`,
  },
  {
    key: 'french',
    rule: { trait: 'country', eq: 'FR' },
    sql: `SELECT contact_id FROM trait WHERE country = 'FR'`,
  },
  {
    key: 'french-buyers',
    rule: { all: [{ segment: 'french' }, { segment: 'buyers' }] },
    sql: `SELECT contact_id FROM trait WHERE country = 'FR' INTERSECT ${did('Order Completed')}`,
  },
];

export const categoryOf = (n: number): string => `c${n}`;

/** One of many: who looked at a category often enough lately. */
export function categorySegment(n: number): BenchSegment {
  return {
    key: `category-${n}`,
    rule: {
      event: 'Category Viewed',
      where: { category: categoryOf(n) },
      count: { gte: timesOf(n) },
      within: `P${daysOf[n % daysOf.length]}D`,
    },
  };
}

const daysOf = [1, 7, 30, 90];
const timesOf = (n: number): number => 1 + (n % 3);

/** Who is in which of the first `count` categories' segments, in one question. */
export const categoriesSql = (count: number): string => `
  SELECT 'category-' || n AS segment, contact_id
  FROM generate_series(0, ${count - 1}) AS n
  JOIN seen ON name = 'Category Viewed' AND properties->>'category' = 'c' || n
    AND at > :now - interval '1 day' * ('{${daysOf.join(',')}}'::int[])[1 + n % ${daysOf.length}] AND at <= :now
  GROUP BY n, contact_id HAVING count(*) >= 1 + n % 3`;
