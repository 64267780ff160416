// Before one is in: the set-up link, log-in, and a server that does not answer.
import { useState } from 'preact/hooks';
import { api } from '../api/calls';
import { ApiError } from '../api/http';
import { ROLES_TO_GIVE } from './roles';
import { t, tOr } from '../i18n';
import type { Role } from '../api/types';
import { begin, enter, session } from '../state/session';
import { useStore } from '../state/store';
import { Field, Form, PasswordField } from './form';
import { LanguageSwitch, ThemeSwitch } from './header';
import { Roles } from './roles';

function Card({ title, children }: { title: string; children: preact.ComponentChildren }) {
  const version = useStore(session, (s) => s.about?.version ?? '');
  return (
    <div class="card">
      <h1>
        <img src="/icon.svg" alt="" width="34" height="34" />
        {title}
      </h1>
      {children}
      <footer>
        <LanguageSwitch />
        <ThemeSwitch />
        <small>{version === '' ? 'Vaho' : `Vaho ${version}`}</small>
      </footer>
    </div>
  );
}

export function LogIn() {
  const why = useStore(session, (s) => s.why);
  const about = useStore(session, (s) => s.about);
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [coded, setCoded] = useState(false);
  const send = async () => enter(await api.login(name, password, coded ? code : ''));
  const onError = (error: unknown) => {
    const needed = error instanceof ApiError && error.code === 'code-needed';
    if (needed) setCoded(true);
    return needed;
  };
  return (
    <Card title={t('login.title')}>
      {why !== '' && (
        <p class="wrong" role="status">
          {tOr(`out.${why}`, '')}
        </p>
      )}
      {about?.setup_needed && <p class="hint">{t('setup.needed')}</p>}
      <Form label={t('login.title')} submit={t('login.go')} onSend={send} onError={onError}>
        <Field label={t('name')} value={name} onInput={setName} autocomplete="username" autofocus />
        <PasswordField kind="present" value={password} onInput={setPassword} />
        {coded && (
          <Field
            label={t('code')}
            hint={t('code.hint')}
            value={code}
            onInput={setCode}
            autocomplete="one-time-code"
            code
            autofocus
          />
        )}
      </Form>
    </Card>
  );
}

export function SetUp() {
  const token = useStore(session, (s) => s.token);
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [roles, setRoles] = useState<Role[]>(['admin']);
  const send = async () => {
    if (password !== again) throw new ApiError('passwords-differ', 0, 'the passwords differ');
    enter(await api.setup(token, name, password, roles));
  };
  return (
    <Card title={t('setup.title')}>
      <p>{t('setup.words')}</p>
      <Form label={t('setup.title')} submit={t('setup.go')} onSend={send}>
        <Field
          label={t('name')}
          hint={t('name.hint')}
          value={name}
          onInput={setName}
          autocomplete="username"
          autofocus
        />
        <PasswordField kind="new" value={password} onInput={setPassword} />
        <PasswordField kind="again" value={again} onInput={setAgain} />
        <Roles roles={roles} onChange={setRoles} always="admin" offered={ROLES_TO_GIVE} />
      </Form>
    </Card>
  );
}

export function Gone() {
  return (
    <Card title={t('gone.title')}>
      <p role="alert">{t('gone.words')}</p>
      <button type="button" class="main" onClick={() => void begin()}>
        {t('gone.retry')}
      </button>
    </Card>
  );
}
