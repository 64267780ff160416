// Somebody decided, or a flight came in, while one looked: who, what, and what is now otherwise.
import type { Site } from '../api/types';
import { t, tOr } from '../i18n';
import { desk, type News } from '../state/desk';
import { settings } from '../state/settings';
import { measured, moment, probability, qValue } from '../text/format';

export function valueText(site: Site, key: keyof Site): string {
  const language = settings.get().language;
  switch (key) {
    case 'state':
      return t(`state.${site.state}`);
    case 'probability':
      return probability(language, site.probability);
    case 'active':
      return probability(language, site.active);
    case 'least_q_value':
      return qValue(language, site.least_q_value);
    case 'emission_kg_h':
      return measured(language, site.emission_kg_h, site.emission_sigma_kg_h, 'kg/h');
    case 'last_seen':
      return moment(site.last_seen);
    default:
      return String(site[key] ?? '–');
  }
}

/** Field by field, what was looked at and what is there now. */
export function Differences({ before, now, keys }: { before: Site; now: Site; keys: readonly (keyof Site)[] }) {
  const changed = keys.filter((key) => valueText(before, key) !== valueText(now, key));
  if (changed.length === 0) return null;
  return (
    <table class="differ">
      <thead>
        <tr>
          <th scope="col">{t('differ.what')}</th>
          <th scope="col">{t('differ.before')}</th>
          <th scope="col">{t('differ.now')}</th>
        </tr>
      </thead>
      <tbody>
        {changed.map((key) => (
          <tr key={key}>
            <th scope="row">{tOr(`field.${key}`, key)}</th>
            <td>{valueText(before, key)}</td>
            <td>
              <b>{valueText(now, key)}</b>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function saidBy(one: { by: string; what: string; at: string; reason: string; words: string }): string {
  const reason = one.reason === '' ? '' : ` (${tOr(`reject.${one.reason}`, one.reason)})`;
  const words = one.words === '' ? '' : `: “${one.words}”`;
  return `${t(`history.${historyKey(one.what)}`, { person: one.by })}${reason}${words} · ${moment(one.at)}`;
}

export function historyKey(what: string) {
  const known = ['confirm', 'reject', 'pass', 'undo', 'release', 'recall', 'expire'] as const;
  return known.find((one) => one === what) ?? 'other';
}

export function NewsOf({ news, now }: { news: News; now: Site }) {
  return (
    <div class="newsbox" role="alert">
      <b>{news.by === '' ? t('news.evidence') : t('news.decided')}</b>
      {news.by !== '' && <p>{saidBy(news)}</p>}
      <Differences before={news.before} now={now} keys={news.differ} />
      <button type="button" class="plain" onClick={() => desk.set({ news: null })}>
        {t('news.seen')}
      </button>
    </div>
  );
}
