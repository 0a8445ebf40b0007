import { BadRequestException, InternalServerErrorException } from '@nestjs/common';
import { Conflict, Invalid, NotFound, Stale } from '@entente/kernel';
import { DatabaseUnreachable } from '@entente/storage';
import { StreamBusy } from '@entente/stream';
import { answerTo } from './http-problem';

const driverError = (code: string) => Object.assign(new Error('secret detail'), { driverError: { code } });

it.each([
  [Invalid.at('rule', 'unknown', 'No such kind.'), 400],
  [new NotFound('no such segment'), 404],
  [new Conflict('in use'), 409],
  [new Stale('changed'), 412],
  [new BadRequestException('no'), 400],
  [new InternalServerErrorException('secret detail'), 500],
  [new StreamBusy(2), 429],
  [driverError('22021'), 400],
  [driverError('23505'), 409],
  [driverError('57P01'), 503],
  [driverError('ECONNREFUSED'), 503],
  [new DatabaseUnreachable('secret detail'), 503],
  [new Error('Connection terminated unexpectedly'), 503],
  [Object.assign(new Error('secret detail'), { code: 'ECONNREFUSED' }), 500],
  [Object.assign(new Error('no such file'), { code: 'ENOENT', statusCode: 404 }), 404],
  [Object.assign(new Error('lost'), { driverError: new Error('Connection terminated unexpectedly') }), 503],
  [driverError('42703'), 500],
  [Object.assign(new Error('too large'), { statusCode: 413 }), 413],
  [new TypeError('secret detail'), 500],
  ['a string', 500],
  [undefined, 500],
])('%s becomes %d', (error, status) => {
  const { document } = answerTo(error);
  expect(document.status).toBe(status);
  expect(JSON.stringify(document)).not.toContain('secret detail');
});

it('lists every problem', () => {
  const { document } = answerTo(Invalid.at('steps[2].wait', 'duration', 'No duration.', 'P3D'));
  expect(document.problems).toEqual([
    { path: 'steps[2].wait', code: 'duration', message: 'No duration.', expected: 'P3D' },
  ]);
});

it('says when to come back', () =>
  expect(answerTo(new StreamBusy(1.2)).headers).toEqual({ 'retry-after': '2' }));
