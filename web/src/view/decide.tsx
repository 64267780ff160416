// The dialogs of decisions.  Enter sends, Escape does not; nothing is sent by the key that opened it.
import { useState } from 'preact/hooks';
import type { Site } from '../api/types';
import { t, tn, tOr } from '../i18n';
import { anotherPass, closeDialog, confirm, dialogs, reject, undo } from '../state/decisions';
import { desk } from '../state/desk';
import { session } from '../state/session';
import { settings } from '../state/settings';
import { useStore } from '../state/store';
import { moment, place, probability } from '../text/format';
import { gasName, shortSite } from '../text/gases';
import { Modal } from './modal';
import { NewsOf } from './news';
import { StateIcon } from './marks';

const MAX_WORDS = 2000;

function Which({ site }: { site: Site }) {
  const language = settings.get().language;
  return (
    <p class="which">
      <StateIcon state={site.state} />{' '}
      <b>
        {gasName(site.gas)} {shortSite(site.site)}
      </b>
      <span>
        {t('real')} {probability(language, site.probability)}
      </span>
      <span>{place(language, site.longitude, site.latitude)}</span>
    </p>
  );
}

/** What came in about this very site while the dialog was open. */
function Meanwhile({ site }: { site: Site }) {
  const news = useStore(desk, (d) => (d.detail?.site.site === site.site ? d.news : null));
  const now = useStore(desk, (d) => d.queue.sites.get(site.site));
  return news && now && now.version !== site.version ? <NewsOf news={news} now={now} /> : null;
}

function Foot({ label, danger }: { label: string; danger?: boolean }) {
  const { sending, error } = useStore(dialogs, (d) => d);
  return (
    <>
      {error !== '' && (
        <p class="wrong" role="alert">
          {error}
        </p>
      )}
      <div class="buttons">
        <button type="submit" class={danger ? 'danger' : 'main'} disabled={sending}>
          {label} <kbd>Enter</kbd>
        </button>
        <button type="button" onClick={closeDialog}>
          {t('cancel')} <kbd>Esc</kbd>
        </button>
      </div>
    </>
  );
}

export function DecideDialog({ verb, site }: { verb: 'confirm' | 'another-pass' | 'undo'; site: Site }) {
  const [words, setWords] = useState('');
  const send = (event: Event) => {
    event.preventDefault();
    void { confirm: confirm, 'another-pass': anotherPass, undo: undo }[verb](site, words.trim());
  };
  return (
    <Modal title={t(`ask.${verb}`)} onClose={closeDialog}>
      <form onSubmit={send}>
        <Which site={site} />
        <Meanwhile site={site} />
        {verb === 'undo' && site.decided && (
          <p>
            {t('undo.what', {
              what: tOr(`verb.${site.decided.what === 'pass' ? 'another-pass' : site.decided.what}`, site.decided.what),
              at: moment(site.decided.at),
            })}
          </p>
        )}
        <label class="field">
          <span>{t('words.optional')}</span>
          <input
            type="text"
            maxLength={MAX_WORDS}
            value={words}
            onInput={(e) => setWords(e.currentTarget.value)}
            autofocus
          />
        </label>
        <p class="small">{t(`ask.${verb}.means`)}</p>
        <Foot label={t(`verb.${verb}`)} />
      </form>
    </Modal>
  );
}

/** The number keys choose the reason, and the words come next. */
export function RejectDialog({ sites, bulk }: { sites: Site[]; bulk: boolean }) {
  const reasons = session.get().me?.reject_reasons ?? [];
  const first = sites[0];
  const [reason, setReason] = useState(!bulk && first?.known_source ? 'known-source' : '');
  const [words, setWords] = useState('');
  const [missing, setMissing] = useState('');
  const send = (event: Event) => {
    event.preventDefault();
    if (reason === '') return setMissing(t('error.reason'));
    if (words.trim() === '') return setMissing(t('error.words'));
    void reject(sites, reason, words.trim());
  };
  const onKey = (event: KeyboardEvent) => {
    const typing = event.target instanceof HTMLInputElement && event.target.type === 'text';
    const chosen = typing ? undefined : reasons[Number(event.key) - 1];
    if (chosen === undefined) return;
    event.preventDefault();
    setReason(chosen);
    document.querySelector<HTMLInputElement>('.reject-words')?.focus();
  };
  return (
    <Modal title={bulk ? tn('ask.bulk', sites.length) : t('ask.reject')} onClose={closeDialog}>
      <form onSubmit={send} onKeyDown={onKey} noValidate>
        {bulk ? (
          <BulkList sites={sites} />
        ) : (
          first && (
            <>
              <Which site={first} />
              <Meanwhile site={first} />
            </>
          )
        )}
        <fieldset class="reasons">
          <legend>{t('reject.reason')}</legend>
          {reasons.map((one, i) => (
            <label key={one}>
              <input
                type="radio"
                name="reason"
                value={one}
                checked={reason === one}
                autofocus={i === 0 && reason === ''}
                onChange={() => setReason(one)}
              />
              <kbd>{i + 1}</kbd> {tOr(`reject.${one}`, one)}
            </label>
          ))}
        </fieldset>
        <label class="field">
          <span>{t('words.needed')}</span>
          <input
            type="text"
            class="reject-words"
            maxLength={MAX_WORDS}
            value={words}
            required
            autofocus={reason !== ''}
            onInput={(e) => setWords(e.currentTarget.value)}
          />
        </label>
        {missing !== '' && (
          <p class="wrong" role="alert">
            {missing}
          </p>
        )}
        <Foot label={bulk ? tn('bulk.go', sites.length) : t('verb.reject')} danger />
      </form>
    </Modal>
  );
}

function BulkList({ sites }: { sites: Site[] }) {
  const language = settings.get().language;
  return (
    <ul class="bulklist" tabIndex={0} aria-label={tn('marked', sites.length)}>
      {sites.map((site) => (
        <li key={site.site}>
          <StateIcon state={site.state} /> {gasName(site.gas)} {shortSite(site.site)}{' '}
          <span>
            {t('real')} {probability(language, site.probability)}
          </span>
          {site.state === 'confirmed' && <b> {t('bulk.confirmed')}</b>}
        </li>
      ))}
    </ul>
  );
}
