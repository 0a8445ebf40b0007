/**
 * Rules as marketers of a shop write them, and what each means in SQL, written apart from libs/segment: a condition on a person
 * `p` at the instant `now()`'s stand-in `:now`, over
 *   e (person, id, name, at, properties, context)   every event that had arrived, each once
 *   t (person, name, value)                         every trait as it was then
 * and the functions of `sql.ts`.
 */
export interface RuleInSql {
  readonly rule: object;
  readonly sql: string;
}

const orders = `FROM e WHERE e.person = p.person AND e.name = 'Order Completed'`;
const views = `FROM e WHERE e.person = p.person AND e.name = 'Product Viewed'`;
const ago = (days: number): string => `:now - interval '${days * 24} hours'`;
const total = `(e.properties->>'total')::numeric`;
const trait = (name: string): string =>
  `(SELECT t.value FROM t WHERE t.person = p.person AND t.name = '${name}')`;
const text = (name: string): string => `(${trait(name)} #>> '{}')`;
const zone = `pg_temp.zone_of(${trait('timezone')})`;
const today = `(:now AT TIME ZONE ${zone})::date`;
/** After the last of these in event order: by time, and by id within a millisecond. */
const since = (name: string): string =>
  `(e.at, e.id) > (SELECT x.at, x.id FROM e x WHERE x.person = p.person AND x.name = '${name}' ORDER BY 1 DESC, 2 DESC LIMIT 1)`;

/** An order after `a`, at most so long. */
const orderedAfter = (gap: string): string =>
  `EXISTS (SELECT ${orders} AND (e.at, e.id) > (a.at, a.id) AND e.at <= a.at + interval '${gap}')`;
const deeds = `FROM e WHERE e.person = p.person AND e.name NOT IN ('Identified', 'Aliased')`;
/** The Monday, as the contact's calendar has it. */
const weekOf = (at: string): string => `date_trunc('week', ${at} AT TIME ZONE ${zone})`;
const thisWeek = `date_trunc('week', ${today}::timestamp)`;
const sundayOf = (at: string): string =>
  `((${at} AT TIME ZONE ${zone})::date - extract(dow FROM ${at} AT TIME ZONE ${zone})::integer)`;
/** The quarter that has it one month later: quarters from February on are those from January on. */
const fiscalQuarterOf = (at: string): string =>
  `date_trunc('quarter', date_trunc('month', ${at} AT TIME ZONE ${zone}) - interval '1 month')`;

/** Null, which no value is, is what nothing was set to before. */
const planChanged = `(SELECT max(x.at) FROM (
    SELECT e.at, e.properties->'plan' AS value, lag(e.properties->'plan') OVER (ORDER BY e.at, e.id) AS before
    FROM e WHERE e.person = p.person AND e.name = 'Identified' AND e.properties ? 'plan') x
  WHERE x.value IS DISTINCT FROM coalesce(x.before, 'null'))`;

const order = { event: 'Order Completed' };

