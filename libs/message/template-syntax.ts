import type { Problem } from '@entente/kernel';
import Handlebars from 'handlebars';
import { templateBlocks, templateHelpers } from './helpers';

export const maxTemplateCharacters = 256 * 1024;
const maxMustaches = 2_000;
const maxDepth = 20;

/** The names a template can say at its top level. */
const rootNames = ['contact', 'event', 'unsubscribeUrl', 'preferencesUrl'];
const dataNames = ['index', 'key', 'first', 'last'];

/** What is wrong with the Handlebars of one part of a template; bounded in time by limits checked before parsing. */
export function syntaxProblems(source: string, path: string): Problem[] {
  const tooMuch = sizeProblem(source);
  if (tooMuch) return [{ path, code: 'too-large', message: tooMuch }];
  try {
    const found: Problem[] = [];
    const say = (code: string, message: string): void => void found.push({ path, code, message });
    checkBody(Handlebars.parse(source).body, { say, scoped: false, names: [] });
    return found;
  } catch (error) {
    return [{ path, code: 'syntax', message: firstLines((error as Error).message) }];
  }
}

const firstLines = (text: string): string => text.split('\n').slice(0, 4).join('\n').slice(0, 400);

function sizeProblem(source: string): string | undefined {
  if (source.length > maxTemplateCharacters) return 'has more than 262,144 characters';
  if (source.split('{{').length > maxMustaches + 1) return 'has more than 2,000 mustaches';
  return nesting(source) > maxDepth ? 'is nested deeper than 20 levels' : undefined;
}

/** An upper bound of how deep blocks and parentheses nest. */
function nesting(source: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [mark] of source.matchAll(/\{\{\{?\{?~?\s*[#^/>&*]+|\(|\)/g)) {
    depth += mark === ')' || mark.endsWith('/') ? -1 : mark === '(' || /[#^>*]/.test(mark) ? 1 : 0;
    depth = Math.max(depth, 0);
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

interface Scope {
  readonly say: (code: string, message: string) => void;
  /** Inside `each` or `with`, where plain names are those of the item. */
  readonly scoped: boolean;
  readonly names: readonly string[];
}

function checkBody(body: readonly hbs.AST.Statement[], scope: Scope): void {
  for (const statement of body) (statements[statement.type] ?? refuse)(statement as never, scope);
}

/** The statements that a template may consist of; each answers for itself. */
const statements: Readonly<Record<string, (statement: never, scope: Scope) => void>> = {
  ContentStatement: () => undefined,
  CommentStatement: () => undefined,
  MustacheStatement: checkMustache,
  BlockStatement: checkBlock,
};

function refuse(statement: hbs.AST.Statement, scope: Scope): void {
  scope.say('not-allowed', `${statement.type}: templates have no partials, decorators or inline blocks`);
}

function checkMustache(mustache: hbs.AST.MustacheStatement, scope: Scope): void {
  if (!mustache.escaped) scope.say('raw', '{{{…}}} and {{&…}} would put unescaped text in: write {{…}}');
  checkCall(mustache, scope);
}

type Call = Pick<hbs.AST.MustacheStatement, 'params' | 'hash'> & { path: hbs.AST.Expression };

/** A plain value, or a helper of ours with its arguments. */
function checkCall(call: Call, scope: Scope): void {
  const name = nameOf(call.path);
  if (call.params.length === 0 && !call.hash?.pairs.length) return checkValue(call.path, scope);
  if (!(templateHelpers as readonly string[]).includes(name))
    scope.say('unknown-helper', `"${name}" is no helper: there are ${templateHelpers.join(', ')}`);
  for (const value of argumentsOf(call)) checkValue(value, scope);
}

const argumentsOf = (call: Call): hbs.AST.Expression[] => [
  ...call.params,
  ...(call.hash?.pairs ?? []).map((pair) => pair.value),
];

function checkBlock(block: hbs.AST.BlockStatement, scope: Scope): void {
  const name = nameOf(block.path);
  if (!(templateBlocks as readonly string[]).includes(name) || block.params.length !== 1) {
    scope.say('unknown-block', `"#${name}": blocks are ${templateBlocks.join(', ')}, with one value each`);
  }
  for (const value of argumentsOf(block)) checkValue(value, scope);
  const scoped = scope.scoped || name === 'each' || name === 'with';
  const names = [...scope.names, ...(block.program.blockParams ?? [])];
  checkBody(block.program.body, { ...scope, scoped, names });
  if (block.inverse) checkBody(block.inverse.body, scope);
}

function checkValue(value: hbs.AST.Expression, scope: Scope): void {
  if (value.type === 'SubExpression') checkCall(value as hbs.AST.SubExpression, scope);
  if (value.type === 'PathExpression') checkPath(value as hbs.AST.PathExpression, scope);
}

function checkPath(path: hbs.AST.PathExpression, scope: Scope): void {
  const [first] = path.parts as string[];
  if (path.data) {
    if (!dataNames.includes(first ?? '')) scope.say('unknown-name', `"${path.original}" is not there`);
    return;
  }
  if (scope.scoped || path.depth > 0 || first === undefined || scope.names.includes(first)) return;
  if ((templateHelpers as readonly string[]).includes(first)) return;
  if (!rootNames.includes(first))
    scope.say('unknown-name', `"${path.original}" is not there: names start with ${rootNames.join(', ')}`);
}

const nameOf = (path: hbs.AST.Expression): string => String((path as hbs.AST.PathExpression).original ?? '');
