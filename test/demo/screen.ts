type Cell = string | number;

const NOT_A_TERMINAL_EVERY_MS = 5_000;

/** Calm output: a headline per chapter, a few lines under it, and one line that moves while something is at work. */
export class Screen {
  private readonly isTerminal = Boolean(process.stdout.isTTY);
  private moving = false;
  private lastShown = 0;
  private chapters = 0;

  chapter(title: string): void {
    this.chapters += 1;
    this.write(`\n${this.bold(`${this.chapters}  ${title}`)}\n`);
  }

  line(text: string): void {
    this.write(`   ${text}\n`);
  }

  lines(texts: readonly string[]): void {
    for (const text of texts) this.line(text);
  }

  /** What a process beside this one complains about. */
  warn(text: string): void {
    this.write(`   ! ${text}\n`);
  }

  /** Shows how far something is; every few seconds only, where the output is no terminal. */
  progress(what: string, done: number, total: number): void {
    const share = total > 0 ? Math.min(done / total, 1) : 1;
    const percent = `${Math.floor(share * 100)} %`.padStart(5);
    this.move(`${this.bar(share)} ${percent}  ${what} ${count(done)} of ${count(total)}`);
  }

  /** Shows what is being waited for. */
  waiting(what: string): void {
    this.move(`… ${what}`);
  }

  /** A table with its first column to the left and numbers to the right. */
  table(header: readonly Cell[], rows: readonly (readonly Cell[])[]): void {
    const texts = [header, ...rows].map((row) => row.map(textOf));
    const widths = header.map((_, column) => Math.max(...texts.map((row) => row[column]!.length)));
    const [head, ...body] = texts.map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
        .join('  ')
        .trimEnd(),
    );
    this.line(this.bold(head!));
    this.lines(body);
  }

  bold(text: string): string {
    return this.isTerminal ? `\u001b[1m${text}\u001b[0m` : text;
  }

  write(text: string): void {
    process.stdout.write(this.moving ? `\r\u001b[K${text}` : text);
    this.moving = false;
  }

  private move(text: string): void {
    const since = Date.now() - this.lastShown;
    if (since < (this.isTerminal ? 80 : NOT_A_TERMINAL_EVERY_MS)) return;
    this.lastShown = Date.now();
    if (!this.isTerminal) return this.line(text);
    const width = (process.stdout.columns || 80) - 4;
    process.stdout.write(`\r\u001b[K   ${text.slice(0, width)}`);
    this.moving = true;
  }

  private bar(share: number): string {
    const full = Math.round(share * 24);
    return `${'█'.repeat(full)}${'░'.repeat(24 - full)}`;
  }
}

/** 30,000 */
export const count = (number: number): string => number.toLocaleString('en-US');

const textOf = (cell: Cell): string => (typeof cell === 'number' ? count(cell) : cell);

/** `withdrawn 12, no-permission 3`, the most first. */
export function counted(counts: Readonly<Record<string, number>>): string {
  const entries = Object.entries(counts).sort(([, a], [, b]) => b - a);
  return entries.map(([name, number]) => `${name} ${count(number)}`).join(', ') || 'nobody';
}
