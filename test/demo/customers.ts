import type { Random } from './random';

/** Somebody the shop knows. */
export interface Customer {
  /** The CRM's own number. */
  readonly number: string;
  readonly firstName: string;
  readonly lastName: string;
  /** In its canonical spelling; some customers have none. */
  readonly email: string | undefined;
  readonly city: string;
  readonly country: string;
  readonly revenue: number;
  readonly optIn: string;
  readonly optInDate: string;
  readonly optInPage: string;
  /** Empty when they never opted out. */
  readonly optedOut: string;
  /** Their account at the web shop, where they have one. */
  readonly user: string | undefined;
}

const firstNames = [
  ...['Élodie', 'François', 'Zoé', 'Chloé', 'Anaïs', 'Loïc', 'Hélène', 'Jérôme', 'Noël', 'Maëlle', 'André'],
  ...['Sébastien', 'Thérèse', 'Gaëtan', 'Inès', 'Marie', 'Luc', 'Camille', 'Hugo', 'Jeanne', 'Paul', 'Adèle'],
  ...[
    'Béatrice',
    'Clément',
    'Désirée',
    'Éric',
    'Faïza',
    'Gérard',
    'Héloïse',
    'Karim',
    'Léa',
    'Mathéo',
    'Nadège',
  ],
];
const lastNames = [
  ...[
    'Lefèvre',
    'Müller',
    'Dupré',
    'Garçon',
    'Béranger',
    'Fontaine',
    "D'Arcy",
    'Le Goff',
    'Peeters',
    'Nuñez',
  ],
  ...['Château', 'Rousseau', 'Guérin', 'Lemaître', 'Noël', 'Barthélemy', 'Crépin', 'Maçon', 'Brûlé', 'Févre'],
  ...[
    'Saint-Étienne',
    'Kowalski',
    'Øster',
    'Bénard',
    'Gauthier',
    'Lacroix',
    'Prévost',
    'Régnier',
    'Hüber',
    'Marchand',
  ],
];
const places = [
  ...[
    ['Paris', 'FR'],
    ['Lyon', 'FR'],
    ['Besançon', 'FR'],
    ['Saint-Étienne', 'FR'],
    ['Nîmes', 'FR'],
    ['Orléans', 'FR'],
  ],
  ...[
    ['Évreux', 'FR'],
    ['Mâcon', 'FR'],
    ['Bruxelles', 'BE'],
    ['Liège', 'BE'],
    ['Genève', 'CH'],
    ['Neuchâtel', 'CH'],
  ],
] as [city: string, country: string][];
const domains = ['courriel.example', 'poste.example', 'fai.example', 'example.com', 'example.org'];
const pages = ['/inscription', '/commande', '/salon-2023', '/jeu-concours'];

const HAVE_NO_ADDRESS = 0.01;
const OPTED_IN = 0.76;
const OPTED_OUT_EARLIER = 0.06;
const HAVE_AN_ACCOUNT = 0.62;

/** Makes customers that differ in number and address. */
export class CustomerBook {
  private readonly taken = new Set<string>();
  private made = 0;

  constructor(private readonly random: Random) {}

  next(): Customer {
    const { random } = this;
    this.made += 1;
    const number = String(10_000 + this.made);
    const [firstName, lastName] = [random.pick(firstNames), random.pick(lastNames)];
    const [city, country] = random.pick(places);
    const email = random.chance(HAVE_NO_ADDRESS) ? undefined : this.address(firstName, lastName);
    const optedIn = random.chance(OPTED_IN);
    return {
      number,
      firstName,
      lastName,
      email,
      city,
      country,
      revenue: random.whole(0, 400_000) / 100,
      optIn: optedIn ? random.pick(['oui', 'oui', 'Oui', 'OUI', '1']) : random.pick(['non', 'non', '0', '']),
      optInDate: optedIn ? this.day(2019, 2024) : '',
      optInPage: optedIn ? `https://boutique.example${random.pick(pages)}` : '',
      optedOut: random.chance(OPTED_OUT_EARLIER) ? this.day(2024, 2025) : '',
      user: email && random.chance(HAVE_AN_ACCOUNT) ? `u${number}` : undefined,
    };
  }

  private address(firstName: string, lastName: string): string {
    const name = `${plain(firstName)}.${plain(lastName)}`;
    const domain = this.random.pick(domains);
    let address = `${name}@${domain}`;
    for (let twin = 2; this.taken.has(address); twin += 1) address = `${name}${twin}@${domain}`;
    this.taken.add(address);
    return address;
  }

  private day(from: number, to: number): string {
    const two = (number: number) => String(number).padStart(2, '0');
    const { random } = this;
    return `${two(random.whole(1, 28))}/${two(random.whole(1, 12))}/${random.whole(from, to)}`;
  }
}

/** Letters as addresses have them. */
const plain = (name: string): string =>
  name
    .normalize('NFD')
    .replace(/[^A-Za-z-]/g, '')
    .toLowerCase();
