import {
  checkIdentity,
  normalizeAddress,
  normalizePhone,
  userKey,
  type Fact,
  type IdentityKey,
} from '@entente/event';
import { parseInstant, type Instant, type Json, type JsonObject, type Problem } from '@entente/kernel';
import { cellKinds, type CellKindName } from './cell-kinds';
import type { CsvRecord } from './csv-file';
import { columnsNamed, type ImportPlan } from './plan';
import type { ColumnPlan } from './plan-columns';
import type { PermissionPlan } from './plan-permissions';

/** Something wrong with one row, or with one cell of it. */
export interface RowProblem {
  readonly row: number;
  readonly column?: string;
  readonly code: string;
  readonly message: string;
  /** The ledger entry that stands against a grant. */
  readonly entry?: string;
}

/** A permission that a row gives or takes. */
export interface RowPermission {
  readonly plan: PermissionPlan;
  readonly claimedAt?: Instant;
  readonly evidence: JsonObject;
}

/** What one row says. Of a refused row only its withdrawals count: in doubt nobody is written to. */
export interface ImportRow {
  readonly row: number;
  readonly refused: boolean;
  readonly problems: readonly RowProblem[];
  /** Whom it is about, strongest first; none when nobody is named. */
  readonly keys: readonly IdentityKey[];
  /** The canonical address. */
  readonly address?: string;
  readonly who: Pick<Fact, 'userId' | 'contact'>;
  readonly traits: JsonObject;
  readonly company?: { readonly id: string; readonly traits: JsonObject };
  readonly permissions: readonly RowPermission[];
}

const LONGEST_CELL = 5_000;
const LONGEST_ROW = 25_000;
/** PostgreSQL keeps no NUL; what could not be decoded is not worth keeping. */
const UNSTORABLE = /[\0\ud800-\udfff]/u;

/** Reads the records of a file with this header as a plan says, columns from left to right. The plan must fit the file. */
export function rowReader(
  plan: ImportPlan,
  header: readonly string[],
): (record: CsvRecord) => ImportRow | undefined {
  const positions = new Map(columnsNamed(plan).map(({ column }) => [column, header.indexOf(nameOf(column))]));
  const columns = plan.columns.toSorted((a, b) => positions.get(a.column)! - positions.get(b.column)!);
  return ({ row, cells }) => {
    if (cells.every((cell) => cell.trim() === '')) return undefined;
    const reading = new RowReading(row, (column) => cellAt(cells, positions.get(column)!));
    if (isShifted(cells, header))
      reading.refuse(undefined, 'columns', `has ${cells.length} cells, the header ${header.length}`);
    for (const column of columns) reading.readColumn(column);
    return reading.done(plan.permissions);
  };
}

/** What the plan names and the file has not, or has twice. */
export function columnProblems(plan: ImportPlan, header: readonly string[]): Problem[] {
  return columnsNamed(plan).flatMap(({ column, path }) => {
    const times = header.filter((name) => name === nameOf(column)).length;
    if (times === 1) return [];
    const code = times === 0 ? 'unknown-column' : 'ambiguous-column';
    const message = `the file has ${times === 0 ? 'no column' : `${times} columns`} ${column}`;
    return [{ path, code, message, expected: header.join(', ').slice(0, 500) }];
  });
}

const nameOf = (column: string): string => column.trim().normalize('NFC');

