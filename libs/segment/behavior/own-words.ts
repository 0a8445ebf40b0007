import { actors, acts, bases, ways } from '@entente/consent';
import { feedbackProperties, withheldReasons, type FeedbackName } from '@entente/event';
import { valuesOf, type Comparison } from '../comparisons/comparison';
import { namesOf, type EventNames } from '../event-names';
import { quote, type Findings } from '../findings';
import { isOwnName, referTo } from './own';

type Words = Readonly<Record<string, readonly string[]>>;

const ofPermission: Words = { way: ways, actor: actors, basis: bases, state: acts };

/** Properties that have one of a few words in what Entente tells. */
const words: Readonly<Partial<Record<FeedbackName, Words>>> = {
  'Permission Granted': ofPermission,
  'Permission Confirmed': ofPermission,
  'Permission Withdrawn': ofPermission,
  'Permission Paused': ofPermission,
  'Permission Shared': ofPermission,
  Unsubscribed: { way: ways },
  'Email Withheld': { reason: withheldReasons },
};

/** Looks at what is asked of a property of what Entente tells by these names: takes down what it refers to, and refuses words that it never has. */
export const lookInto =
  (event: EventNames, findings: Findings) =>
  (property: string, comparison: Comparison, path: string): void => {
    referTo(findings)(property, comparison, path);
    const known = wordsOf(event, property);
    const others = (valuesOf(comparison) ?? []).filter((value) => known?.includes(String(value)) === false);
    if (known && others.length > 0)
      findings.mistake(
        comparison,
        path,
        'word',
        `Entente tells no ${quote(property)} of ${others.map((value) => quote(String(value))).join(', ')}.`,
        `one of ${known.map(quote).join(', ')}`,
      );
  };

/** What a property is of, where all events of these names that have it say so. */
function wordsOf(event: EventNames, property: string): readonly string[] | undefined {
  const having = namesOf(event).filter(
    (name): name is FeedbackName =>
      isOwnName(name) && feedbackProperties[name as FeedbackName].includes(property),
  );
  const lists = having.flatMap((name) => [words[name]?.[property]]);
  const known = lists.filter((list) => list !== undefined);
  return known.length === 0 || known.length < lists.length ? undefined : [...new Set(known.flat())];
}
