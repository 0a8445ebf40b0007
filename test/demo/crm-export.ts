import { encode } from 'iconv-lite';
import { CustomerBook, type Customer } from './customers';
import type { Random } from './random';

/** A shop's CRM export as real ones are, and what is true about it. */
export interface CrmExport {
  readonly file: Buffer;
  readonly rows: number;
  /** Rows whose address is none. */
  readonly wrong: number;
  /** Rows about somebody who has one already. */
  readonly duplicates: number;
  /** Everybody it is about, once. */
  readonly customers: readonly Customer[];
  /** Canonical addresses of those who gave a permission and did not take it back. */
  readonly mayBeMailed: ReadonlySet<string>;
}

const WRONG = 0.03;
const DUPLICATE = 0.035;

const header = [
  ...['Client n°', 'E-mail', 'Prénom', 'Nom', 'Ville', 'Pays', 'CA'],
  ...['OptIn', 'OptInDate', 'OptInPage', 'Désinscrit le'],
];
const NO_BREAK_SPACE = '\u00a0';

/** What becomes of each column: the plan of the import. */
export const importPlan = {
  source: 'crm',
  effects: 'none',
  columns: {
    'Client n°': 'crmId',
    'E-mail': 'email',
    Prénom: 'traits.firstName',
    Nom: 'traits.lastName',
    Ville: 'traits.city',
    Pays: 'traits.country',
    CA: { to: 'traits.revenue', as: 'decimal-comma' },
  },
  permissions: [
    {
      topic: 'newsletter',
      grant: { column: 'OptIn', in: ['oui', '1'] },
      basis: 'consent',
      wording: 'lettre-fr@3',
      at: { column: 'OptInDate', as: 'date-dmy' },
      where: 'OptInPage',
    },
    {
      topic: 'newsletter',
      withdraw: { column: 'Désinscrit le', present: true },
      at: { column: 'Désinscrit le', as: 'date-dmy' },
    },
  ],
};

/** Makes an export of so many rows: Latin-1, semicolons, decimal commas, wrong addresses, duplicates, earlier opt-outs. */
export function makeCrmExport(rows: number, random: Random): CrmExport {
  const making = new ExportMaking(random);
  while (making.lines.length < rows) making.addRow();
  const { lines, wrong, duplicates, customers } = making;
  return {
    file: encodeLines(lines),
    rows,
    wrong,
    duplicates,
    customers,
    mayBeMailed: making.mayBeMailed(),
  };
}

/** A later list, kept by hand, in which everybody still says yes: those who have opted out since, too. */
export const makeFairList = (customers: readonly Customer[]): Buffer =>
  encodeLines(
    customers.map((customer) => cellsOf({ ...customer, optIn: 'oui', optInPage: 'salon', optedOut: '' })),
  );

class ExportMaking {
  readonly lines: string[][] = [];
  readonly customers: Customer[] = [];
  wrong = 0;
  duplicates = 0;
  private readonly book: CustomerBook;
  private readonly granted = new Set<string>();
  private readonly withdrawn = new Set<string>();

  constructor(private readonly random: Random) {
    this.book = new CustomerBook(random);
  }

  addRow(): void {
    const roll = this.random.next();
    const known = roll < WRONG + DUPLICATE && roll >= WRONG ? this.random.pick(this.customers) : undefined;
    if (roll < WRONG) this.addWrong();
    else if (known?.email) this.addDuplicate(known, known.email);
    else this.addNew();
  }

  mayBeMailed(): Set<string> {
    return new Set([...this.granted].filter((email) => !this.withdrawn.has(email)));
  }

  private addNew(): void {
    const customer = this.book.next();
    this.customers.push(customer);
    this.write(customer, this.random.chance(0.15) ? shouted(customer.email) : customer.email);
  }

  private addWrong(): void {
    this.wrong += 1;
    const customer = this.book.next();
    const { email = 'x@example.com' } = customer;
    const wrong = [
      email.replace('@', '@@'),
      email.replace('@', ''),
      email.replace('.', '..'),
      'inconnu',
      'n/a',
    ];
    this.lines.push(cellsOf({ ...customer, optedOut: '' }, this.random.pick(wrong)));
  }

  /** The same person again, under the same number or under another one, and sometimes with another answer. */
  private addDuplicate(known: Customer, email: string): void {
    const { random } = this;
    this.duplicates += 1;
    const number = random.chance(0.6) ? known.number : `${known.number}B`;
    const optIn = random.chance(0.3) ? 'oui' : known.optIn;
    const optedOut = random.chance(0.5) ? '' : known.optedOut;
    this.write({ ...known, number, optIn, optedOut, revenue: known.revenue + 10 }, shouted(email));
  }

  private write(customer: Customer, spelled: string | undefined): void {
    const { email, optIn, optedOut } = customer;
    if (email && optedOut) this.withdrawn.add(email);
    else if (email && ['oui', '1'].includes(optIn.toLowerCase())) this.granted.add(email);
    this.lines.push(cellsOf(customer, spelled));
  }
}

function cellsOf(customer: Customer, spelled = customer.email): string[] {
  const { number, firstName, lastName, city, country, revenue, optIn, optInDate, optInPage } = customer;
  const who = [number, spelled ?? '', firstName, lastName, city, country, decimalComma(revenue)];
  return [...who, optIn, optInDate, optInPage, customer.optedOut];
}

/** 1 234,50 */
const decimalComma = (number: number): string =>
  number
    .toFixed(2)
    .replace('.', ',')
    .replace(/\B(?=(\d{3})+,)/g, NO_BREAK_SPACE);

/** As somebody typed it whose keyboard was stuck. */
function shouted(email: string | undefined): string | undefined {
  if (!email) return undefined;
  const [local, domain] = email.split('@') as [string, string];
  return `${local.toUpperCase()}@${domain.replace(/^./, (letter) => letter.toUpperCase())}`;
}

const encodeLines = (lines: readonly (readonly string[])[]): Buffer =>
  encode(`${[header, ...lines].map((cells) => cells.map(quoted).join(';')).join('\r\n')}\r\n`, 'latin1');

const quoted = (cell: string): string => (/[";']/.test(cell) ? `"${cell.replace(/"/g, '""')}"` : cell);
