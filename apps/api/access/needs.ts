import { SetMetadata } from '@nestjs/common';
import type { ApiRole } from './roles';

export const NEEDS = 'entente:needs';

/** The role a route needs. A route without it is refused. */
export const Needs = (role: ApiRole): MethodDecorator => SetMetadata(NEEDS, role);
