import { api } from '../api/calls';
import { t } from '../i18n';
import { openDialog } from '../state/decisions';
import { live, retry } from '../state/live';
import type { Place } from '../state/route';
import { leave, session } from '../state/session';
import { settings, type Language, type Theme } from '../state/settings';
import { useStore } from '../state/store';

export function Header({ places, place }: { places: Place[]; place: Place }) {
  const me = useStore(session, (s) => s.me);
  if (!me) return null;
  const out = () => {
    api
      .logout()
      .catch(() => undefined)
      .finally(() => leave());
  };
  return (
    <header class="top">
      <span class="brand">
        <img src="/icon.svg" alt="" width="22" height="22" />
        Vaho
      </span>
      <span class="casebook" title={t('casebook.kind', { kind: me.casebook.kind })}>
        {me.casebook.title}
      </span>
      <nav aria-label={t('nav')}>
        {places.map((one) => (
          <a key={one} href={`#/${one}`} aria-current={one === place ? 'page' : undefined}>
            {one === 'account' ? me.name : t(`place.${one}`)}
          </a>
        ))}
      </nav>
      <span class="grow" />
      <Line />
      <LanguageSwitch />
      <ThemeSwitch />
      {places.includes('review') && (
        <button
          type="button"
          class="plain"
          onClick={() => openDialog({ kind: 'help' })}
          aria-label={t('help.open')}
          title={t('help.open')}
        >
          ?
        </button>
      )}
      <button type="button" class="plain" onClick={out}>
        {t('logout')}
      </button>
    </header>
  );
}

/** The plain sign of the line to the server; read out only when it changes. */
function Line() {
  const line = useStore(live, (l) => l.line);
  return (
    <span class={`line ${line}`} role="status" title={t(`line.${line}.long`)}>
      <span class="dot" aria-hidden="true" />
      {t(`line.${line}`)}
      {line === 'lost' && (
        <button type="button" onClick={retry}>
          {t('line.retry')}
        </button>
      )}
    </span>
  );
}

export function LanguageSwitch() {
  const language = useStore(settings, (s) => s.language);
  return (
    <select
      class="plain"
      aria-label={t('language')}
      value={language}
      onChange={(e) => settings.set({ language: e.currentTarget.value as Language })}
    >
      <option value="en" lang="en">
        English
      </option>
      <option value="es" lang="es">
        Español
      </option>
    </select>
  );
}

export function ThemeSwitch() {
  const theme = useStore(settings, (s) => s.theme);
  return (
    <select
      class="plain"
      aria-label={t('theme')}
      value={theme}
      onChange={(e) => settings.set({ theme: e.currentTarget.value as Theme })}
    >
      <option value="system">{t('theme.system')}</option>
      <option value="light">{t('theme.light')}</option>
      <option value="dark">{t('theme.dark')}</option>
    </select>
  );
}
