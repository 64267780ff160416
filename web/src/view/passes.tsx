// The passes over a site, and its emission over time: what saw it and how strong, what looked and
// saw nothing, and how faint a plume that one could have seen.
import type { SiteDetail } from '../api/types';
import { heightOf, layPasses, type Column, type PassesLayout } from '../chart/passes_layout';
import { t, tn } from '../i18n';
import { desk } from '../state/desk';
import { settings } from '../state/settings';
import { fixed, measured, moment, percent, qValue, significant } from '../text/format';

const HEIGHT = 120;
const LEFT = 44;
const RIGHT = 8;
const WIDTH = 400;

export function PassesPanel({ detail }: { detail: SiteDetail }) {
  const { passes } = detail;
  const seen = passes.filter((p) => p.seen).length;
  if (passes.length === 0)
    return (
      <section class="part">
        <h3>{t('passes')}</h3>
        <p class="small">{t('passes.none')}</p>
      </section>
    );
  const layout = layPasses(passes);
  return (
    <section class="part">
      <h3>
        {t('passes')} <small>{t('passes.sum', { seen, missed: passes.length - seen })}</small>
      </h3>
      <PassesChart layout={layout} />
      <p class="legend small">
        <span class="key seen">{t('pass.seen')}</span>
        <span class="key missed">{t('pass.missed')}</span>
        <span class="key limit">{t('pass.limit')}</span>
      </p>
      <PassTable layout={layout} />
    </section>
  );
}

function PassesChart({ layout }: { layout: PassesLayout }) {
  const language = settings.get().language;
  const step = (WIDTH - LEFT - RIGHT) / layout.columns.length;
  const x = (i: number) => LEFT + (i + 0.5) * step;
  const y = (value: number) => 8 + (1 - heightOf(layout, value)) * (HEIGHT - 16);
  const seen = layout.columns.filter((c) => c.pass.seen).length;
  return (
    <svg
      class="passes"
      viewBox={`0 0 ${WIDTH} ${HEIGHT + 26}`}
      role="img"
      aria-label={t('passes.alt', { seen, n: layout.columns.length })}
    >
      {layout.ticks.map((tick) => (
        <g key={tick}>
          <line class="grid" x1={LEFT} x2={WIDTH - RIGHT} y1={y(tick)} y2={y(tick)} />
          <text class="tick" x={LEFT - 5} y={y(tick) + 4} text-anchor="end">
            {significant(language, tick)}
          </text>
        </g>
      ))}
      <text class="tick" x={2} y={HEIGHT + 20}>
        {layout.unit}
      </text>
      {layout.columns.map((column, i) => (
        <Mark key={i} column={column} x={x(i)} y={y} step={step} first={i === 0} />
      ))}
    </svg>
  );
}

function Mark({
  column,
  x,
  y,
  step,
  first,
}: {
  column: Column;
  x: number;
  y: (v: number) => number;
  step: number;
  first: boolean;
}) {
  const { pass, strength, sigma, limit } = column;
  const half = Math.min(9, 0.36 * step);
  return (
    <g>
      <title>{passText(column)}</title>
      {column.newDay && !first && <line class="day" x1={x - step / 2} x2={x - step / 2} y1={4} y2={HEIGHT + 6} />}
      {column.newDay && (
        <text class="tick" x={x - half} y={HEIGHT + 20}>
          {pass.time?.slice(5, 10) ?? ''}
        </text>
      )}
      {limit !== null && <line class="limit" x1={x - half} x2={x + half} y1={y(limit)} y2={y(limit)} />}
      {pass.seen && strength !== null && strength > 0 && (
        <>
          {sigma !== null && (
            <line
              class="error"
              x1={x}
              x2={x}
              y1={y(Math.max(strength - sigma, strength / 50))}
              y2={y(strength + sigma)}
            />
          )}
          <circle class="seen" cx={x} cy={y(strength)} r={4.2} />
        </>
      )}
      {pass.seen && (strength === null || strength <= 0) && <circle class="seen" cx={x} cy={10} r={4.2} />}
      {!pass.seen && <path class="missed" d={`M${x - 4} ${HEIGHT - 6}l8 8m0 -8l-8 8`} />}
    </g>
  );
}

function limitText(column: Column): string {
  const language = settings.get().language;
  const { limit_kg_h, limit_ppmm } = column.pass;
  if (limit_kg_h !== null) return `${significant(language, limit_kg_h)} kg/h`;
  return limit_ppmm === null ? t('unknown') : `${significant(language, limit_ppmm)} ppm·m`;
}

function strengthText(column: Column): string {
  const language = settings.get().language;
  const { pass } = column;
  if (pass.emission_kg_h !== null) return measured(language, pass.emission_kg_h, pass.emission_sigma_kg_h, 'kg/h');
  return pass.mean_ppmm === null ? t('unknown') : `${significant(language, pass.mean_ppmm)} ppm·m`;
}

export function passText(column: Column): string {
  const { pass } = column;
  const head = `${pass.flight} · ${moment(pass.time)}`;
  return pass.seen
    ? `${head}: ${t('pass.saw', { strength: strengthText(column) })}`
    : `${head}: ${t('pass.saw.nothing', { limit: limitText(column) })}`;
}

function PassTable({ layout }: { layout: PassesLayout }) {
  const language = settings.get().language;
  return (
    <details>
      <summary>{tn('passes.list', layout.columns.length)}</summary>
      <div class="scroll" tabIndex={0} role="region" aria-label={t('passes')}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('pass')}</th>
              <th scope="col">{t('time')}</th>
              <th scope="col">{t('pass.strength')}</th>
              <th scope="col">{t('pass.limit.short')}</th>
              <th scope="col" title={t('pass.chance.long')}>
                {t('pass.chance')}
              </th>
              <th scope="col" title={t('pass.weight.long')}>
                {t('pass.weight')}
              </th>
            </tr>
          </thead>
          <tbody>
            {layout.columns.map((column, i) => (
              <tr key={i} class={column.pass.seen ? '' : 'missed'}>
                <th scope="row">
                  {column.pass.plume_id === null ? (
                    column.pass.flight
                  ) : (
                    <button type="button" class="link" onClick={() => desk.set({ plume: column.pass.plume_id })}>
                      {column.pass.flight}
                    </button>
                  )}
                </th>
                <td title={moment(column.pass.time)}>{moment(column.pass.time).slice(5, 16)}</td>
                <td>
                  {column.pass.seen ? strengthText(column) : t('pass.nothing')}
                  {column.pass.q_value !== null && <small> q {qValue(language, column.pass.q_value)}</small>}
                </td>
                <td>{limitText(column)}</td>
                <td>{column.pass.chance === null ? '–' : percent(language, column.pass.chance)}</td>
                <td class={(column.pass.weight ?? 0) < 0 ? 'against' : 'for'}>
                  {column.pass.weight === null
                    ? '–'
                    : `${column.pass.weight > 0 ? '+' : ''}${fixed(language, column.pass.weight, 1)}`}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
