// What the ledger is now, what of it is signed and by whom, and checks that are made in the
// browser: a checkpoint that the reader holds, signatures against keys that the reader has.
import { useState } from 'preact/hooks';
import { api } from '../api/calls';
import type { CheckpointAnswer, VerifyAnswer } from '../api/types';
import { t, tn } from '../i18n';
import { fromHex } from '../ledger/bytes';
import { parseCheckpoint, verifySigned } from '../ledger/checkpoint';
import { checkGrowth } from '../ledger/growth';
import { errorText, Form } from './form';

export function LedgerState({ state }: { state: CheckpointAnswer }) {
  const witnessed = state.kept.find((one) => one.signatures.some((name) => name !== state.origin));
  const signed = state.kept[0];
  return (
    <div class="cards">
      <section class="card">
        <h2>{t('ledger.state')}</h2>
        <dl class="secretlist">
          <dt>{t('ledger.size')}</dt>
          <dd>{state.size}</dd>
          <dt>{t('ledger.root')}</dt>
          <dd class="secret">{state.root}</dd>
          <dt>{t('ledger.origin')}</dt>
          <dd class="secret">{state.origin}</dd>
          <dt>{t('ledger.signed')}</dt>
          <dd>
            {signed
              ? t('ledger.signed.to', {
                  n: signed.size,
                  names: signed.signatures.map((n) => (n === state.origin ? t('ledger.keeper') : n)).join(', '),
                })
              : t('ledger.signed.none')}
          </dd>
          <dt>{t('ledger.witnessed')}</dt>
          <dd class={witnessed ? '' : 'unwitnessed'}>
            {witnessed ? t('ledger.witnessed.to', { n: witnessed.size }) : t('ledger.witnessed.none')}
            {witnessed && witnessed.size < state.size && (
              <b class="unwitnessed"> {tn('ledger.unwitnessed', state.size - witnessed.size)}</b>
            )}
          </dd>
        </dl>
        <Whole />
      </section>
      <HeldCheckpoint />
    </div>
  );
}

function Whole() {
  const [found, setFound] = useState<VerifyAnswer | null>(null);
  return (
    <Form label={t('ledger.whole')} submit={t('ledger.whole')} onSend={async () => setFound(await api.verifyLedger())}>
      {found && (
        <div role="status" class={found.good ? 'good' : 'wrong'}>
          <p>
            {found.good ? t('ledger.whole.good', { n: found.entries }) : t('ledger.whole.bad', { n: found.entries })}
          </p>
          <ul>
            {found.findings.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
        </div>
      )}
    </Form>
  );
}

/** A checkpoint from elsewhere: is today's ledger a growth of it, and who signed it? */
function HeldCheckpoint() {
  const [note, setNote] = useState('');
  const [key, setKey] = useState('');
  const [name, setName] = useState('');
  const [words, setWords] = useState<{ good: boolean; text: string }[]>([]);
  const check = async () => {
    const held = parseCheckpoint(`${note.trim()}\n`);
    if (!held) return setWords([{ good: false, text: t('held.malformed') }]);
    const said: { good: boolean; text: string }[] = [];
    if (key.trim() !== '') {
      const bytes = fromHex(key.trim());
      const verdict = bytes?.length === 32 ? await verifySigned(held, bytes, name.trim() || held.origin) : 'absent';
      said.push({
        good: verdict === 'good',
        text: bytes?.length === 32 ? t(`signed.${verdict}`) : t('held.key'),
      });
    }
    try {
      const { proof } = await api.growthProof(held.size);
      const verdict = await checkGrowth(held, proof);
      said.push({ good: verdict === 'good', text: t(`growth.${verdict}`, { n: held.size }) });
    } catch (error) {
      said.push({ good: false, text: errorText(error) });
    }
    setWords(said);
  };
  return (
    <section class="card">
      <h2>{t('held')}</h2>
      <p>{t('held.words')}</p>
      <Form label={t('held')} submit={t('held.check')} onSend={check}>
        <label class="field">
          <span>{t('held.note')}</span>
          <textarea rows={6} required spellcheck={false} value={note} onInput={(e) => setNote(e.currentTarget.value)} />
        </label>
        <label class="field">
          <span>{t('held.public')}</span>
          <input type="text" spellcheck={false} value={key} onInput={(e) => setKey(e.currentTarget.value)} />
        </label>
        <label class="field">
          <span>{t('held.name')}</span>
          <input type="text" spellcheck={false} value={name} onInput={(e) => setName(e.currentTarget.value)} />
        </label>
        <div role="status">
          {words.map((one) => (
            <p key={one.text} class={one.good ? 'good' : 'wrong'}>
              {one.text}
            </p>
          ))}
        </div>
      </Form>
    </section>
  );
}