/** An export puts an apostrophe before what a spreadsheet would run as a formula. */
const cellAt = (cells: readonly string[], position: number): string =>
  (cells[position] ?? '').trim().replace(/^'(?=[=+\-@\t\r])/, '');

/** More or fewer cells than the header has, other than empty ones at the end: they may belong to other columns. */
const isShifted = (cells: readonly string[], header: readonly string[]): boolean =>
  cells.length < header.length || cells.slice(header.length).some((cell) => cell.trim() !== '');

class RowReading {
  private readonly problems: RowProblem[] = [];
  private readonly traits: Record<string, Json> = {};
  private readonly companyTraits: Record<string, Json> = {};
  private readonly references: IdentityKey[] = [];
  private refused = false;
  private userId: string | undefined;
  private address: string | undefined;
  private phone: string | undefined;
  private company: string | undefined;
  private length = 0;

  constructor(
    private readonly row: number,
    private readonly cell: (column: string) => string,
  ) {}

  refuse(column: string | undefined, code: string, message: string): void {
    this.refused = true;
    this.report(column, code, message);
  }

  readColumn({ column, target, as }: ColumnPlan): void {
    const cell = this.cell(column);
    if (cell === '') return;
    this.length += cell.length;
    if (cell.length > LONGEST_CELL || this.length > LONGEST_ROW)
      return this.refuse(column, 'too-long', 'is too long');
    if (UNSTORABLE.test(cell)) return this.refuse(column, 'text', 'has characters that cannot be stored');
    if (target.is === 'trait') this.readTrait(this.traits, column, cell, target.name, as);
    else if (target.is === 'company-trait') this.readTrait(this.companyTraits, column, cell, target.name, as);
    else if (target.is === 'company') this.readCompany(column, cell);
    else if (target.is === 'email') this.readAddress(column, cell);
    else if (target.is === 'phone') this.readPhone(column, cell);
    else this.readId(column, cell, target.is === 'reference' ? target.kind : undefined);
  }

  done(permissions: readonly PermissionPlan[]): ImportRow {
    const keys = this.keys();
    if (keys.length === 0 && !this.refused) this.refuse(undefined, 'no-identity', 'names nobody');
    const asked = keys.length > 0 ? this.readPermissions(permissions) : [];
    return {
      row: this.row,
      refused: this.refused,
      keys,
      ...(this.address && { address: this.address }),
      who: this.who(),
      traits: this.traits,
      ...(this.company && { company: { id: this.company, traits: this.companyTraits } }),
      permissions: asked.filter(({ plan }) => !this.refused || plan.act === 'withdrawn'),
      problems: this.problems,
    };
  }

  private readTrait(
    traits: Record<string, Json>,
    column: string,
    cell: string,
    name: string,
    as: CellKindName,
  ): void {
    const value = cellKinds[as].read(cell);
    if (value === undefined) return this.report(column, 'value', `is not ${cellKinds[as].expected}`);
    traits[name] = value;
  }

  private readAddress(column: string, cell: string): void {
    const address = normalizeAddress(cell)?.address;
    if (!address) return this.refuse(column, 'address', 'is not one e-mail address');
    this.address = address;
    this.traits.email = address;
  }

  private readPhone(column: string, cell: string): void {
    const phone = normalizePhone(cell);
    if (!phone) return this.report(column, 'phone', 'is not a phone number with its country code');
    this.phone = phone;
    this.traits.phone = phone;
  }

  private readCompany(column: string, cell: string): void {
    const checked = checkIdentity(cell);
    if (!('id' in checked)) return this.report(column, checked.code, checked.wrong);
    this.company = checked.id;
  }

  private readId(column: string, cell: string, kind: string | undefined): void {
    const checked = checkIdentity(cell);
    if (!('id' in checked)) return this.refuse(column, checked.code, checked.wrong);
    if (kind === undefined) this.userId = checked.id;
    else this.references.push(`${kind}:${checked.id}`);
  }

  private report(column: string | undefined, code: string, message: string): void {
    this.problems.push({ row: this.row, ...(column !== undefined && { column }), code, message });
  }

  private who(): ImportRow['who'] {
    const contact = this.contact();
    return { ...(this.userId && { userId: this.userId }), ...(contact.length > 0 && { contact }) };
  }

  private contact(): IdentityKey[] {
    const mail = this.address ? [`email:${this.address}`] : [];
    return [...this.references, ...mail, ...(this.phone ? [`phone:${this.phone}`] : [])];
  }

  private keys(): IdentityKey[] {
    return [...(this.userId ? [userKey(this.userId)] : []), ...this.contact()];
  }

  /** What is taken, then what is given and not taken by the same row. */
  private readPermissions(plans: readonly PermissionPlan[]): RowPermission[] {
    const meant = plans.filter((plan) => this.means(plan));
    const taken = meant.filter(({ act }) => act === 'withdrawn');
    const isTaken = (topic: string) => taken.some((plan) => plan.topic === topic || plan.topic === '*');
    const given = meant.filter(({ act, topic }) => act === 'granted' && !isTaken(topic));
    return [...taken, ...given].map((plan) => this.permission(plan));
  }

  private means({ column, values }: PermissionPlan): boolean {
    const cell = this.cell(column).toLowerCase();
    return values ? values.has(cell) : cell !== '';
  }

  private permission(plan: PermissionPlan): RowPermission {
    const claimedAt = plan.at && this.claimed(plan.at);
    const place = plan.where && this.text(plan.where);
    return {
      plan,
      ...(claimedAt !== undefined && { claimedAt }),
      evidence: {
        row: this.row,
        column: plan.column,
        value: this.text(plan.column),
        ...(plan.wording && { wording: plan.wording }),
        ...(plan.at && { at: this.text(plan.at.column) }),
        ...(place && { where: place }),
      },
    };
  }

  /** A time that cannot be read is told, and the permission entered without it. */
  private claimed({ column, as }: { column: string; as: CellKindName }): Instant | undefined {
    const cell = this.cell(column);
    if (cell === '') return undefined;
    const value = parseInstant(cell) === undefined ? cellKinds[as].read(cell) : cell;
    const instant =
      typeof value === 'string' ? (parseInstant(value) ?? parseInstant(`${value}T00:00:00Z`)) : undefined;
    if (instant === undefined) this.report(column, 'value', `is not ${cellKinds[as].expected}`);
    return instant;
  }

  private text(column: string): string {
    return this.cell(column).replace(/\0/g, '').slice(0, 500).toWellFormed();
  }
}
