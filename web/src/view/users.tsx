// Accounts, for admins: who there is, with which roles, and how to help or stop them.
import { useEffect, useState } from 'preact/hooks';
import { api } from '../api/calls';
import type { Role, User } from '../api/types';
import { t, tn } from '../i18n';
import { live } from '../state/live';
import { notify } from '../state/notices';
import { isReader, session } from '../state/session';
import { useStore } from '../state/store';
import { errorText, Field, Form, PasswordField } from './form';
import { Modal } from './modal';
import { Roles, ROLES_TO_GIVE } from './roles';

export function UsersView() {
  const [users, setUsers] = useState<User[]>([]);
  const [failed, setFailed] = useState('');
  const [acting, setActing] = useState<{ act: 'password' | 'end'; user: User } | null>(null);
  const version = useStore(live, (l) => l.users);
  const load = () =>
    api.users().then(
      (answer) => {
        setUsers(answer.users);
        setFailed('');
      },
      (error: unknown) => setFailed(errorText(error)),
    );
  useEffect(() => void load(), [version]);
  const act = (run: Promise<unknown>, done: string) =>
    run.then(
      () => {
        notify('done', done);
        return load();
      },
      (error: unknown) => notify('error', errorText(error)),
    );
  return (
    <main class="page" aria-label={t('place.users')}>
      <h1>{t('place.users')}</h1>
      <p>{t('users.words')}</p>
      {!isReader(session.get().me) && (
        <p class="hint" role="note">
          {t('account.nosites')}
        </p>
      )}
      {failed !== '' && (
        <p class="wrong" role="alert">
          {failed}
        </p>
      )}
      <div class="scroll" tabIndex={0} role="region" aria-label={t('place.users')}>
        <table class="rows">
          <thead>
            <tr>
              <th scope="col">{t('name')}</th>
              <th scope="col">{t('roles')}</th>
              <th scope="col">{t('code')}</th>
              <th scope="col">{t('users.sessions')}</th>
              <th scope="col">{t('users.acts')}</th>
            </tr>
          </thead>
          <tbody>
            {users.map((user) => (
              <tr key={user.name} class={user.ended ? 'ended' : ''}>
                <th scope="row">
                  {user.name}
                  {user.ended && <small> {t('users.ended')}</small>}
                </th>
                <td>{user.roles.map((role) => t(`role.${role}`)).join(', ')}</td>
                <td>{user.has_code ? t('yes') : t('no')}</td>
                <td>
                  {user.sessions}
                  {user.locked_s > 0 && <small> {t('users.locked', { s: user.locked_s })}</small>}
                </td>
                <td>
                  {!user.ended && (
                    <span class="acts">
                      <button type="button" onClick={() => setActing({ act: 'password', user })}>
                        {t('users.password')}
                      </button>
                      <button
                        type="button"
                        disabled={user.sessions === 0}
                        onClick={() => void act(api.logoutUser(user.name), t('users.logout.done', { name: user.name }))}
                      >
                        {t('users.logout')}
                      </button>
                      {user.has_code && (
                        <button
                          type="button"
                          onClick={() =>
                            void act(api.removeUserCode(user.name), t('users.code.done', { name: user.name }))
                          }
                        >
                          {t('users.code')}
                        </button>
                      )}
                      <button
                        type="button"
                        class="danger"
                        disabled={user.name === session.get().me?.name}
                        onClick={() => setActing({ act: 'end', user })}
                      >
                        {t('users.end')}
                      </button>
                    </span>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="small">{tn('users.count', users.filter((user) => !user.ended).length)}</p>
      <AddUser onAdded={load} />
      {acting?.act === 'password' && <NewPassword user={acting.user} onClose={() => setActing(null)} />}
      {acting?.act === 'end' && (
        <Modal title={t('users.end.ask', { name: acting.user.name })} onClose={() => setActing(null)}>
          <p>{t('users.end.words')}</p>
          <div class="buttons">
            <button
              type="button"
              class="danger"
              onClick={() => {
                void act(api.endUser(acting.user.name), t('users.end.done', { name: acting.user.name }));
                setActing(null);
              }}
            >
              {t('users.end')}
            </button>
            <button type="button" autofocus onClick={() => setActing(null)}>
              {t('cancel')}
            </button>
          </div>
        </Modal>
      )}
    </main>
  );
}

function AddUser({ onAdded }: { onAdded: () => Promise<void> }) {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [roles, setRoles] = useState<Role[]>(['analyst']);
  const send = async () => {
    await api.addUser(name, roles, password);
    notify('done', t('users.added', { name }));
    setName('');
    setPassword('');
    await onAdded();
  };
  return (
    <section class="card">
      <h2>{t('users.add')}</h2>
      <Form label={t('users.add')} submit={t('users.add.go')} onSend={send}>
        <Field label={t('name')} hint={t('name.hint')} value={name} onInput={setName} />
        <PasswordField kind="new" label={t('users.first.password')} value={password} onInput={setPassword} />
        <Roles roles={roles} onChange={setRoles} offered={ROLES_TO_GIVE} />
      </Form>
    </section>
  );
}

function NewPassword({ user, onClose }: { user: User; onClose: () => void }) {
  const [password, setPassword] = useState('');
  const send = async () => {
    await api.setPassword(user.name, password);
    notify('done', t('users.password.done', { name: user.name }));
    onClose();
  };
  return (
    <Modal title={t('users.password.ask', { name: user.name })} onClose={onClose}>
      <Form label={t('users.password')} submit={t('users.password')} onSend={send}>
        <PasswordField kind="new" label={t('password.new')} value={password} onInput={setPassword} autofocus />
      </Form>
      <button type="button" onClick={onClose}>
        {t('cancel')}
      </button>
    </Modal>
  );
}
