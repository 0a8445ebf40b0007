import { parseCampaign } from './parse-campaign';
import type { Known } from './known';
import { templatesOf } from './campaign';

const known: Known = {
  topic: (key) => key === 'newsletter',
  from: (key) => key === 'shop',
  template: (key, version) => key.startsWith('welcome') && (version ?? 1) < 10,
  segment: (key) => ['buyers', 'loyal'].includes(key),
  teller: (key) => key === 'told',
  list: (key) => key === 'vip',
};

/** The campaign of the API's documentation, without its goal. */
const welcome = {
  topic: 'newsletter',
  from: 'shop',
  triggers: [{ permission: 'confirmed', topic: 'newsletter' }],
  reentry: 'never',
  steps: [
    { id: 'hello', send: 'welcome-1' },
    { id: 'pause', wait: 'P3D' },
    { id: 'bought', branch: [{ if: { segment: 'buyers' }, then: 'end' }] },
    { id: 'nudge', send: 'welcome-2' },
    { id: 'end', exit: true },
  ] as object[],
};

const problemsOf = (change: object, base: object = welcome): [string, string][] => {
  const parsed = parseCampaign({ ...base, ...change }, known);
  return 'problems' in parsed ? parsed.problems.map(({ path, code }) => [path, code]) : [];
};
const stepProblems = (...steps: unknown[]) => problemsOf({ steps });

