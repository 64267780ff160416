// The spectrum as a chart (chart/spectrum_chart.ts), its legend in words, and its numbers as a table.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Spectrum } from '../api/types';
import { drawSpectrum } from '../chart/spectrum_chart';
import { t } from '../i18n';
import { settings } from '../state/settings';
import { useStore } from '../state/store';
import { probability, significant } from '../text/format';
import { gasName } from '../text/gases';

export function SpectrumChart({ spectrum }: { spectrum: Spectrum }) {
  const box = useRef<HTMLDivElement>(null);
  const theme = useStore(settings, (s) => s.theme);
  const language = settings.get().language;
  const others = useMemo(() => spectrum.alternatives.filter((one) => one.fit !== null).slice(0, 3), [spectrum]);
  const [hidden, setHidden] = useState<readonly string[]>([]);
  const fits = others.filter((one) => !hidden.includes(one.gas));
  useEffect(() => {
    if (!box.current) return;
    return drawSpectrum(
      box.current,
      spectrum,
      fits.map((one) => ({ index: others.indexOf(one), fit: one.fit ?? [] })),
      {
        excess: t('spectrum.excess'),
        residual: t('spectrum.residual'),
        wavelength: t('spectrum.wavelength'),
        language,
      },
    );
  }, [spectrum, hidden, theme, language]);
  return (
    <figure class="spectrum">
      <div class="legend">
        <span class="key excess">{t('spectrum.excess')}</span>
        <span class="key fit">{t('spectrum.fit', { gas: gasName(spectrum.gas) })}</span>
        {others.map((one, i) => (
          <label key={one.gas} class={`key other other${i}`}>
            <input
              type="checkbox"
              checked={!hidden.includes(one.gas)}
              onChange={(e) =>
                setHidden(e.currentTarget.checked ? hidden.filter((gas) => gas !== one.gas) : [...hidden, one.gas])
              }
            />
            {gasName(one.gas)} {probability(language, one.probability)}
          </label>
        ))}
      </div>
      <div
        ref={box}
        class="chart"
        role="img"
        aria-label={t('spectrum.alt', { gas: gasName(spectrum.gas), n: spectrum.wavelength_um.length })}
      />
      <figcaption class="small">{t('spectrum.units')}</figcaption>
      <details>
        <summary>{t('numbers')}</summary>
        <div class="scroll" tabIndex={0} role="region" aria-label={t('numbers')}>
          <table>
            <thead>
              <tr>
                <th scope="col">um</th>
                <th scope="col">{t('spectrum.excess')}</th>
                <th scope="col">{t('spectrum.fit.short')}</th>
                <th scope="col">{t('spectrum.residual')}</th>
              </tr>
            </thead>
            <tbody>
              {spectrum.wavelength_um.map((um, i) => (
                <tr key={um}>
                  <th scope="row">{um.toFixed(3)}</th>
                  {[spectrum.excess[i], spectrum.fit[i], spectrum.residual[i]].map((v, k) => (
                    <td key={k}>{v === null || v === undefined ? '–' : significant(language, v, 3)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  );
}
