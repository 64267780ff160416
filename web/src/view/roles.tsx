import type { Role } from '../api/types';
import { t } from '../i18n';

export const ROLES_TO_GIVE: readonly Role[] = ['analyst', 'releaser', 'overseer', 'partner', 'admin'];

interface RolesProps {
  roles: readonly Role[];
  onChange: (roles: Role[]) => void;
  offered: readonly Role[];
  always?: Role;
}

/** Which roles an account has, each with what it may. */
export function Roles({ roles, onChange, offered, always }: RolesProps) {
  const flip = (role: Role, on: boolean) =>
    onChange(offered.filter((one) => (one === role ? on : roles.includes(one))));
  return (
    <fieldset class="roles">
      <legend>{t('roles')}</legend>
      {offered.map((role) => (
        <label key={role}>
          <input
            type="checkbox"
            checked={roles.includes(role)}
            disabled={role === always}
            onChange={(e) => flip(role, e.currentTarget.checked)}
          />
          <span>
            <b>{t(`role.${role}`)}</b> <small>{t(`role.${role}.may`)}</small>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
