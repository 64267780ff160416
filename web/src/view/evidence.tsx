// Everything that speaks for or against a site, in the order in which one asks: what is it and how
// sure, why is it here, what does its light look like, which passes saw it, what else is around.
import { useEffect, useRef } from 'preact/hooks';
import type { Site, SiteDetail } from '../api/types';
import { t, tOr } from '../i18n';
import { ask } from '../state/decisions';
import { desk, reopen } from '../state/desk';
import { hooks } from '../state/keyboard';
import { hasRole, session } from '../state/session';
import { settings } from '../state/settings';
import { useStore } from '../state/store';
import { distance, fixed, measured, moment, percent, place, probability } from '../text/format';
import { gasName, shortSite } from '../text/gases';
import { reasonText } from '../text/reasons';
import { History } from './history';
import { Bar, StateIcon } from './marks';
import { NewsOf } from './news';
import { PassesPanel } from './passes';
import { PlumesPanel } from './plumes';

export function EvidencePanel() {
  const detail = useStore(desk, (d) => d.detail);
  const selected = useStore(desk, (d) => d.queue.selected);
  const failed = useStore(desk, (d) => d.detailFailed);
  const news = useStore(desk, (d) => d.news);
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    hooks.focusEvidence = () => box.current?.focus();
    return () => {
      hooks.focusEvidence = () => undefined;
    };
  }, []);
  const shown = detail?.site.site ?? null;
  useEffect(() => {
    box.current?.scrollTo(0, 0);
  }, [shown]);
  if (selected === null) {
    return (
      <section class="evidence" ref={box} tabIndex={-1} aria-label={t('evidence')}>
        <p class="empty">{t('evidence.none')}</p>
      </section>
    );
  }
  const stale = detail !== null && shown !== selected;
  return (
    <section
      class={`evidence${stale ? ' stale' : ''}`}
      ref={box}
      tabIndex={0}
      aria-label={t('evidence')}
      aria-busy={stale}
    >
      {failed !== '' && (
        <p class="wrong" role="alert">
          {tOr(`error.${failed}`, t('evidence.failed'))}{' '}
          <button type="button" onClick={reopen}>
            {t('again')}
          </button>
        </p>
      )}
      {detail && (
        <>
          <Head site={detail.site} can={detail.can} />
          {news && <NewsOf news={news} now={detail.site} />}
          <Why site={detail.site} />
          <PlumesPanel detail={detail} />
          <PassesPanel detail={detail} />
          <Emission site={detail.site} />
          <Nearby detail={detail} />
          <History detail={detail} />
        </>
      )}
    </section>
  );
}

function Head({ site, can }: { site: Site; can: SiteDetail['can'] }) {
  const language = settings.get().language;
  const looking = useStore(desk, (d) => d.looking.get(site.site));
  const analyst = hasRole(session.get().me, 'analyst');
  return (
    <header class="sitehead">
      <h2>
        <StateIcon state={site.state} /> {gasName(site.gas)} <span class="short">{shortSite(site.site)}</span>
        <span class={`chip ${site.state}`}>{t(`state.${site.state}`)}</span>
        {site.known_source && (
          <span class="chip knownsource">{t('known.explains', { name: site.known_source.name })}</span>
        )}
      </h2>
      {looking !== undefined && (
        <p class="looking" role="status">
          {t('looking', { people: looking.join(', ') })}
        </p>
      )}
      <dl class="figures">
        <div>
          <dt>{t('real')}</dt>
          <dd>
            {probability(language, site.probability)}
            <Bar value={site.probability} kind="real" />
          </dd>
        </div>
        <div>
          <dt>{t('active')}</dt>
          <dd>
            {probability(language, site.active)}
            <Bar value={site.active} kind="active" />
          </dd>
        </div>
        <div>
          <dt>{t('emission')}</dt>
          <dd>{measured(language, site.emission_kg_h, site.emission_sigma_kg_h, 'kg/h')}</dd>
        </div>
      </dl>
      <p class="place">
        <span>{place(language, site.longitude, site.latitude)}</span>
        {site.position_sigma_m !== null && <span>± {distance(language, site.position_sigma_m)}</span>}
        <button type="button" class="plain" onClick={() => hooks.zoomToSite()}>
          {t('zoom')} <kbd>g</kbd>
        </button>
      </p>
      {analyst && (
        <div class="verbs" role="group" aria-label={t('decide')}>
          <button type="button" class="main" disabled={!can.confirm} onClick={() => ask('confirm')}>
            {t('verb.confirm')} <kbd>c</kbd>
          </button>
          <button type="button" class="danger" disabled={!can.reject} onClick={() => ask('reject')}>
            {t('verb.reject')} <kbd>r</kbd>
          </button>
          <button type="button" disabled={!can.another_pass} onClick={() => ask('another-pass')}>
            {t('verb.another-pass')} <kbd>p</kbd>
          </button>
          {can.undo && (
            <button type="button" onClick={() => ask('undo')}>
              {t('verb.undo')} <kbd>u</kbd>
            </button>
          )}
        </div>
      )}
    </header>
  );
}

function Why({ site }: { site: Site }) {
  const language = settings.get().language;
  return (
    <section class="part why">
      <h3>
        {t('why')} <small>{t('rank', { rank: fixed(language, site.rank, 2) })}</small>
      </h3>
      <ul>
        {(site.reasons ?? []).map((reason) => (
          <li key={reason.code} class={reason.code}>
            {reasonText(language, reason)}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Emission({ site }: { site: Site }) {
  const language = settings.get().language;
  const [low, high] = site.on_share_90;
  return (
    <section class="part">
      <h3>{t('habits')}</h3>
      <div
        class="share"
        role="img"
        aria-label={t('on.share.long', {
          share: percent(language, site.on_share),
          low: percent(language, low),
          high: percent(language, high),
        })}
      >
        <span class="range" style={{ left: `${100 * low}%`, width: `${100 * (high - low)}%` }} />
        <span class="mean" style={{ left: `${100 * site.on_share}%` }} />
      </div>
      <p class="small">
        {t('on.share.long', {
          share: percent(language, site.on_share),
          low: percent(language, low),
          high: percent(language, high),
        })}
      </p>
      <p class="small">{t('seen.between', { first: moment(site.first_seen), last: moment(site.last_seen) })}</p>
    </section>
  );
}

function Nearby({ detail }: { detail: SiteDetail }) {
  const language = settings.get().language;
  return (
    <section class="part">
      <h3>{t('near')}</h3>
      {detail.near.length === 0 ? (
        <p class="small">{t('near.none')}</p>
      ) : (
        <ul class="near">
          {detail.near.map((one) => (
            <li key={one.name} class={one.gases.includes(detail.site.gas) ? 'same' : ''}>
              <b>{one.name}</b>{' '}
              <span>{one.distance_m === 0 ? t('near.inside') : distance(language, one.distance_m)}</span>
              <small>
                {one.gases.map(gasName).join(', ')}
                {one.gases.includes(detail.site.gas) ? ` · ${t('near.same')}` : ''}
              </small>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
