// The plumes a site is made of, and the light of the one that is chosen: what it did to the
// spectrum, the gas fitted to it, what else it may be, and what no fit explains.
import { useEffect, useState } from 'preact/hooks';
import { api } from '../api/calls';
import { ApiError } from '../api/http';
import type { Plume, SiteDetail, Spectrum } from '../api/types';
import { t, tn, tOr } from '../i18n';
import { desk } from '../state/desk';
import { hooks } from '../state/keyboard';
import { settings } from '../state/settings';
import { useStore } from '../state/store';
import { fixed, measured, moment, probability, qValue, significant } from '../text/format';
import { gasName } from '../text/gases';
import { SpectrumChart } from './spectrum';

export function chosenPlume(detail: SiteDetail, chosen: number | null): Plume | null {
  return (
    detail.plumes.find((p) => p.id === chosen) ?? detail.plumes.find((p) => p.spectrum) ?? detail.plumes[0] ?? null
  );
}

export function PlumesPanel({ detail }: { detail: SiteDetail }) {
  const chosen = useStore(desk, (d) => d.plume);
  const plume = chosenPlume(detail, chosen);
  useEffect(() => {
    hooks.plumeBy = (by) => {
      const at = detail.plumes.findIndex((p) => p.id === plume?.id);
      const next = detail.plumes[at + by];
      if (next) desk.set({ plume: next.id });
    };
    return () => {
      hooks.plumeBy = () => undefined;
    };
  }, [detail, plume?.id]);
  if (!plume)
    return (
      <section class="part">
        <h3>{t('spectrum')}</h3>
        <p class="small">{t('plumes.none')}</p>
      </section>
    );
  return (
    <section class="part">
      <h3>
        {t('spectrum')} <small>{plume.name}</small>
      </h3>
      <Light plume={plume} />
      <Alternatives plume={plume} />
      <PlumeTable detail={detail} plume={plume} />
    </section>
  );
}

function Light({ plume }: { plume: Plume }) {
  const [state, setState] = useState<{ id: number; spectrum: Spectrum | null; failed: string }>({
    id: -1,
    spectrum: null,
    failed: '',
  });
  useEffect(() => {
    if (!plume.spectrum) return;
    let left = false;
    api.spectrum(plume.id).then(
      (spectrum) => {
        if (!left) setState({ id: plume.id, spectrum, failed: '' });
      },
      (error: unknown) => {
        if (!left)
          setState({
            id: plume.id,
            spectrum: null,
            failed: error instanceof ApiError ? error.code : 'fault',
          });
      },
    );
    return () => {
      left = true;
    };
  }, [plume.id, plume.spectrum]);
  if (!plume.spectrum)
    return (
      <p class="small" role="note">
        {t('spectrum.absent')}
      </p>
    );
  if (state.failed !== '' && state.id === plume.id)
    return (
      <p class="wrong" role="alert">
        {tOr(`error.${state.failed}`, t('spectrum.failed'))}
      </p>
    );
  if (!state.spectrum) return <p class="small chartspace">{t('loading')}</p>;
  return <SpectrumChart spectrum={state.spectrum} />;
}

function Alternatives({ plume }: { plume: Plume }) {
  const language = settings.get().language;
  if (plume.alternatives.length === 0)
    return <p class="small">{t('alternatives.none', { gas: gasName(plume.gas) })}</p>;
  return (
    <p class="small">
      {t('alternatives')}{' '}
      {plume.alternatives.map((one) => `${gasName(one.gas)} ${probability(language, one.probability)}`).join(', ')}
    </p>
  );
}

function PlumeTable({ detail, plume }: { detail: SiteDetail; plume: Plume }) {
  const language = settings.get().language;
  return (
    <details open={detail.plumes.length > 1}>
      <summary>
        {tn('plumes', detail.plumes.length)}{' '}
        <small>
          <kbd>[</kbd> <kbd>]</kbd>
        </small>
      </summary>
      <div class="scroll" tabIndex={0} role="region" aria-label={tn('plumes', detail.plumes.length)}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('plume')}</th>
              <th scope="col">{t('time')}</th>
              <th scope="col">q</th>
              <th scope="col">{t('snr')}</th>
              <th scope="col">ppm·m</th>
              <th scope="col">kg/h</th>
            </tr>
          </thead>
          <tbody>
            {detail.plumes.map((one) => (
              <tr key={one.id} class={one.id === plume.id ? 'current' : ''}>
                <th scope="row">
                  <button
                    type="button"
                    class="link"
                    aria-pressed={one.id === plume.id}
                    onClick={() => desk.set({ plume: one.id })}
                  >
                    {one.stack ? t('plume.stack', { name: one.name }) : one.name}
                  </button>
                </th>
                <td title={moment(one.time)}>{moment(one.time).slice(5, 16)}</td>
                <td>{qValue(language, one.q_value)}</td>
                <td>{fixed(language, one.snr, 1)}</td>
                <td title={one.mean_ppmm === null ? '' : measured(language, one.mean_ppmm, one.sigma_ppmm, 'ppm·m')}>
                  {one.mean_ppmm === null ? '–' : significant(language, one.mean_ppmm)}
                </td>
                <td>{one.emission_kg_h === null ? '–' : significant(language, one.emission_kg_h)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {plume.probability !== null && (
        <p class="small">
          {t('plume.gas.probability', {
            gas: gasName(plume.gas),
            p: probability(language, plume.probability),
          })}
        </p>
      )}
    </details>
  );
}
