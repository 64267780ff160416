// The shell: what is above, below and beside whatever one looks at.
import { useEffect } from 'preact/hooks';
import { t } from '../i18n';
import { forgetDecisions } from '../state/decisions';
import { clearDesk, desk, select } from '../state/desk';
import { startKeys } from '../state/keyboard';
import { startLive, stopLive } from '../state/live';
import { startPresence } from '../state/presence';
import { followRoute, route, showSiteInRoute, type Place } from '../state/route';
import { hasRole, isReader, session } from '../state/session';
import { settings } from '../state/settings';
import { useStore } from '../state/store';
import { AccountView } from './account';
import { Dialogs } from './dialogs';
import { Gone, LogIn, SetUp } from './enter';
import { Header } from './header';
import { LedgerView } from './ledger';
import { Notices } from './notices';
import { Review } from './review';
import { UsersView } from './users';

export function App() {
  const language = useStore(settings, (s) => s.language);
  const phase = useStore(session, (s) => s.phase);
  const about = useStore(session, (s) => s.about);
  const me = useStore(session, (s) => s.me);
  const exercise = me?.casebook.exercise ?? about?.exercise ?? false;
  useEffect(followRoute, []);
  useEffect(() => {
    document.title = `${exercise ? `${t('exercise')} · ` : ''}${me ? `${me.casebook.title} · ` : ''}Vaho`;
  }, [language, exercise, me]);
  return (
    <div class="shell" key={language}>
      {exercise && (
        <aside class="exercise" aria-label={t('exercise')}>
          {t('exercise.banner')}
        </aside>
      )}
      {phase === 'in' && me ? (
        <Inside />
      ) : (
        <main class="enter">
          {phase === 'setup' && <SetUp />}
          {phase === 'out' && <LogIn />}
          {phase === 'gone' && <Gone />}
          {phase === 'loading' && <p role="status">{t('loading')}</p>}
        </main>
      )}
      <Notices />
    </div>
  );
}

/** The places that this person's roles open, the first is where one begins. */
export function placesOf(me: Parameters<typeof isReader>[0]): Place[] {
  const places: Place[] = [];
  if (isReader(me)) places.push('review');
  if (hasRole(me, 'overseer')) places.push('ledger');
  if (hasRole(me, 'admin')) places.push('users');
  places.push('account');
  return places;
}

function Inside() {
  const me = useStore(session, (s) => s.me);
  const { place: wanted, site } = useStore(route, (r) => r);
  const places = placesOf(me);
  const place = places.includes(wanted) ? wanted : places[0];
  useEffect(() => {
    startLive();
    const stopKeys = startKeys();
    const stopPresence = startPresence();
    return () => {
      stopLive();
      stopKeys();
      stopPresence();
      clearDesk();
      forgetDecisions();
    };
  }, [me?.name]);
  useEffect(() => {
    if (site !== null) select(site);
  }, [site]);
  useEffect(() => desk.subscribe(() => showSiteInRoute(desk.get().queue.selected)), []);
  return (
    <>
      <Header places={places} place={place ?? 'account'} />
      {place === 'review' && <Review />}
      {place === 'ledger' && <LedgerView />}
      {place === 'users' && <UsersView />}
      {place === 'account' && <AccountView />}
      <Dialogs />
    </>
  );
}
