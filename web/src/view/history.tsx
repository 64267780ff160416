import type { SiteDetail } from '../api/types';
import { t } from '../i18n';
import { saidBy } from './news';

export function History({ detail }: { detail: SiteDetail }) {
  return (
    <section class="part">
      <h3>{t('history')}</h3>
      {detail.history.length === 0 ? (
        <p class="small">{t('history.none')}</p>
      ) : (
        <ol class="history">
          {detail.history.map((one, i) => (
            <li key={i} class={one.undone ? 'undone' : ''}>
              {saidBy({ ...one, by: one.person })}
              {one.partner !== '' && ` · ${t('history.partner', { partner: one.partner })}`}
              {one.undone && ` · ${t('history.undone')}`}
              {one.entry !== null && <small> {t('history.entry', { n: one.entry })}</small>}
            </li>
          ))}
        </ol>
      )}
      <p class="small name">
        {detail.site.site}@{detail.site.version}
      </p>
    </section>
  );
}
