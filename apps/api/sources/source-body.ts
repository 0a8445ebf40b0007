import { Flag, Text, Whole } from '../http/fields';
import { Shown, ShownInstant } from '../http/views';

export class SourceBody {
  @Text({ description: 'Who reports the events.', example: 'Web shop' })
  name!: string;

  @Flag({ description: 'May claim addresses, phone numbers and CRM ids. A browser may not.' })
  trusted!: boolean;

  @Whole({
    optional: true,
    max: 32_767,
    description: 'Among the sources that set a trait, the lowest precedence is read (100).',
  })
  precedence = 100;
}

export class Source extends SourceBody {
  @Shown(String) key!: string;
  @ShownInstant() createdAt!: string;
  @ShownInstant() updatedAt!: string;
}
