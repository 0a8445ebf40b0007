/** The layout of docs/architecture.md as rules: `npm run boundaries` reads them, and so does test/rules/boundaries.spec.ts. */

/** Libs in the order of the data flow: each may import only those before it. */
const order = [
  'kernel',
  'event',
  'profile',
  'consent',
  'segment',
  'campaign',
  'message',
  'delivery',
  'feedback',
  'storage',
  'stream',
  'mailer',
  'runtime',
];
const pure = order.slice(0, order.indexOf('storage'));
const apps = ['ingest', 'engine', 'sender', 'api', 'site', 'allinone'];

/** What the pure libs may use besides each other: hashing and text, never a framework, a clock, a file or a socket. */
const pureNode = '^(node:)?(crypto|buffer|url|util|punycode)$';
const purePackages =
  'node_modules/(croner|handlebars|html-to-text|re2js|temporal-polyfill|uuidv7|@?[a-z-]*/?types)/';

const looksBack = order.map((lib, index) => ({
  name: `${lib}-looks-back-only`,
  comment: `libs/${lib} may import the libs that come before it in the data flow.`,
  severity: 'error',
  from: { path: `^libs/${lib}/`, pathNot: '\\.spec\\.ts$' },
  to: { path: '^(libs|apps|test)/', pathNot: `^libs/(${order.slice(0, index + 1).join('|')})/` },
}));

const appsApart = apps
  .filter((app) => app !== 'allinone')
  .map((app) => ({
    name: `${app}-stands-alone`,
    comment: 'Apps share libs and the stream, never each other.',
    severity: 'error',
    from: { path: `^apps/${app}/`, pathNot: '\\.spec\\.ts$' },
    to: { path: '^(apps|test)/', pathNot: `^apps/${app}/` },
  }));

module.exports = {
  forbidden: [
    ...looksBack,
    ...appsApart,
    {
      name: 'pure-libs-use-no-node',
      comment: 'Time, randomness and I/O are arguments of the pure libs.',
      severity: 'error',
      from: { path: `^libs/(${pure.join('|')})/`, pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['core'], pathNot: pureNode },
    },
    {
      name: 'pure-libs-use-no-framework',
      comment: 'No NestJS, TypeORM, kafkajs, nodemailer or pg before libs/storage.',
      severity: 'error',
      from: { path: `^libs/(${pure.join('|')})/`, pathNot: '\\.spec\\.ts$' },
      to: { path: 'node_modules/', pathNot: purePackages },
    },
    {
      name: 'libs-through-their-face',
      comment: 'From outside, a lib is its index.ts.',
      severity: 'error',
      from: { path: '^(apps|libs/([^/]+))/' },
      to: { path: '^libs/([^/]+)/', pathNot: ['^libs/[^/]+/index\\.ts$', '^libs/$2/'] },
    },
    {
      name: 'no-cycle',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'product-needs-no-dev-package',
      severity: 'error',
      from: { path: '^(apps|libs|migrations)/', pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['require', 'node', 'types', 'default'],
    },
  },
};
