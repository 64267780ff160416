// The queue: what is to be judged, in the order of rank, and the filter over it.
import { useEffect, useRef } from 'preact/hooks';
import { STATES, type Site, type State } from '../api/types';
import { t, tn } from '../i18n';
import { ask } from '../state/decisions';
import { desk, loadSites, mark, markAllShown, select, setFilter } from '../state/desk';
import { hooks } from '../state/keyboard';
import { TO_JUDGE, countsOf, gasesOf, type Filter } from '../state/queue';
import { hasRole, session } from '../state/session';
import { settings } from '../state/settings';
import { useStore } from '../state/store';
import { moment, probability, significant } from '../text/format';
import { gasName, shortSite } from '../text/gases';
import { Bar, StateIcon } from './marks';
import { VirtualList } from './virtual_list';

export const ROW_HEIGHT = 60;

export function QueuePanel() {
  const queue = useStore(desk, (d) => d.queue);
  const { loading, failed } = useStore(desk, (d) => d);
  const looking = useStore(desk, (d) => d.looking);
  const me = useStore(session, (s) => s.me);
  const analyst = hasRole(me, 'analyst');
  return (
    <section class="queue" aria-label={t('queue')}>
      <FilterBar />
      {queue.marked.size > 0 && (
        <div class="bulk">
          <b>{tn('marked', queue.marked.size)}</b>
          <button type="button" class="danger" onClick={() => ask('reject')}>
            {t('bulk.reject')} <kbd>r</kbd>
          </button>
          <button type="button" class="plain" onClick={() => markAllShown(false)}>
            {t('bulk.none')}
          </button>
        </div>
      )}
      {failed !== '' && (
        <p class="wrong" role="alert">
          {t('queue.failed')}{' '}
          <button type="button" onClick={() => void loadSites()}>
            {t('again')}
          </button>
        </p>
      )}
      {queue.shown.length === 0 && failed === '' && (
        <p class="empty" role="status">
          {loading ? t('loading') : queue.order.length === 0 ? t('queue.none') : t('queue.none.shown')}
        </p>
      )}
      <VirtualList
        label={t('queue')}
        names={queue.shown}
        rowHeight={ROW_HEIGHT}
        current={queue.selected}
        row={(name) => {
          const site = queue.sites.get(name);
          return (
            site && (
              <Row
                site={site}
                current={name === queue.selected}
                marked={queue.marked.has(name)}
                markable={analyst}
                looking={looking.get(name) ?? []}
              />
            )
          );
        }}
      />
      <Foot />
    </section>
  );
}

function Row({
  site,
  current,
  marked,
  markable,
  looking,
}: {
  site: Site;
  current: boolean;
  marked: boolean;
  markable: boolean;
  looking: readonly string[];
}) {
  const language = settings.get().language;
  return (
    <div class={`row${current ? ' current' : ''}`}>
      {markable && (
        <label class="mark">
          <input
            type="checkbox"
            checked={marked}
            aria-label={t('mark.site', { site: `${gasName(site.gas)} ${shortSite(site.site)}` })}
            onChange={(e) => mark(site.site, e.currentTarget.checked)}
          />
        </label>
      )}
      <button type="button" aria-current={current ? 'true' : undefined} onClick={() => select(site.site)}>
        <span class="first">
          <StateIcon state={site.state} />
          <b>{gasName(site.gas)}</b>
          <span class="short">{shortSite(site.site)}</span>
          {looking.length > 0 && (
            <span class="looking" title={t('looking', { people: looking.join(', ') })}>
              {looking.join(', ')}
            </span>
          )}
          <span class="grow" />
          <Bar value={site.probability} kind="real" />
          <span class="p" title={t('real')}>
            {probability(language, site.probability)}
          </span>
        </span>
        <span class="second">
          <span title={t('active')}>{t('now.short', { p: probability(language, site.active) })}</span>
          <span>{t('passes.short', { n: site.passes_seen, of: site.passes_seen + site.passes_missed })}</span>
          {site.emission_kg_h !== null && <span>{significant(language, site.emission_kg_h)} kg/h</span>}
          {site.known_source && (
            <span class="known" title={site.known_source.name}>
              {site.known_source.name}
            </span>
          )}
        </span>
      </button>
    </div>
  );
}

