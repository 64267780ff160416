// One's own account: roles, password, one-time codes, keys for other programs, leaving everywhere.
import { useState } from 'preact/hooks';
import { api } from '../api/calls';
import { ApiError } from '../api/http';
import { t } from '../i18n';
import { notify } from '../state/notices';
import { enter, isReader, leave, refreshMe, session } from '../state/session';
import { useStore } from '../state/store';
import { moment } from '../text/format';
import { Field, Form, PasswordField } from './form';

export function AccountView() {
  const me = useStore(session, (s) => s.me);
  if (!me) return null;
  const everywhere = async () => {
    await api.logoutEverywhere();
    leave('everywhere');
  };
  return (
    <main class="page" aria-label={t('place.account')}>
      <h1>{me.name}</h1>
      <ul class="mayroles">
        {me.roles.map((role) => (
          <li key={role}>
            <b>{t(`role.${role}`)}</b> <small>{t(`role.${role}.may`)}</small>
          </li>
        ))}
      </ul>
      {!isReader(me) && (
        <p class="hint" role="note">
          {t('account.nosites')}
        </p>
      )}
      <div class="cards">
        <ChangePassword />
        <section class="card">
          <h2>{t('code')}</h2>
          {me.has_code ? <RemoveCode /> : <EnrolCode />}
        </section>
        {isReader(me) && <MapKey />}
        <section class="card">
          <h2>{t('everywhere')}</h2>
          <p>{t('everywhere.words', { when: moment(me.session_ends) })}</p>
          <Form label={t('everywhere')} submit={t('everywhere.go')} onSend={everywhere} danger />
        </section>
      </div>
    </main>
  );
}

function ChangePassword() {
  const [old, setOld] = useState('');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const send = async () => {
    if (password !== again) throw new ApiError('passwords-differ', 0, 'the passwords differ');
    enter(await api.newPassword(old, password));
    notify('done', t('password.changed'));
    setOld('');
    setPassword('');
    setAgain('');
  };
  return (
    <section class="card">
      <h2>{t('password')}</h2>
      <Form label={t('password.change')} submit={t('password.change')} onSend={send}>
        <PasswordField kind="present" label={t('password.old')} value={old} onInput={setOld} />
        <PasswordField kind="new" label={t('password.new')} value={password} onInput={setPassword} />
        <PasswordField kind="again" value={again} onInput={setAgain} />
      </Form>
    </section>
  );
}

/** The secret is shown to be typed or opened in an authenticator, and counts once a code was right. */
function EnrolCode() {
  const [password, setPassword] = useState('');
  const [secret, setSecret] = useState<{ secret: string; uri: string } | null>(null);
  const [code, setCode] = useState('');
  if (!secret) {
    return (
      <>
        <p>{t('code.words')}</p>
        <Form
          label={t('code.enrol')}
          submit={t('code.enrol')}
          onSend={async () => setSecret(await api.enrolCode(password))}
        >
          <PasswordField kind="present" value={password} onInput={setPassword} />
        </Form>
      </>
    );
  }
  const send = async () => {
    await api.confirmCode(code);
    notify('done', t('code.active'));
    await refreshMe();
  };
  return (
    <>
      <p>{t('code.secret')}</p>
      <p class="secret">{secret.secret.replace(/(.{4})(?=.)/g, '$1 ')}</p>
      <p class="small">
        <a href={secret.uri}>{t('code.open')}</a>
      </p>
      <Form label={t('code.confirm')} submit={t('code.confirm')} onSend={send}>
        <Field
          label={t('code')}
          hint={t('code.hint')}
          value={code}
          onInput={setCode}
          autocomplete="one-time-code"
          code
          autofocus
        />
      </Form>
    </>
  );
}

function RemoveCode() {
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const send = async () => {
    await api.removeCode(password, code);
    notify('done', t('code.removed'));
    await refreshMe();
  };
  return (
    <>
      <p>{t('code.is.active')}</p>
      <Form label={t('code.remove')} submit={t('code.remove')} onSend={send} danger>
        <PasswordField kind="present" value={password} onInput={setPassword} />
        <Field label={t('code')} value={code} onInput={setCode} autocomplete="one-time-code" code />
      </Form>
    </>
  );
}

function MapKey() {
  const [days, setDays] = useState('30');
  const [key, setKey] = useState<{ key: string; name: string; ends: string } | null>(null);
  return (
    <section class="card">
      <h2>{t('mapkey')}</h2>
      <p>{t('mapkey.words')}</p>
      {key && (
        <dl class="secretlist">
          <dt>{t('mapkey.address')}</dt>
          <dd>{`${location.origin}/ogc`}</dd>
          <dt>{t('name')}</dt>
          <dd>{key.name}</dd>
          <dt>{t('mapkey.key')}</dt>
          <dd class="secret">{key.key}</dd>
          <dt>{t('mapkey.ends')}</dt>
          <dd>{moment(key.ends)}</dd>
        </dl>
      )}
      <Form label={t('mapkey')} submit={t('mapkey.make')} onSend={async () => setKey(await api.mapKey(Number(days)))}>
        <Field label={t('mapkey.days')} value={days} onInput={setDays} type="number" />
      </Form>
    </section>
  );
}
