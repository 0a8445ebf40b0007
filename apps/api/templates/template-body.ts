import { Text, Texts, Key, Whole } from '../http/fields';
import { Shown, ShownInstant, ShownList } from '../http/views';

const MAX_SOURCE = 2_000_000;

export class TemplateBody {
  @Text({ optional: true, description: 'How people call it (the key).' })
  name?: string;

  @Text({ max: 1_000, description: 'Handlebars.', example: 'Hello {{contact.firstName}}' })
  subject!: string;

  @Text({ max: MAX_SOURCE, description: 'Handlebars.', example: '<p>Hello {{contact.firstName}}</p>' })
  html!: string;

  @Text({
    optional: true,
    nullable: true,
    max: MAX_SOURCE,
    description: 'Handlebars; made from the HTML when left out.',
  })
  text?: string | null;
}

export class Template {
  @Shown(String) key!: string;
  @Shown(String) name!: string;
  @Shown('integer', { description: 'A published campaign can name it as `key@version`.' }) version!: number;
  @Shown(String) subject!: string;
  @Shown(String) html!: string;
  @Shown(String, { nullable: true }) text!: string | null;
  @ShownInstant() createdAt!: string;
  @ShownInstant() updatedAt!: string;
}

export class TemplateVersion {
  @Shown('integer') version!: number;
  @Shown(String) subject!: string;
  @Shown(String) html!: string;
  @Shown(String, { nullable: true }) text!: string | null;
  @ShownInstant() createdAt!: string;
}

export class TemplatePreviewBody {
  @Texts({
    optional: true,
    max: 10,
    description: 'Contacts to render it for; one who is unknown everywhere when left out.',
    example: ['email:ana@example.com'],
  })
  for?: string[];

  @Texts({
    optional: true,
    max: 5,
    length: 254,
    description: 'Addresses to send each rendering to, marked [Test].',
  })
  testTo?: string[];

  @Key({
    optional: true,
    description: 'The from address of test mails; needed with testTo where there are several.',
  })
  from?: string;

  @Whole({ optional: true, min: 1, description: 'The version (the newest).' })
  version?: number;
}

export class TestMail {
  @Shown(String) to!: string;
  @Shown(String, { description: 'What became of it: sent, deferred, failed, unknown.' }) outcome!: string;
  @Shown(String, { nullable: true }) reply!: string | null;
}

export class PreviewProblem {
  @Shown(String) path!: string;
  @Shown(String) code!: string;
  @Shown(String) message!: string;
}

export class TemplatePreview {
  @Shown(String, { nullable: true }) for!: string | null;
  @Shown(String) subject!: string;
  @Shown(String) html!: string;
  @Shown(String) text!: string;
  @ShownList(PreviewProblem) problems!: PreviewProblem[];
  @ShownList(TestMail) tests!: TestMail[];
}