export const rulesInSql: Readonly<Record<string, RuleInSql>> = {
  'ever-ordered': { rule: order, sql: `EXISTS (SELECT ${orders})` },
  'no-order-in-30-days': {
    rule: { not: { ...order, within: 'P30D' } },
    sql: `NOT EXISTS (SELECT ${orders} AND e.at > ${ago(30)})`,
  },
  'loyal-lapsed': {
    rule: {
      all: [
        { ...order, where: { total: { gt: 50 } }, within: 'P90D', count: { gte: 3 } },
        { not: { ...order, within: 'P30D' } },
        { trait: 'country', in: ['FR', 'BE'] },
      ],
    },
    sql: `(SELECT count(*) ${orders} AND e.at > ${ago(90)} AND ${total} > 50) >= 3
      AND NOT EXISTS (SELECT ${orders} AND e.at > ${ago(30)}) AND ${text('country')} IN ('FR', 'BE')`,
  },
  'ordered-once': { rule: { ...order, count: 1 }, sql: `(SELECT count(*) ${orders}) = 1` },
  'two-to-four-in-a-year': {
    rule: { ...order, within: 'P365D', count: { gte: 2, lte: 4 } },
    sql: `(SELECT count(*) ${orders} AND e.at > ${ago(365)}) BETWEEN 2 AND 4`,
  },
  'spent-200-in-60-days': {
    rule: { ...order, within: 'P60D', sum: { of: 'total', gt: 200 } },
    sql: `(SELECT coalesce(sum(${total}), 0) ${orders} AND e.at > ${ago(60)}) > 200`,
  },
  'spent-little': {
    rule: { ...order, within: 'P60D', sum: { of: 'total', lte: 20.5 } },
    sql: `(SELECT coalesce(sum(${total}), 0) ${orders} AND e.at > ${ago(60)}) <= 20.5`,
  },
  'spent-1000-ever': {
    rule: { ...order, sum: { of: 'total', gte: 1000 } },
    sql: `(SELECT coalesce(sum(${total}), 0) ${orders}) >= 1000`,
  },
  'net-of-refunds': {
    rule: { event: 'Payment', within: 'P45D', sum: { of: 'amount', gt: 60 } },
    sql: `(SELECT coalesce(sum((e.properties->>'amount')::numeric), 0) FROM e WHERE e.person = p.person
      AND e.name = 'Payment' AND e.at > ${ago(45)}) > 60`,
  },
  'paid-less-than-ordered': {
    rule: {
      ...order,
      within: 'P90D',
      sum: { of: 'total', less: { event: 'Payment', of: 'amount' }, gt: 12.5 },
    },
    sql: `(SELECT coalesce(sum(${total}), 0) ${orders} AND e.at > ${ago(90)})
      - (SELECT coalesce(sum((e.properties->>'amount')::numeric), 0) FROM e WHERE e.person = p.person
        AND e.name = 'Payment' AND e.at > ${ago(90)}) > 12.5`,
  },
  'shoes-less-the-rest-since-a-cart': {
    rule: {
      ...order,
      where: { category: 'shoes' },
      since: { event: 'Cart Updated' },
      sum: { of: 'total', less: { ...order, where: { category: { ne: 'shoes' } } }, lt: 0 },
    },
    sql: `(SELECT coalesce(sum(CASE WHEN e.properties->>'category' = 'shoes' THEN ${total} ELSE -${total} END), 0)
      ${orders} AND ${since('Cart Updated')}) < 0`,
  },
  'average-basket': {
    rule: { ...order, average: { of: 'total', gte: 60 } },
    sql: `(SELECT avg(${total}) ${orders}) >= 60`,
  },
  'small-baskets-lately': {
    rule: { ...order, within: 'P90D', average: { of: 'total', lt: 55 } },
    sql: `(SELECT avg(${total}) ${orders} AND e.at > ${ago(90)}) < 55`,
  },
  'one-big-order': {
    rule: { ...order, within: 'P180D', max: { of: 'total', gte: 110 } },
    sql: `(SELECT max(${total}) ${orders} AND e.at > ${ago(180)}) >= 110`,
  },
  'ever-a-tiny-one': {
    rule: { ...order, min: { of: 'total', lt: 10 } },
    sql: `(SELECT min(${total}) ${orders}) < 10`,
  },
  'no-small-one-lately': {
    rule: { ...order, within: 'P75D', min: { of: 'total', gt: 30 } },
    sql: `(SELECT min(${total}) ${orders} AND e.at > ${ago(75)}) > 30`,
  },
  'three-categories': {
    rule: { ...order, within: 'P120D', distinct: { of: 'category', gte: 3 } },
    sql: `(SELECT count(DISTINCT e.properties->'category') ${orders} AND e.at > ${ago(120)}) >= 3`,
  },
  'orders-what-they-look-at': {
    rule: { ...order, within: 'P90D', ratio: { to: { event: 'Product Viewed' }, gte: 0.4 } },
    sql: `(SELECT count(*) ${orders} AND e.at > ${ago(90)})
      >= 0.4 * nullif((SELECT count(*) ${views} AND e.at > ${ago(90)}), 0)`,
  },
  'mostly-shoes-of-late': {
    rule: {
      ...order,
      where: { category: 'shoes' },
      since: { event: 'Cart Updated', where: { category: 'shoes' } },
      ratio: { to: order, gt: 0.5 },
    },
    sql: `(SELECT count(*) ${orders} AND e.properties->>'category' = 'shoes' AND ${since("Cart Updated' AND x.properties->>'category' = 'shoes")})
      > 0.5 * nullif((SELECT count(*) ${orders} AND ${since("Cart Updated' AND x.properties->>'category' = 'shoes")}), 0)`,
  },
  'few-views-for-each-cart-long-ago': {
    rule: { event: 'Product Viewed', before: 'P40D', ratio: { to: { event: 'Cart Updated' }, lt: 1.5 } },
    sql: `(SELECT count(*) ${views} AND e.at <= ${ago(40)}) < 1.5 * nullif((SELECT count(*)
      FROM e WHERE e.person = p.person AND e.name = 'Cart Updated' AND e.at <= ${ago(40)}), 0)`,
  },
  'one-category-ever': {
    rule: { ...order, distinct: { of: 'category', eq: 1 } },
    sql: `(SELECT count(DISTINCT e.properties->'category') ${orders}) = 1`,
  },
  'ordered-long-ago': {
    rule: { ...order, before: 'P60D' },
    sql: `EXISTS (SELECT ${orders} AND e.at <= ${ago(60)})`,
  },
  'twice-before-100-days': {
    rule: { ...order, before: 'P100D', count: { gte: 2 } },
    sql: `(SELECT count(*) ${orders} AND e.at <= ${ago(100)}) >= 2`,
  },
  'between-60-and-30-days-ago': {
    rule: { ...order, between: ['P60D', 'P30D'] },
    sql: `EXISTS (SELECT ${orders} AND e.at > ${ago(60)} AND e.at <= ${ago(30)})`,
  },
  stopped: {
    rule: { all: [{ ...order, between: ['P90D', 'P30D'] }, { not: { ...order, within: 'P30D' } }] },
    sql: `EXISTS (SELECT ${orders} AND e.at > ${ago(90)} AND e.at <= ${ago(30)})
      AND NOT EXISTS (SELECT ${orders} AND e.at > ${ago(30)})`,
  },
  resumed: {
    rule: {
      all: [
        { ...order, within: 'P30D' },
        { not: { ...order, between: ['P90D', 'P30D'] } },
        { ...order, before: 'P90D' },
      ],
    },
    sql: `EXISTS (SELECT ${orders} AND e.at > ${ago(30)})
      AND NOT EXISTS (SELECT ${orders} AND e.at > ${ago(90)} AND e.at <= ${ago(30)})
      AND EXISTS (SELECT ${orders} AND e.at <= ${ago(90)})`,
  },
  'since-new-year': {
    rule: { ...order, after: '2026-01-01T00:00:00Z', count: { gte: 2 } },
    sql: `(SELECT count(*) ${orders} AND e.at >= '2026-01-01T00:00:00Z') >= 2`,
  },
  'in-autumn': {
    rule: { ...order, between: ['2025-09-21T00:00:00Z', '2025-12-21T00:00:00Z'] },
    sql: `EXISTS (SELECT ${orders} AND e.at >= '2025-09-21T00:00:00Z' AND e.at < '2025-12-21T00:00:00Z')`,
  },
  'abandoned-cart': {
    rule: {
      all: [
        { event: 'Cart Updated', within: 'P3D' },
        { not: { ...order, since: { event: 'Cart Updated' } } },
      ],
    },
    sql: `EXISTS (SELECT FROM e WHERE e.person = p.person AND e.name = 'Cart Updated' AND e.at > ${ago(3)})
      AND NOT EXISTS (SELECT ${orders} AND ${since('Cart Updated')})`,
  },
  'viewed-thrice-since-order': {
    rule: { event: 'Product Viewed', since: order, count: { gte: 3 } },
    sql: `(SELECT count(*) ${views} AND ${since('Order Completed')}) >= 3`,
  },
  'last-order-was-large': {
    rule: { ...order, last: { total: { gt: 70 } } },
    sql: `(SELECT ${total} ${orders} ORDER BY e.at DESC, e.id DESC LIMIT 1) > 70`,
  },
  'last-order-long-ago': {
    rule: { ...order, last: {}, before: 'P60D' },
    sql: `(SELECT max(e.at) ${orders}) <= ${ago(60)}`,
  },
  'first-order-lately': {
    rule: { ...order, first: {}, within: 'P90D' },
    sql: `(SELECT min(e.at) ${orders}) > ${ago(90)}`,
  },
  'began-with-shoes': {
    rule: { ...order, first: { category: 'shoes' } },
    sql: `(SELECT e.properties->>'category' ${orders} ORDER BY e.at, e.id LIMIT 1) = 'shoes'`,
  },
  funnel: {
    rule: {
      sequence: [
        { event: 'Product Viewed' },
        { event: 'Cart Updated', within: 'P1D' },
        { event: 'Order Completed', within: 'P2D' },
      ],
    },
    sql: `EXISTS (SELECT FROM e a JOIN e b USING (person) JOIN e c USING (person)
      WHERE a.person = p.person AND a.name = 'Product Viewed' AND b.name = 'Cart Updated' AND c.name = 'Order Completed'
        AND (a.at, a.id) < (b.at, b.id) AND b.at <= a.at + interval '24 hours'
        AND (b.at, b.id) < (c.at, c.id) AND c.at <= b.at + interval '48 hours')`,
  },
  'decided-alone': {
    rule: {
      sequence: [
        { event: 'Product Viewed', where: { category: 'shoes' } },
        { event: 'Order Completed', within: 'P5D', without: { event: 'Cart Updated' } },
      ],
      within: 'P60D',
    },
    sql: `EXISTS (SELECT FROM e a JOIN e b USING (person)
      WHERE a.person = p.person AND a.name = 'Product Viewed' AND a.properties->>'category' = 'shoes'
        AND b.name = 'Order Completed' AND b.at > ${ago(60)}
        AND (a.at, a.id) < (b.at, b.id) AND b.at <= a.at + interval '120 hours'
        AND NOT EXISTS (SELECT FROM e x WHERE x.person = p.person AND x.name = 'Cart Updated'
          AND (x.at, x.id) > (a.at, a.id) AND (x.at, x.id) < (b.at, b.id)))`,
  },
  'quick-repeat': {
    rule: { sequence: [order, order, order], overall: 'P20D', within: 'P90D' },
    sql: `EXISTS (SELECT FROM e a JOIN e b USING (person) JOIN e c USING (person)
      WHERE a.person = p.person AND a.name = 'Order Completed' AND b.name = a.name AND c.name = a.name
        AND (a.at, a.id) < (b.at, b.id) AND (b.at, b.id) < (c.at, c.id)
        AND c.at <= a.at + interval '480 hours' AND c.at > ${ago(90)})`,
  },
  'left-the-cart': {
    rule: { sequence: [{ event: 'Cart Updated' }, { not: order, within: 'P2D' }] },
    sql: `EXISTS (SELECT FROM e a WHERE a.person = p.person AND a.name = 'Cart Updated'
      AND a.at + interval '48 hours' < :now AND NOT ${orderedAfter('48 hours')})`,
  },
  'looked-put-into-the-cart-and-left': {
    rule: {
      sequence: [
        { event: 'Product Viewed' },
        { event: 'Cart Updated', within: 'P5D' },
        { not: order, within: 'P1D' },
      ],
      between: ['P60D', 'P10D'],
    },
    sql: `EXISTS (SELECT FROM e b JOIN e a USING (person)
      WHERE a.person = p.person AND b.name = 'Product Viewed' AND a.name = 'Cart Updated'
        AND (b.at, b.id) < (a.at, a.id) AND a.at <= b.at + interval '120 hours' AND NOT ${orderedAfter('24 hours')}
        AND a.at + interval '24 hours 0.001 seconds' > ${ago(60)} AND a.at + interval '24 hours 0.001 seconds' <= ${ago(10)})`,
  },
  'regular-visitor': {
    rule: { event: 'Product Viewed', regular: { in: 'week', of: 6, gte: 3 } },
    sql: `(SELECT count(DISTINCT date_trunc('week', e.at AT TIME ZONE ${zone})) ${views}
      AND (e.at AT TIME ZONE ${zone})::date >= date_trunc('week', ${today}::timestamp)::date - 35) >= 3`,
  },
  'orders-every-month': {
    rule: { event: 'Order Completed', regular: { in: 'month', of: 3, eq: 3 } },
    sql: `(SELECT count(DISTINCT date_trunc('month', e.at AT TIME ZONE ${zone})) ${orders}
      AND (e.at AT TIME ZONE ${zone}) >= date_trunc('month', ${today}::timestamp) - interval '2 months') = 3`,
  },
  'viewed-today': {
    rule: { event: 'Product Viewed', within: { calendar: 'P0D' } },
    sql: `EXISTS (SELECT ${views} AND (e.at AT TIME ZONE ${zone})::date = ${today})`,
  },
  'ordered-within-a-month': {
    rule: { ...order, within: { calendar: 'P1M' } },
    sql: `EXISTS (SELECT ${orders} AND (e.at AT TIME ZONE ${zone})::date >= (${today} - interval '1 month')::date)`,
  },
  'soon-to-travel': {
    rule: { event: 'Trip Booked', where: { departure: { withinNext: 'P7D' } } },
    sql: `EXISTS (SELECT FROM e WHERE e.person = p.person AND e.name = 'Trip Booked'
      AND (e.properties->>'departure')::timestamptz > :now
      AND (e.properties->>'departure')::timestamptz <= :now + interval '168 hours')`,
  },
  'paid-more-than-planned': {
    rule: { ...order, where: { total: { gt: { trait: 'budget' } } } },
    sql: `EXISTS (SELECT ${orders} AND ${total} > (${text('budget')})::numeric)`,
  },
  'over-budget': {
    rule: { trait: 'spent', gt: { trait: 'budget' } },
    sql: `(${text('spent')})::numeric > (${text('budget')})::numeric`,
  },
  'not-known-to-be-free': {
    rule: { not: { trait: 'plan', eq: 'free' } },
    sql: `${text('plan')} IS DISTINCT FROM 'free'`,
  },
  'another-plan': {
    rule: { trait: 'plan', notIn: ['free', 'trial'] },
    sql: `${text('plan')} NOT IN ('free', 'trial')`,
  },
  'no-phone': { rule: { trait: 'phone', exists: false }, sql: `${trait('phone')} IS NULL` },
  'at-example': {
    rule: {
      any: [
        { trait: 'email', endsWith: '@EXAMPLE.com' },
        { trait: 'email', contains: 'ana' },
      ],
    },
    sql: `(${text('email')} ILIKE '%@example.com' OR ${text('email')} ILIKE '%ana%')`,
  },
  'work-address': {
    rule: { trait: 'email', matches: '^[a-z0-9]+@(corp|work)\\.' },
    sql: `${text('email')} ~ '^[a-z0-9]+@(corp|work)\\.'`,
  },
  'likes-shoes-or-hats': {
    rule: { trait: 'likes', hasAny: ['shoes', 'hats'] },
    sql: `${trait('likes')} ?| array['shoes', 'hats']`,
  },
  'likes-two-things': {
    rule: { trait: 'likes', size: { gte: 2 }, hasAll: ['caps'] },
    sql: `jsonb_array_length(${trait('likes')}) >= 2 AND ${trait('likes')} ? 'caps'`,
  },
  'birthday-soon': {
    rule: { trait: 'birthday', anniversary: { withinNext: 'P7D' } },
    sql: `pg_temp.next_anniversary((${text('birthday')})::date, ${today} + 1) <= ${today} + 7`,
  },
  'joined-lately': {
    rule: { trait: 'joined', withinLast: 'P40D' },
    sql: `(${text('joined')})::timestamptz > ${ago(40)} AND (${text('joined')})::timestamptz <= :now`,
  },
  'contract-ends-soon': {
    rule: { trait: 'contractEnds', withinNext: 'P20D' },
    sql: `(${text('contractEnds')})::timestamptz > :now AND (${text('contractEnds')})::timestamptz <= :now + interval '480 hours'`,
  },
  'changed-plan-lately': {
    rule: { trait: 'plan', changedWithin: 'P14D' },
    sql: `${planChanged} > ${ago(14)}`,
  },
  'changed-plan-long-ago-on-a-weekend': {
    rule: { trait: 'plan', changed: { moreThanAgo: 'P30D', weekday: ['saturday', 'sunday'] } },
    sql: `${planChanged} <= ${ago(30)} AND extract(isodow FROM ${planChanged} AT TIME ZONE ${zone}) > 5`,
  },
  'changed-plan-before-the-contract-ends': {
    rule: { trait: 'plan', eq: 'paid', changed: { before: { trait: 'contractEnds', minus: 'P20D' } } },
    sql: `${text('plan')} = 'paid' AND ${planChanged} < (${text('contractEnds')})::timestamptz - interval '480 hours'`,
  },
  'spent-last-month': {
    rule: { ...order, during: { month: -1 }, sum: { of: 'total', gt: 60 } },
    sql: `(SELECT coalesce(sum(${total}), 0) ${orders}
      AND date_trunc('month', e.at AT TIME ZONE ${zone}) = date_trunc('month', ${today}::timestamp) - interval '1 month') > 60`,
  },
  'twice-in-these-two-months': {
    rule: { ...order, during: { month: [-1, 0] }, count: { gte: 2 } },
    sql: `(SELECT count(*) ${orders}
      AND date_trunc('month', e.at AT TIME ZONE ${zone}) >= date_trunc('month', ${today}::timestamp) - interval '1 month') >= 2`,
  },
  'orders-this-month-in-lisbon': {
    rule: { ...order, during: { month: 0, zone: 'Europe/Lisbon' }, count: { gte: 2 } },
    sql: `(SELECT count(*) ${orders} AND date_trunc('month', e.at AT TIME ZONE 'Europe/Lisbon')
      = date_trunc('month', :now AT TIME ZONE 'Europe/Lisbon')) >= 2`,
  },
  'no-order-for-two-months-in-lisbon': {
    rule: { not: { ...order, within: { calendar: 'P2M', zone: 'Europe/Lisbon' } } },
    sql: `NOT EXISTS (SELECT ${orders} AND (e.at AT TIME ZONE 'Europe/Lisbon')::date
      >= ((:now AT TIME ZONE 'Europe/Lisbon')::date - interval '2 months')::date)`,
  },
  'twice-in-a-week-from-sunday': {
    rule: { ...order, during: { week: [-1, 0], weekStarts: 'sunday' }, count: { gte: 2 } },
    sql: `(SELECT count(*) ${orders}
      AND (e.at AT TIME ZONE ${zone})::date >= ${today} - extract(dow FROM ${today})::integer - 7) >= 2`,
  },
  'no-order-in-the-last-fiscal-quarter': {
    rule: { not: { ...order, during: { quarter: -1, yearStarts: 2 } } },
    sql: `NOT EXISTS (SELECT ${orders}
      AND ${fiscalQuarterOf('e.at')} = ${fiscalQuarterOf(':now')} - interval '3 months')`,
  },
  'six-pieces-in-two-months': {
    rule: { ...order, within: 'P60D', sum: { of: 'items[].quantity', gte: 6 } },
    sql: `(SELECT coalesce(sum((item->>'quantity')::numeric), 0) FROM e, jsonb_array_elements(e.properties->'items') item
      WHERE e.person = p.person AND e.name = 'Order Completed' AND e.at > ${ago(60)}) >= 6`,
  },
  'three-kinds-of-things': {
    rule: { ...order, distinct: { of: 'items[].kind', gte: 3 } },
    sql: `(SELECT count(DISTINCT item->'kind') FROM e, jsonb_array_elements(e.properties->'items') item
      WHERE e.person = p.person AND e.name = 'Order Completed') >= 3`,
  },
  'median-order-above-40': {
    rule: { ...order, within: 'P60D', percentile: { of: 'total', at: 50, gt: 40 } },
    sql: `(SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY ${total}) ${orders} AND e.at > ${ago(60)}) > 40`,
  },
  'regular-in-fortnights-back-from-now': {
    rule: { event: 'Product Viewed', regular: { in: 'P14D', of: 5, gte: 3, times: { gte: 2 } } },
    sql: `(SELECT count(*) FROM (SELECT 1 ${views} AND e.at <= :now AND e.at > :now - interval '70 days'
      GROUP BY floor(extract(epoch FROM :now - e.at) / (14 * 86400)) HAVING count(*) >= 2) periods) >= 3`,
  },
  'regular-from-sunday': {
    rule: { event: 'Product Viewed', regular: { in: 'week', weekStarts: 'sunday', of: [-5, -1], gte: 2 } },
    sql: `(SELECT count(DISTINCT ${sundayOf('e.at')}) ${views}
      AND ${sundayOf('e.at')} BETWEEN ${sundayOf(':now')} - 35 AND ${sundayOf(':now')} - 7) >= 2`,
  },
  'contract-ends-this-fiscal-year': {
    rule: { trait: 'contractEnds', during: { year: 0, yearStarts: 4 } },
    sql: `date_trunc('year', date_trunc('month', (${text('contractEnds')})::timestamptz AT TIME ZONE ${zone}) - interval '3 months')
      = date_trunc('year', date_trunc('month', ${today}::timestamp) - interval '3 months')`,
  },
  'no-order-this-quarter': {
    rule: { not: { ...order, during: { quarter: 0 } } },
    sql: `NOT EXISTS (SELECT ${orders}
      AND date_trunc('quarter', e.at AT TIME ZONE ${zone}) = date_trunc('quarter', ${today}::timestamp))`,
  },
  'looks-on-weekend-evenings': {
    rule: {
      event: 'Product Viewed',
      where: { $at: { weekday: ['saturday', 'sunday'], hour: { gte: 18 } } },
      within: 'P60D',
    },
    sql: `EXISTS (SELECT ${views} AND e.at > ${ago(60)} AND extract(isodow FROM e.at AT TIME ZONE ${zone}) > 5
      AND extract(hour FROM e.at AT TIME ZONE ${zone}) >= 18)`,
  },
  'ordered-before-the-contract-ends': {
    rule: { ...order, where: { $at: { before: { trait: 'contractEnds' } } }, count: { gte: 2 } },
    sql: `(SELECT count(*) ${orders} AND e.at < (${text('contractEnds')})::timestamptz) >= 2`,
  },
  'two-of-a-kind': {
    rule: { ...order, where: { items: { some: { kind: 'shoes', quantity: { gte: 2 } } } }, within: 'P90D' },
    sql: `EXISTS (SELECT ${orders} AND e.at > ${ago(90)} AND EXISTS (SELECT FROM jsonb_array_elements(e.properties->'items') item
      WHERE item->>'kind' = 'shoes' AND (item->>'quantity')::integer >= 2))`,
  },
  'neither-shoes-nor-hats': {
    rule: {
      ...order,
      where: { category: { isNot: { contains: ['SHO', 'hat'] } }, total: { gt: 20 } },
      count: { gte: 2 },
    },
    sql: `(SELECT count(*) ${orders} AND NOT (e.properties->>'category' ILIKE ANY (ARRAY['%sho%', '%hat%']))
      AND ${total} > 20) >= 2`,
  },
  'came-by-news': {
    rule: { event: 'Product Viewed', first: { '$context.campaign.source': 'news' } },
    sql: `(SELECT e.context->'campaign'->>'source' ${views} ORDER BY e.at, e.id LIMIT 1) = 'news'`,
  },
  'views-in-french': {
    rule: {
      event: 'Product Viewed',
      where: { '$context.locale': { startsWith: 'fr' } },
      within: 'P45D',
      count: { gte: 2 },
    },
    sql: `(SELECT count(*) ${views} AND e.at > ${ago(45)} AND e.context->>'locale' LIKE 'fr%') >= 2`,
  },
  'ever-paid': {
    rule: { event: 'Identified', where: { plan: 'paid' } },
    sql: `EXISTS (SELECT FROM e WHERE e.person = p.person AND e.name = 'Identified' AND e.properties->>'plan' = 'paid')`,
  },
  'born-in-spring': {
    rule: { trait: 'birthday', month: [3, 4, 5], dayOfMonth: { lte: 20 } },
    sql: `extract(month FROM (${text('birthday')})::date) IN (3, 4, 5) AND extract(day FROM (${text('birthday')})::date) <= 20`,
  },
  'contract-ends-next-week': {
    rule: { trait: 'contractEnds', during: { week: 1 } },
    sql: `date_trunc('week', (${text('contractEnds')})::timestamptz AT TIME ZONE ${zone})
      = date_trunc('week', ${today}::timestamp) + interval '7 days'`,
  },
  'seen-lately': {
    rule: { trait: 'seen', withinLast: 'P10D' },
    sql: `to_timestamp((${text('seen')})::numeric) > ${ago(10)} AND to_timestamp((${text('seen')})::numeric) <= :now`,
  },
  'has-an-old-app': {
    rule: { trait: 'appVersion', version: { gte: '1.9', lt: '2.10.1' } },
    sql: `string_to_array(${text('appVersion')}, '.')::integer[] >= '{1,9,0}' AND string_to_array(${text('appVersion')}, '.')::integer[] < '{2,10,1}'`,
  },
  'near-the-store': {
    rule: { trait: 'home', near: { latitude: 48.86, longitude: 2.35, km: 150 } },
    sql: `pg_temp.km(${trait('home')}, 48.86, 2.35) <= 150`,
  },
  'three-times-a-week': {
    rule: { event: '*', within: 'P7D', count: { gte: 3 } },
    sql: `(SELECT count(*) ${deeds} AND e.at > ${ago(7)}) >= 3`,
  },
  'where-the-store-delivers': {
    rule: {
      trait: 'home',
      inside: [
        { latitude: 47, longitude: 1 },
        { latitude: 48, longitude: 5.5 },
        { latitude: 50.75, longitude: 4 },
        { latitude: 48, longitude: 3.25 },
        { latitude: 50.5, longitude: 1.75 },
      ],
    },
    sql: `polygon '((1,47),(5.5,48),(4,50.75),(3.25,48),(1.75,50.5))' @> point((${trait('home')}->>'lng')::float8, (${trait('home')}->>'lat')::float8)`,
  },
  'silent-for-two-weeks': {
    rule: { not: { event: '*', within: 'P14D' } },
    sql: `NOT EXISTS (SELECT ${deeds} AND e.at > ${ago(14)})`,
  },
  'new-ones': {
    rule: { event: ['*', 'Identified'], first: {}, within: 'P30D' },
    sql: `(SELECT min(e.at) FROM e WHERE e.person = p.person AND e.name <> 'Aliased') > ${ago(30)}`,
  },
  'shoes-in-cart-or-bought': {
    rule: {
      event: ['Order Completed', 'Cart Updated'],
      where: { category: 'shoes' },
      within: 'P30D',
      count: { gte: 2 },
    },
    sql: `(SELECT count(*) FROM e WHERE e.person = p.person AND e.name IN ('Order Completed', 'Cart Updated')
      AND e.properties->>'category' = 'shoes' AND e.at > ${ago(30)}) >= 2`,
  },
  'large-orders-and-payments': {
    rule: {
      event: ['Order Completed', 'Payment'],
      where: {
        $any: [
          { $name: 'Order Completed', total: { gt: 50 } },
          { $name: 'Payment', amount: { gt: 80 } },
        ],
      },
      within: 'P60D',
      count: { gte: 2 },
    },
    sql: `(SELECT count(*) FROM e WHERE e.person = p.person AND e.at > ${ago(60)} AND (e.name = 'Order Completed' AND ${total} > 50
      OR e.name = 'Payment' AND (e.properties->>'amount')::numeric > 80)) >= 2`,
  },
  'busy-with-three-things': {
    rule: {
      event: '*',
      where: { $name: { ne: 'Payment' } },
      distinct: { of: '$name', gte: 3 },
      within: 'P14D',
    },
    sql: `(SELECT count(DISTINCT e.name) ${deeds} AND e.name <> 'Payment' AND e.at > ${ago(14)}) >= 3`,
  },
  'two-weeks-with-two-views': {
    rule: { event: 'Product Viewed', regular: { in: 'week', of: 8, gte: 2, times: { gte: 2 } } },
    sql: `(SELECT count(*) FROM (SELECT ${views} AND ${weekOf('e.at')} >= ${thisWeek} - interval '49 days'
      GROUP BY ${weekOf('e.at')} HAVING count(*) >= 2) weeks) >= 2`,
  },
  'ordered-in-weeks-before': {
    rule: { ...order, regular: { in: 'week', of: [-4, -1], gte: 2 } },
    sql: `(SELECT count(DISTINCT ${weekOf('e.at')}) ${orders} AND ${weekOf('e.at')} >= ${thisWeek} - interval '28 days'
      AND ${weekOf('e.at')} < ${thisWeek}) >= 2`,
  },
  'two-lines-of-several': {
    rule: {
      ...order,
      where: { items: { objects: { where: { quantity: { gte: 2 } }, gte: 2 } } },
      within: 'P120D',
    },
    sql: `EXISTS (SELECT ${orders} AND e.at > ${ago(120)} AND (SELECT count(*) FROM jsonb_array_elements(e.properties->'items') item
      WHERE (item->>'quantity')::integer >= 2) >= 2)`,
  },
  'shoes-or-cheap': {
    rule: {
      ...order,
      where: { $any: [{ category: 'shoes' }, { total: { lt: 20 } }] },
      within: 'P60D',
      count: { gte: 2 },
    },
    sql: `(SELECT count(*) ${orders} AND e.at > ${ago(60)} AND (e.properties->>'category' = 'shoes' OR ${total} < 20)) >= 2`,
  },
  'ordered-soon-after-joining': {
    rule: {
      ...order,
      where: { $at: { after: { trait: 'joined' }, before: { trait: 'joined', plus: 'P14D' } } },
    },
    sql: `EXISTS (SELECT ${orders} AND e.at >= (${text('joined')})::timestamptz
      AND e.at < (${text('joined')})::timestamptz + interval '336 hours')`,
  },
  'likes-something-with-sh': {
    rule: { trait: 'likes', has: { startsWith: 'SH' } },
    sql: `EXISTS (SELECT FROM jsonb_array_elements_text(${trait('likes')}) AS one WHERE one LIKE 'sh%')`,
  },
  'birthday-this-month': {
    rule: { trait: 'birthday', anniversary: { during: { month: 0 } } },
    sql: `extract(month FROM (${text('birthday')})::date) = extract(month FROM ${today})`,
  },
  'french-and-active': {
    rule: { all: [{ trait: 'country', eq: 'FR' }, { not: { segment: 'no-order-in-30-days' } }] },
    sql: `${text('country')} = 'FR' AND EXISTS (SELECT ${orders} AND e.at > ${ago(30)})`,
  },
};
