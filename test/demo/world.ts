import type { Checks } from './checks';
import type { CrmExport } from './crm-export';
import type { Customer } from './customers';
import type { EngineWatch } from './engine-watch';
import type { Inbox } from './inbox';
import type { MarketingApi, Report } from './marketing-api';
import type { DemoOptions } from './options';
import type { Place } from './place';
import type { Random } from './random';
import type { Screen } from './screen';
import type { Tracker } from './tracker';

/** Everything the chapters of the demo work with, and what they leave for those after them. */
export interface World {
  readonly options: DemoOptions;
  readonly place: Place;
  readonly screen: Screen;
  readonly checks: Checks;
  readonly random: Random;
  readonly crm: CrmExport;
  readonly api: MarketingApi;
  readonly tracker: Tracker;
  readonly inbox: Inbox;
  readonly engine: EngineWatch;
  /** Canonical addresses that a mail may go to by what people said, apart from one-click opt-outs. */
  readonly mayBeMailed: Set<string>;
  /** Users who took part in the cart chapters; nobody takes part twice. */
  readonly cartUsers: Set<string>;
  /** Visits to the steps of the cart campaign that must have been. */
  expectedCartSends: number;
  /** Whether every order came before what it must prevent. */
  inTime: boolean;
  /** Customers who signed up today. */
  signUps: readonly Customer[];
  /** Address → when its opt-out was answered. */
  readonly optOuts: Map<string, number>;
}

/** Whether each walk of the cart campaign is known beforehand: nothing was killed, and nothing came late. */
export const isUndisturbed = ({ place, inTime }: World): boolean => place.restarts === 0 && inTime;

export const kinds = {
  welcome: 'campaigns',
  cart: 'campaigns',
  news: 'broadcasts',
  'more-news': 'broadcasts',
} as const;
export type SendName = keyof typeof kinds;

export const reportOf = ({ api }: World, name: SendName): Promise<Report> =>
  api.get<Report>(`${kinds[name]}/${name}/report`);
