// `node typescript.mjs <source.ts> …` runs a TypeScript source as it is: for processes that a spec starts in order to kill them.
import { transformSync } from '@swc/core';
import { readFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { join, resolve as absolute } from 'node:path';

const root = join(import.meta.dirname, '../..');
const configFile = join(root, '.swcrc');
const resolve = Module._resolveFilename;

Module._resolveFilename = function (request, ...rest) {
  const lib = /^@entente\/([a-z-]+)$/.exec(request);
  return resolve.call(this, lib ? join(root, 'libs', lib[1], 'index.ts') : request, ...rest);
};

const require = createRequire(import.meta.url);
require.extensions['.ts'] = (module, file) => {
  const { code } = transformSync(readFileSync(file, 'utf8'), { filename: file, configFile });
  module._compile(code, file);
};

process.argv.splice(1, 1);
require(absolute(process.argv[1]));