const CHOICES: { value: string; states: readonly State[]; label: () => string }[] = [
  { value: 'judge', states: TO_JUDGE, label: () => t('filter.judge') },
  { value: 'all', states: [], label: () => t('filter.all') },
  ...STATES.map((state) => ({ value: state, states: [state], label: () => t(`state.${state}`) })),
];

function FilterBar() {
  const queue = useStore(desk, (d) => d.queue);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    hooks.focusFilter = () => input.current?.focus();
    return () => {
      hooks.focusFilter = () => undefined;
    };
  }, []);
  const { filter } = queue;
  const counts = countsOf(queue);
  const chosen = CHOICES.find(
    ({ states }) => states.length === filter.states.length && states.every((s) => filter.states.includes(s)),
  );
  const set = (patch: Partial<Filter>) => setFilter(patch);
  const count = (states: readonly State[]) =>
    states.length === 0 ? queue.order.length : states.reduce((n, state) => n + counts[state], 0);
  return (
    <div class="filter" role="search" aria-label={t('filter')}>
      <select
        aria-label={t('filter.state')}
        value={chosen?.value}
        onChange={(e) => set({ states: CHOICES.find((c) => c.value === e.currentTarget.value)?.states ?? [] })}
      >
        {CHOICES.map((c) => (
          <option key={c.value} value={c.value}>
            {c.label()} ({count(c.states)})
          </option>
        ))}
      </select>
      <select aria-label={t('filter.gas')} value={filter.gas} onChange={(e) => set({ gas: e.currentTarget.value })}>
        <option value="">{t('filter.gas.all')}</option>
        {gasesOf(queue).map((gas) => (
          <option key={gas} value={gas}>
            {gasName(gas)}
          </option>
        ))}
      </select>
      <select
        aria-label={t('filter.least')}
        value={String(filter.least)}
        onChange={(e) => set({ least: Number(e.currentTarget.value) })}
      >
        {[0, 0.05, 0.2, 0.5, 0.8].map((p) => (
          <option key={p} value={String(p)}>
            {p === 0 ? t('filter.least.any') : `≥ ${probability(settings.get().language, p)}`}
          </option>
        ))}
      </select>
      <input
        ref={input}
        type="search"
        aria-label={t('filter.text')}
        placeholder={`${t('filter.text')}  /`}
        value={filter.text}
        onInput={(e) => set({ text: e.currentTarget.value })}
      />
      <label class="tick">
        <input
          type="checkbox"
          checked={filter.hideKnown}
          onChange={(e) => set({ hideKnown: e.currentTarget.checked })}
        />
        {t('filter.known')}
      </label>
    </div>
  );
}

function Foot() {
  const queue = useStore(desk, (d) => d.queue);
  const { at, flightsSince } = useStore(desk, (d) => d);
  const analyst = hasRole(session.get().me, 'analyst');
  const all = queue.shown.length > 0 && queue.marked.size >= Math.min(queue.shown.length, 1000);
  return (
    <div class="foot">
      {analyst && queue.shown.length > 0 && (
        <label class="tick">
          <input type="checkbox" checked={all} onChange={(e) => markAllShown(e.currentTarget.checked)} />
          {t('bulk.all')}
        </label>
      )}
      <span>{t('queue.count', { n: queue.shown.length, of: queue.order.length })}</span>
      <span class="grow" />
      <span title={t('queue.at.long')}>{at === null ? t('queue.at.never') : t('queue.at', { when: moment(at) })}</span>
      {flightsSince > 0 && (
        <span class="news" role="status">
          {tn('queue.flights', flightsSince)}
        </span>
      )}
    </div>
  );
}
