// The ledger, for overseers: its state and who signed it, every entry, and whether an entry is in it
// and it only grew, which is worked out here and not believed.
import { useEffect, useState } from 'preact/hooks';
import { api } from '../api/calls';
import type { CheckpointAnswer, LedgerEntry } from '../api/types';
import { t, tOr } from '../i18n';
import { toBase64 } from '../ledger/bytes';
import { checkInclusion, type Verdict } from '../ledger/proof';
import { live } from '../state/live';
import { useStore } from '../state/store';
import { moment } from '../text/format';
import { errorText } from './form';
import { LedgerState } from './ledger_state';

const PAGE = 100;

export function LedgerView() {
  const version = useStore(live, (l) => l.ledger);
  const [size, setSize] = useState(0);
  const [from, setFrom] = useState<number | null>(null);
  const [entries, setEntries] = useState<LedgerEntry[]>([]);
  const [checkpoint, setCheckpoint] = useState<CheckpointAnswer | null>(null);
  const [failed, setFailed] = useState('');
  useEffect(() => {
    let left = false;
    Promise.all([api.ledger(from ?? undefined, PAGE), api.checkpoint()]).then(
      ([answer, state]) => {
        if (left) return;
        setEntries(answer.entries);
        setSize(answer.size);
        setCheckpoint(state);
        setFailed('');
      },
      (error: unknown) => setFailed(errorText(error)),
    );
    return () => {
      left = true;
    };
  }, [version, from]);
  const first = entries[0]?.number ?? 0;
  const last = entries[entries.length - 1]?.number ?? -1;
  return (
    <main class="page ledger" aria-label={t('place.ledger')}>
      <h1>{t('place.ledger')}</h1>
      {failed !== '' && (
        <p class="wrong" role="alert">
          {failed}
        </p>
      )}
      {checkpoint && <LedgerState state={checkpoint} />}
      <div class="pager">
        <h2>{t('ledger.entries')}</h2>
        <span class="grow" />
        <span>{t('ledger.range', { first, last, n: size })}</span>
        <button type="button" disabled={first === 0} onClick={() => setFrom(Math.max(0, first - PAGE))}>
          {t('ledger.older')}
        </button>
        <button
          type="button"
          disabled={last + 1 >= size}
          onClick={() => setFrom(last + 1 + PAGE >= size ? null : last + 1)}
        >
          {t('ledger.newer')}
        </button>
      </div>
      <div class="scroll" tabIndex={0} role="region" aria-label={t('ledger.entries')}>
        <table class="rows">
          <thead>
            <tr>
              <th scope="col">{t('ledger.number')}</th>
              <th scope="col">{t('time')}</th>
              <th scope="col">{t('ledger.who')}</th>
              <th scope="col">{t('ledger.what')}</th>
              <th scope="col">{t('ledger.why')}</th>
              <th scope="col">{t('ledger.check')}</th>
            </tr>
          </thead>
          <tbody>
            {[...entries].reverse().map((entry) => (
              <Entry key={entry.number} entry={entry} />
            ))}
          </tbody>
        </table>
      </div>
    </main>
  );
}

function Entry({ entry }: { entry: LedgerEntry }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <tr>
        <th scope="row">
          <button type="button" class="link" aria-expanded={open} onClick={() => setOpen(!open)}>
            {entry.number}
          </button>
        </th>
        <td>{moment(entry.when)}</td>
        <td>
          {entry.who} <small>{tOr(`ledger.by.${entry.by}`, entry.by)}</small>
        </td>
        <td>
          {tOr(`ledger.act.${entry.what}`, entry.what)} <small>{subject(entry)}</small>
        </td>
        <td>{entry.why ?? ''}</td>
        <td>
          <Check entry={entry} />
        </td>
      </tr>
      {open && (
        <tr>
          <td colSpan={6}>
            <pre class="object" tabIndex={0}>
              {JSON.stringify(entry, null, 2)}
            </pre>
          </td>
        </tr>
      )}
    </>
  );
}

/** What it was done to, in a word. */
function subject(entry: LedgerEntry): string {
  const { site, name, file } = entry.object;
  const one = site ?? name ?? file;
  return typeof one === 'string' ? one : '';
}

function Check({ entry }: { entry: LedgerEntry }) {
  const [verdict, setVerdict] = useState<Verdict | 'busy' | ''>('');
  const [words, setWords] = useState('');
  const check = async () => {
    setVerdict('busy');
    try {
      const { proof: text } = await api.entryProof(entry.number);
      const { verdict: found, proof } = await checkInclusion(text, { ...entry });
      setVerdict(found);
      setWords(
        proof
          ? t('ledger.check.against', {
              n: proof.checkpoint.size,
              root: toBase64(proof.checkpoint.root).slice(0, 12),
            })
          : '',
      );
    } catch (error) {
      setVerdict('');
      setWords(errorText(error));
    }
  };
  return (
    <span class={`verdict ${verdict}`}>
      <button
        type="button"
        disabled={verdict === 'busy'}
        onClick={() => void check()}
        aria-label={t('ledger.check.entry', { n: entry.number })}
      >
        {t('ledger.check')}
      </button>
      <span role="status">
        {verdict !== '' && verdict !== 'busy' ? `${t(`verdict.${verdict}`)} ` : ''}
        <small>{words}</small>
      </span>
    </span>
  );
}
