import { encode } from 'iconv-lite';
import { inspectCsv, readCsv, type Bytes } from './csv-file';

const bytesOf = (content: Buffer, size = 7): Bytes =>
  async function* () {
    for (let start = 0; start < content.length; start += size) yield content.subarray(start, start + size);
  };
const utf8 = (text: string): Bytes => bytesOf(Buffer.from(text));
const rowsOf = async (bytes: Bytes): Promise<string[][]> => {
  const rows: string[][] = [];
  for await (const { cells } of readCsv(bytes, (await inspectCsv(bytes)).format)) rows.push([...cells]);
  return rows;
};

const table = 'Prénom;Montant\r\nZoé;"1,5"\r\nÉric;"a ""b""\r\nc"\r\n';
const rows = [
  ['Prénom', 'Montant'],
  ['Zoé', '1,5'],
  ['Éric', 'a "b"\r\nc'],
];

describe('inspectCsv and readCsv', () => {
  it.each([
    ['UTF-8', Buffer.from(table), 'utf-8'],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${table}`), 'utf-8'],
    ['UTF-16 little-endian with a mark', encode(table, 'utf-16le', { addBOM: true }), 'utf-16le'],
    ['UTF-16 big-endian with a mark', encode(table, 'utf-16be', { addBOM: true }), 'utf-16be'],
    ['UTF-16 little-endian', encode(table, 'utf-16le'), 'utf-16le'],
    ['Windows-1252', encode(table, 'windows-1252'), 'windows-1252'],
  ])('read %s', async (_, content, encoding) => {
    const inspected = await inspectCsv(bytesOf(content));
    expect(inspected).toEqual({ format: { encoding, delimiter: ';' }, header: rows[0], records: 2 });
    expect(await rowsOf(bytesOf(content))).toEqual(rows);
  });

  it('notices a Latin-1 letter far from the beginning', async () => {
    const content = Buffer.concat([
      Buffer.from('a,b\n' + 'x,y\n'.repeat(50_000)),
      Buffer.from([0xe9, 0x2c, 0x0a]),
    ]);
    expect((await inspectCsv(bytesOf(content, 65_536))).format.encoding).toBe('windows-1252');
  });

  it.each([
    ['a,b\n1,2', ','],
    ['a;b\n1;2', ';'],
    ['a\tb\n1\t2', '\t'],
    ['"a,b,c";d\n1;2', ';'],
    ['email\nx@y.fr', ';'],
  ])('finds the delimiter of %j', async (text, delimiter) => {
    expect((await inspectCsv(utf8(text))).format.delimiter).toBe(delimiter);
  });

  it('takes every kind of line end, and quotes inside of cells', async () => {
    expect(await rowsOf(utf8('a,b\n1,5" disk\r\n3,4\r5,6'))).toEqual([
      ['a', 'b'],
      ['1', '5" disk'],
      ['3', '4'],
      ['5', '6'],
    ]);
  });

  it.each([
    ['', 'empty'],
    ['a;b\r\n', 'empty'],
    ['a,b\n1,2\n3,"4\n5,6\n', 'unclosed-quote'],
    ['a,b\n1,"' + 'x'.repeat(300_000) + '\n', 'too-long'],
    [`a,b\n${'x'.repeat(300_000)}`, 'too-long'],
    [`${'a,'.repeat(1_500)}b\n1,2\n`, 'too-many-columns'],
  ])('refuse %p', async (text, code) => {
    await expect(inspectCsv(bytesOf(Buffer.from(text), 65_536))).rejects.toMatchObject({
      problems: [{ path: 'file', code }],
    });
  });

  it('name the row that opens a quote for ever', async () => {
    await expect(inspectCsv(utf8('a,b\n1,2\n3,"4\n5,6\n'))).rejects.toThrow(/^Row 3 /);
  });
});
