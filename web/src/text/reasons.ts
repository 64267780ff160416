// Why a site stands where it stands, in words.  The server gives codes with their numbers; a code
// that is not known here is shown in the server's own (English) words rather than left out.
import type { Reason } from '../api/types';
import { translate, type Key } from '../i18n';
import type { Language } from '../state/settings';
import { measured, percent, probability, qValue } from './format';
import { gasIn } from './gases';

export function inWords(p: number): Key {
  return p >= 0.99
    ? 'likely.certain'
    : p >= 0.8
      ? 'likely.probably'
      : p >= 0.5
        ? 'likely.more'
        : p >= 0.2
          ? 'likely.possibly'
          : 'likely.not';
}

export function reasonText(language: Language, reason: Reason): string {
  const say = (key: Key, values: Record<string, string | number> = {}) => translate(language, key, values);
  switch (reason.code) {
    case 'real':
      return say('reason.real', {
        likely: say(inWords(reason.probability)),
        p: probability(language, reason.probability),
      });
    case 'stacked':
      return say(reason.by_itself ? 'reason.stacked' : 'reason.stacked.only', { n: reason.passes });
    case 'seen-once':
      return say('reason.once');
    case 'may-be-known':
      return say('reason.may');
    case 'seen':
      return say('reason.seen', { n: reason.seen, of: reason.of });
    case 'best-q':
      return say(reason.of === 'sum' ? 'reason.q.sum' : 'reason.q', { q: qValue(language, reason.q_value) });
    case 'emits':
      return say('reason.emits', {
        likely: say(inWords(reason.now)),
        p: probability(language, reason.now),
        share: percent(language, reason.share),
        low: percent(language, reason.low),
        high: percent(language, reason.high),
      });
    case 'rate':
      return say('reason.rate', { rate: measured(language, reason.kg_h, reason.sigma_kg_h, 'kg/h') });
    case 'known':
      return say('reason.known', {
        name: reason.name,
        gas: gasIn(language, reason.gas),
        share: percent(language, reason.share),
      });
    default:
      return (reason as { words: string }).words;
  }
}
