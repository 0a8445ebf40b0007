import { Text } from '../http/fields';
import { Shown, ShownInstant } from '../http/views';

export class FromAddressBody {
  @Text({ description: 'The name that recipients see.', example: 'The Shop' })
  name!: string;

  @Text({ max: 254, description: 'An address of a sending domain.', example: 'news@shop.example' })
  address!: string;

  @Text({ optional: true, nullable: true, max: 254, description: 'Where answers go.' })
  replyTo?: string | null;

  @Text({
    optional: true,
    min: 0,
    max: 500,
    description: 'The postal address that the law wants in each mail.',
  })
  postalAddress = '';
}

export class FromAddress extends FromAddressBody {
  @Shown(String) key!: string;
  @Shown(String) domain!: string;
  @ShownInstant() createdAt!: string;
  @ShownInstant() updatedAt!: string;
}
