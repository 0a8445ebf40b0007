import type { JsonObject } from '@entente/kernel';
import { FreeObject } from '../http/fields';
import { Shown, ShownInstant, ShownJson } from '../http/views';

export class CompanyBody {
  @FreeObject({
    description: 'Traits by name. PATCH: null takes a trait back.',
    example: { name: 'Acme', plan: 'pro', seats: 40 },
  })
  traits!: Record<string, unknown>;
}

export class CompanyAccepted {
  @Shown(String) company!: string;
  @Shown(String, {
    description:
      'The fact that carries it; the company shows it within moments, and its contacts soon after.',
  })
  accepted!: string;
}

export class Company {
  @Shown(String, { description: 'The `groupId` of the tracking calls; rules read it as `company.id`.' })
  id!: string;
  @ShownJson({
    description:
      'Each trait as the trusted source of best precedence set it; rules read them under `company.`.',
  })
  traits!: JsonObject;
  @ShownInstant() createdAt!: string;
  @ShownInstant() updatedAt!: string;
}

export class CompanyWithCount extends Company {
  @Shown('integer', { description: 'How many people belong to it: those whose latest group call names it.' })
  contacts!: number;
}
