import Handlebars from 'handlebars';

/** Most rounds that all `each` blocks of one rendering may take together. */
const maxRounds = 10_000;

type Options = Handlebars.HelperOptions & { readonly data: { root: object } };

/** What templates may call, beside the blocks `if`, `unless`, `with` and `each`. */
export const templateHelpers = ['default', 'date', 'number'] as const;
export const templateBlocks = ['if', 'unless', 'with', 'each'] as const;

/** A Handlebars of our own: its blocks, our helpers, and nothing else. */
export function createHandlebars(): typeof Handlebars {
  const own = Handlebars.create();
  for (const name of ['log', 'lookup', 'each', 'blockHelperMissing']) own.unregisterHelper(name);
  own.registerHelper('each', countedEach());
  own.registerHelper('default', orElse);
  own.registerHelper('date', formatDate);
  own.registerHelper('number', formatNumber);
  return own;
}

/** `{{default contact.firstName "there"}}`: the first value unless it is missing or empty. */
const orElse = (value: unknown, fallback: unknown): unknown =>
  value === undefined || value === null || value === '' ? fallback : value;

/** `{{date event.at locale="fr" zone="Europe/Paris" style="long"}}`; what is no date renders as nothing. */
function formatDate(value: unknown, options: Options): string {
  const instant = typeof value === 'number' ? value : Date.parse(String(value));
  if (Number.isNaN(instant)) return '';
  const { locale = 'en', zone = 'UTC', style = 'long' } = options.hash as Record<string, string>;
  return formatter(`date ${locale} ${zone} ${style}`, () => {
    const dateStyle = style as Intl.DateTimeFormatOptions['dateStyle'];
    return new Intl.DateTimeFormat(locale, { timeZone: zone, dateStyle });
  })(instant);
}

/** `{{number event.total locale="fr" decimals=2 currency="EUR"}}`; what is no number renders as nothing. */
function formatNumber(value: unknown, options: Options): string {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) return '';
  const { locale = 'en', decimals, currency } = options.hash as Record<string, string>;
  return formatter(`number ${locale} ${decimals} ${currency}`, () => {
    const digits = decimals === undefined ? undefined : Number(decimals);
    const shape = { minimumFractionDigits: digits, maximumFractionDigits: digits };
    return new Intl.NumberFormat(locale, { ...shape, ...(currency && { style: 'currency', currency }) });
  })(number);
}

const formatters = new Map<string, (value: number) => string>();
const maxFormatters = 200;

/** Formats as `make` says, or with nothing when it names a locale, zone or unit that does not exist. */
function formatter(key: string, make: () => { format(value: number): string }): (value: number) => string {
  const known = formatters.get(key);
  if (known) return known;
  const made = attempt(make);
  if (formatters.size >= maxFormatters) formatters.clear();
  formatters.set(key, made);
  return made;
}

function attempt(make: () => { format(value: number): string }): (value: number) => string {
  try {
    const format = make();
    return (value) => (Math.abs(value) <= 8.64e15 ? format.format(value) : String(value));
  } catch {
    return () => '';
  }
}

/** Raised when a rendering runs longer or grows larger than any mail should. */
export class RenderTooLarge extends Error {
  constructor(what: string) {
    super(`the rendering takes too many ${what}`);
    this.name = 'RenderTooLarge';
  }
}

/** `each` over arrays and plain objects, counted over the whole rendering so that nested loops end. */
function countedEach(): Handlebars.HelperDelegate {
  const rounds = new WeakMap<object, number>();
  const count = (root: object): void => {
    const next = (rounds.get(root) ?? 0) + 1;
    if (next > maxRounds) throw new RenderTooLarge('rounds');
    rounds.set(root, next);
  };
  return function each(this: unknown, items: unknown, options: Options): string {
    const entries = Object.entries(typeof items === 'object' && items !== null ? items : {});
    if (entries.length === 0) return options.inverse(this);
    return entries
      .map(([key, value], index) => {
        count(options.data.root);
        const data = Handlebars.createFrame(options.data);
        const position = { key, index, first: index === 0, last: index === entries.length - 1 };
        const blockParams = [value, Array.isArray(items) ? index : key];
        return options.fn(value, { data: Object.assign(data, position), blockParams });
      })
      .join('');
  };
}
