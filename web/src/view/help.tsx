import { STATES } from '../api/types';
import { t } from '../i18n';
import { closeDialog } from '../state/decisions';
import { BINDINGS } from '../state/keyboard';
import { settings } from '../state/settings';
import { useStore } from '../state/store';
import { StateIcon } from './marks';

const NAMES: Record<string, string> = { ArrowDown: '↓', ArrowUp: '↑' };

export function Help() {
  const keys = useStore(settings, (s) => s.keys);
  return (
    <div class="help">
      <section>
        <h3>{t('help.keys')}</h3>
        <table>
          <tbody>
            {BINDINGS.map((binding) => (
              <tr key={binding.label}>
                <th scope="row">
                  {binding.keys.map((key) => (
                    <kbd key={key}>{NAMES[key] ?? key}</kbd>
                  ))}
                </th>
                <td>{t(binding.label)}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <label class="tick">
          <input type="checkbox" checked={keys} onChange={(e) => settings.set({ keys: e.currentTarget.checked })} />
          {t('help.keys.on')}
        </label>
      </section>
      <section>
        <h3>{t('help.signs')}</h3>
        <ul class="signs">
          {STATES.map((state) => (
            <li key={state}>
              <StateIcon state={state} /> <b>{t(`state.${state}`)}</b> <small>{t(`state.${state}.means`)}</small>
            </li>
          ))}
        </ul>
        <h3>{t('help.numbers')}</h3>
        <p>{t('help.numbers.words')}</p>
        <p class="small">{t('help.map.source')}</p>
        <div class="buttons">
          <button type="button" class="main" onClick={closeDialog} autofocus>
            {t('close')}
          </button>
        </div>
      </section>
    </div>
  );
}