describe('parseCampaign', () => {
  it('reads the documented campaign', () => {
    const parsed = parseCampaign(welcome, known);
    if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
    expect(parsed.campaign).toMatchObject({
      kind: 'campaign',
      topic: 'newsletter',
      reentry: 'never',
      maxAge: 86_400_000,
    });
    expect(parsed.campaign.steps.map(({ kind }) => kind)).toEqual(['send', 'wait', 'branch', 'send', 'exit']);
    expect(parsed.campaign.rules()).toHaveLength(1);
    expect(templatesOf(parsed.campaign).map(({ key }) => key)).toEqual(['welcome-1', 'welcome-2']);
  });

  it.each([null, [], 'x', 7])('refuses %j', (json) => {
    expect(parseCampaign(json, known)).toMatchObject({ problems: [{ path: '', code: 'not-an-object' }] });
  });

  it.each([
    [{ topic: 'nope' }, 'topic', 'unknown-topic'],
    [{ topic: 7 }, 'topic', 'invalid'],
    [{ from: 'nope' }, 'from', 'unknown-from'],
    [{ from: undefined }, 'from', 'missing'],
    [{ triggers: [] }, 'triggers', 'invalid'],
    [{ triggers: [{}] }, 'triggers[0]', 'unknown-trigger-kind'],
    [{ triggers: [{ segment: 'loyal', event: 'X' }] }, 'triggers[0]', 'unknown-trigger-kind'],
    [{ triggers: [{ segment: 'nope' }] }, 'triggers[0].segment', 'unknown-segment'],
    [{ triggers: [{ segment: 'loyal', extra: 1 }] }, 'triggers[0].extra', 'unknown-field'],
    [{ triggers: [{ segment: 'buyers', on: 'exit' }] }, 'triggers[0].on', 'invalid'],
    [{ triggers: [{ permission: 'withdrawn', topic: 'newsletter' }] }, 'triggers[0].permission', 'invalid'],
    [{ triggers: [{ permission: 'granted' }] }, 'triggers[0].topic', 'missing'],
    [{ triggers: [{ event: 'X', within: 'P1D' }] }, 'triggers[0].within', 'unknown-field'],
    [{ reentry: 'sometimes' }, 'reentry', 'invalid'],
    [{ maxAge: 'P1M' }, 'maxAge', 'invalid'],
    [{ headers: {} }, 'headers', 'unknown-field'],
    [{ steps: 'x' }, 'steps', 'invalid'],
  ])('refuses %j at %s', (change, path, code) => {
    expect(problemsOf(change)).toEqual([[path, code]]);
  });

  it.each([
    [[{ send: 'welcome-1' }], 'steps[0].id', 'missing'],
    [[{ id: '__proto__', send: 'welcome-1' }], 'steps[0].id', 'invalid'],
    [[{ id: 'a' }], 'steps[0]', 'unknown-step-kind'],
    [[{ id: 'a', send: 'welcome-1', wait: 'P1D' }], 'steps[0]', 'unknown-step-kind'],
    [[{ id: 'a', send: 'nope' }], 'steps[0].send', 'unknown-template'],
    [[{ id: 'a', send: 'welcome-1@99' }], 'steps[0].send', 'unknown-template'],
    [[{ id: 'a', send: { html: '' } }], 'steps[0].send', 'invalid'],
    [[{ id: 'a', wait: 'P1Y' }], 'steps[0].wait', 'invalid'],
    [[{ id: 'a', wait: 'PT0S' }], 'steps[0].wait', 'invalid'],
    [[{ id: 'a', wait: 'P999999W' }], 'steps[0].wait', 'invalid'],
    [[{ id: 'a', exit: 1 }], 'steps[0].exit', 'invalid'],
    [[{ id: 'a', send: 'welcome-1', headers: {} }], 'steps[0].headers', 'unknown-field'],
    [
      [
        { id: 'a', branch: [{ if: { segment: 'nope' }, then: 'b' }] },
        { id: 'b', exit: true },
      ],
      'steps[0].branch[0].if.segment',
      'unknown-segment',
    ],
    [
      [
        { id: 'a', branch: [{ if: { any: [{ list: 'vip' }, { list: 'nope' }] }, then: 'b' }] },
        { id: 'b', exit: true },
      ],
      'steps[0].branch[0].if.any[1].list',
      'unknown-list',
    ],
    [
      [
        { id: 'a', branch: [{ if: { permission: 'nope', is: 'granted' }, then: 'b' }] },
        { id: 'b', exit: true },
      ],
      'steps[0].branch[0].if.permission',
      'unknown-topic',
    ],
    [[{ id: 'a', branch: [{ then: 'a' }] }], 'steps[0].branch[0].if', 'missing'],
    [
      [{ id: 'a', branch: [{ if: { segment: 'loyal' }, then: 'b' }] }],
      'steps[0].branch[0].then',
      'unknown-step',
    ],
    [[{ id: 'a', send: 'welcome-1', next: 'z' }], 'steps[0].next', 'unknown-step'],
    [[{ id: 'a', exit: true, next: 'a' }], 'steps[0].next', 'unreachable'],
    [
      [
        { id: 'a', exit: true },
        { id: 'b', exit: true },
      ],
      'steps[1]',
      'unreachable',
    ],
    [
      [
        { id: 'a', send: 'welcome-1' },
        { id: 'a', exit: true },
      ],
      'steps[1].id',
      'duplicate',
    ],
    [[{ id: 'a', send: 'welcome-1', next: 'a' }], 'steps[0]', 'loop'],
    [[{ id: 'a', wait: 'P1D', next: 'a' }], 'steps[0]', 'endless'],
  ])('refuses the steps %j at %s', (steps, path, code) => {
    expect(stepProblems(...steps)).toEqual([[path, code]]);
  });

  it('names the steps of a loop without a wait', () => {
    const parsed = parseCampaign(
      {
        ...welcome,
        steps: [
          { id: 'a', wait: 'P1D' },
          { id: 'b', send: 'welcome-1' },
          { id: 'c', branch: [{ if: { segment: 'buyers' }, then: 'b' }] },
        ],
      },
      known,
    );
    expect(parsed).toMatchObject({ problems: [{ message: 'b → c → b goes round without a wait' }] });
  });

  it('tells a rule’s problems at their place', () => {
    const [path] = stepProblems({
      id: 'a',
      branch: [{ if: { trait: 'country', within: 1 }, then: 'a' }],
    })[0]!;
    expect(path).toMatch(/^steps\[0\]\.branch\[0\]\.if/);
  });

  it('tells all problems at once', () => {
    const change = {
      topic: 'x',
      from: 'y',
      triggers: [{ segment: 'nope' }],
      steps: [{ id: 'a', send: 'z' }],
    };
    expect(problemsOf(change).map(([path]) => path)).toEqual([
      'topic',
      'from',
      'triggers[0].segment',
      'steps[0].send',
    ]);
  });
});
