import type { ArgumentMetadata, PipeTransform } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync, type ValidationError } from 'class-validator';
import { Invalid, isObject, type Problem } from '@entente/kernel';
import { ApiProblem, malformed } from './api-problem';
import { textProblems } from './check-text';
import type { Expectation } from './fields';

type Class = new () => object;

const codes: Record<string, string> = {
  whitelistValidation: 'unknown-field',
  isString: 'type',
  isBoolean: 'type',
  isInt: 'type',
  isArray: 'type',
  isObject: 'type',
  nestedValidation: 'type',
  matches: 'pattern',
  minLength: 'too-short',
  maxLength: 'too-long',
  min: 'too-small',
  max: 'too-large',
  arrayMaxSize: 'too-many',
  isIn: 'choice',
  isInstant: 'instant',
  isDay: 'day',
};

/** Checks bodies and queries against their class: all problems at once, 400 for what has no place in it, else 422. */
export class CheckedPipe implements PipeTransform {
  transform(value: unknown, { type, metatype, data }: ArgumentMetadata): unknown {
    if (type === 'param') return checkedText(value, data);
    if (type !== 'body' && type !== 'query') return value;
    if (!metatype || metatype === Object) return checkedObject(value, type);
    return checked(value === undefined ? nothing(metatype as Class, type) : value, metatype as Class, type);
  }
}

/** Checks a body that was put together here, as if it had been sent. */
export const checkBody = <Body extends object>(body: unknown, type: new () => Body): Body =>
  checked(body, type, 'body') as Body;

function checkedText(value: unknown, path = ''): unknown {
  const problems = textProblems(value, path);
  if (problems.length) throw new ApiProblem(400, 'malformed', 'The address is malformed.', problems);
  return value;
}

/** No body at all serves where none of its fields must be there. */
function nothing(type: Class, place: 'body' | 'query'): object {
  const empty = validateSync(new type(), { forbidUnknownValues: true });
  if (place === 'body' && empty.length) throw malformed('', 'missing', 'There is no body.', 'a JSON object');
  return {};
}

/** An object whose fields are checked by whoever understands them. */
function checkedObject(value: unknown, place: 'body' | 'query'): Record<string, unknown> {
  if (!isObject(value)) throw malformed('', 'type', 'The body must be a JSON object.', 'a JSON object');
  refuse(textProblems(value), place);
  return value;
}

function checked(value: unknown, type: Class, place: 'body' | 'query'): object {
  const instance = plainToInstance(type, checkedObject(value, place));
  const errors = validateSync(instance, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    validationError: { target: true, value: true },
  });
  refuse(problemsOf(errors), place);
  return instance;
}

function refuse(problems: readonly Problem[], place: 'body' | 'query'): void {
  if (problems.length === 0) return;
  const unknown = problems.some(({ code }) => code === 'unknown-field' || code === 'depth');
  const detail =
    place === 'body' ? 'The body breaks the rules listed.' : 'The query breaks the rules listed.';
  if (unknown || place === 'query') throw new ApiProblem(400, 'malformed', detail, problems);
  throw new Invalid(detail, problems);
}

function problemsOf(errors: readonly ValidationError[], parent = ''): Problem[] {
  return errors.flatMap((error) => {
    const path = pathTo(parent, error);
    return [...problemsAt(error, path), ...problemsOf(error.children ?? [], path)];
  });
}

function pathTo(parent: string, { property, target }: ValidationError): string {
  if (Array.isArray(target)) return `${parent}[${property}]`;
  return parent ? `${parent}.${property}` : property;
}

/** So many wrong elements of a list are told at most. */
const mostElements = 20;

function problemsAt(error: ValidationError, path: string): Problem[] {
  const broken = Object.keys(error.constraints ?? {});
  if (broken.length === 0) return [];
  if (broken.includes('whitelistValidation')) return [unknownField(error, path)];
  const whole = broken.find((name) => !expectationOf(error, name).isRight);
  if (whole || !Array.isArray(error.value)) return [problemOf(error, whole ?? broken[0]!, path)];
  const wrong = error.value.flatMap((element, index) => {
    const name = broken.find((each) => !expectationOf(error, each).isRight!(element));
    return name ? [problemOf(error, name, `${path}[${index}]`)] : [];
  });
  return wrong.length > 0 ? wrong.slice(0, mostElements) : [problemOf(error, broken[0]!, path)];
}

const expectationOf = ({ contexts }: ValidationError, name: string): Partial<Expectation> =>
  (contexts?.[name] ?? {}) as Partial<Expectation>;

function problemOf(error: ValidationError, name: string, path: string): Problem {
  const missing = error.value === undefined;
  return {
    path,
    code: missing ? 'missing' : (codes[name] ?? name),
    message: missing ? 'is missing' : error.constraints![name]!,
    expected: expectationOf(error, name).expected,
  };
}

function unknownField({ target }: ValidationError, path: string): Problem {
  const known = getMetadataStorage()
    .getTargetValidationMetadatas(target!.constructor, '', true, false)
    .map(({ propertyName }) => propertyName);
  const expected = [...new Set(known)].sort().join(', ');
  return {
    path,
    code: 'unknown-field',
    message: 'is not known here',
    expected: expected || 'no field at all',
  };
}
