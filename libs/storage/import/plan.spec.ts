import { parsePlan, type KnownToImports } from './plan';

const known: KnownToImports = {
  source: (key) => ({ crm: { trusted: true }, web: { trusted: false } })[key],
  topic: (key) => key === 'newsletter',
  list: (key) => key === 'vip',
};
/** The plan of the API's documentation. */
const documented = {
  source: 'crm',
  dryRun: true,
  effects: 'none',
  columns: {
    'E-mail': 'email',
    'Client n°': 'crmId',
    Prénom: 'traits.firstName',
    CA: { to: 'traits.revenue', as: 'decimal-comma' },
  },
  permissions: [
    {
      topic: 'newsletter',
      grant: { column: 'OptIn', in: ['oui', '1'] },
      basis: 'consent',
      wording: 'nl-fr@3',
      at: 'OptInDate',
      where: 'OptInPage',
    },
    { topic: 'newsletter', withdraw: { column: 'Désinscrit le', present: true }, at: 'Désinscrit le' },
  ],
};
const grant = documented.permissions[0]!;
const withGrant = (change: object) => ({ permissions: [{ ...grant, ...change }] });

describe('parsePlan', () => {
  it('reads the documented plan', () => {
    expect(parsePlan(documented, known)).toMatchObject({
      plan: {
        source: 'crm',
        dryRun: true,
        effects: 'none',
        columns: [
          { column: 'E-mail', target: { is: 'email' } },
          { column: 'Client n°', target: { is: 'reference', kind: 'crm' } },
          { column: 'Prénom', target: { is: 'trait', name: 'firstName' } },
          { column: 'CA', target: { is: 'trait', name: 'revenue' }, as: 'decimal-comma' },
        ],
        permissions: [
          { act: 'granted', basis: 'consent', values: new Set(['oui', '1']), at: { column: 'OptInDate' } },
          { act: 'withdrawn', basis: 'none' },
        ],
      },
    });
  });

  it.each([
    [{ source: 'nope' }, 'source', 'unknown-source'],
    [{ source: 'web' }, 'source', 'untrusted'],
    [{ dryRun: undefined }, 'dryRun', 'missing'],
    [{ dryRun: 'yes' }, 'dryRun', 'invalid'],
    [{ effects: 'all' }, 'effects', 'invalid'],
    [{ tenantId: 1 }, 'tenantId', 'unknown-field'],
    [{ columns: {} }, 'columns', 'invalid'],
    [{ columns: { A: 'traits.a' } }, 'columns', 'no-identity'],
    [{ columns: { A: 'email', B: 'email' } }, 'columns.B', 'duplicate'],
    [{ columns: { A: 'email', B: 'traits.__proto__' } }, 'columns.B', 'unknown-target'],
    [{ columns: { A: 'email', B: 'anonymousId' } }, 'columns.B', 'unknown-target'],
    [{ columns: { A: 'email', B: { to: 'traits.b', as: 'money' } } }, 'columns.B.as', 'invalid'],
    [{ columns: { A: 'email', B: { to: 'crmId', as: 'integer' } } }, 'columns.B.to', 'invalid'],
    [{ columns: { A: 'company.id', B: 'company.plan' } }, 'columns', 'no-identity'],
    [{ columns: { A: 'email', B: 'company.plan' } }, 'columns.B', 'no-company'],
    [{ columns: { A: 'email', B: { to: 'company.id', as: 'integer' } } }, 'columns.B.to', 'invalid'],
    [{ columns: { A: 'email', B: 'company.__proto__' } }, 'columns.B', 'unknown-target'],
    [{ columns: { A: 'email', B: 7 } }, 'columns.B', 'not-an-object'],
    [{ permissions: {} }, 'permissions', 'invalid'],
    [{ list: 'nope' }, 'list', 'unknown-list'],
    [{ list: 7 }, 'list', 'invalid'],
    [withGrant({ topic: 'nope' }), 'permissions[0].topic', 'unknown-topic'],
    [withGrant({ topic: '*' }), 'permissions[0].topic', 'unknown-topic'],
    [withGrant({ grant: undefined }), 'permissions[0].grant', 'not-an-object'],
    [withGrant({ withdraw: grant.grant }), 'permissions[0]', 'invalid'],
    [withGrant({ grant: { column: 'OptIn' } }), 'permissions[0].grant.present', 'missing'],
    [withGrant({ grant: { column: 'OptIn', in: [1] } }), 'permissions[0].grant.in', 'invalid'],
    [withGrant({ basis: undefined }), 'permissions[0].basis', 'missing'],
    [withGrant({ basis: 'none' }), 'permissions[0].basis', 'invalid'],
  ])('refuses %j at %s', (change, path, code) => {
    const parsed = parsePlan({ ...documented, ...change }, known);
    expect('problems' in parsed ? parsed.problems : []).toEqual(
      expect.arrayContaining([expect.objectContaining({ path, code })]),
    );
  });
});
