import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { catchError, type Observable } from 'rxjs';
import { Conflict, Invalid } from '@entente/kernel';
import { sqlState } from '@entente/storage';

/** What PostgreSQL refuses because of the input (SQLSTATE class 22 and 23) is the caller's to know, not a failure of ours. */
@Injectable()
export class DatabaseErrorsInterceptor implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      catchError((error: unknown) => {
        throw translated(error);
      }),
    );
  }
}

function translated(error: unknown): unknown {
  const state = sqlState(error) ?? '';
  if (state.startsWith('22') || state === '54000') return new Invalid('A value cannot be stored as it is.');
  if (state.startsWith('23'))
    return new Conflict('Something else that this depends on changed meanwhile. Try again.');
  return error;
}
