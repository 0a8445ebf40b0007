/** ESM-only packages that Jest must transform. */
const esm = ['uuidv7', 'temporal-polyfill', 'temporal-utils', 'croner', '@segment', 'uuid', 'jose'];

export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/{apps,libs,migrations,test}/**/*.spec.ts'],
  moduleNameMapper: { '^@entente/(.*)$': '<rootDir>/libs/$1/index.ts' },
  transform: { '^.+\\.(t|j|mj)s$': ['@swc/jest'] },
  transformIgnorePatterns: [`/node_modules/(?!(${esm.join('|')})/)`],
  globalSetup: '<rootDir>/test/support/jest-setup.ts',
  globalTeardown: '<rootDir>/test/support/jest-teardown.ts',
  testTimeout: 30_000,
};
