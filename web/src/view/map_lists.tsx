// Every mark on the map as a row of a list: territories, known sources, flights.  Sites are the
// queue, plumes are in the evidence.  The same rows switch the layers on and off.
import { useState } from 'preact/hooks';
import { t } from '../i18n';
import { settings, type MapLayer } from '../state/settings';
import { useStore } from '../state/store';
import { moment } from '../text/format';
import { gasName } from '../text/gases';

export interface Layers {
  territories: GeoJSON.Feature[];
  known: GeoJSON.Feature[];
  flights: GeoJSON.Feature[];
}

const LISTED = ['territories', 'known', 'flights'] as const;
type Listed = (typeof LISTED)[number];
/** More rows than this are not read by anyone; the filter finds the others. */
const MOST = 300;

export function MapLists({
  layers,
  onShow,
}: {
  layers: Layers;
  onShow: ((geometry: GeoJSON.Geometry | null) => void) | null;
}) {
  const shown = useStore(settings, (s) => s.layers);
  const [open, setOpen] = useState<Listed | null>(null);
  const flip = (name: MapLayer) => settings.set({ layers: { ...shown, [name]: !shown[name] } });
  return (
    <div class="maplists">
      <div class="switches" role="group" aria-label={t('layers')}>
        {LISTED.map((name) => (
          <span key={name} class="switch">
            {onShow && (
              <input
                type="checkbox"
                checked={shown[name]}
                aria-label={t('layer.show', { layer: t(`layer.${name}`) })}
                onChange={() => flip(name)}
              />
            )}
            <button
              type="button"
              class="plain"
              aria-expanded={open === name}
              aria-controls="maplist"
              onClick={() => setOpen(open === name ? null : name)}
            >
              <span class={`swatch ${name}`} aria-hidden="true" />
              {t(`layer.${name}`)} ({layers[name].length})
            </button>
          </span>
        ))}
        {onShow &&
          (['footprints', 'overlay', 'hillshade', 'grid'] as const).map((name) => (
            <label key={name} class="switch">
              <input type="checkbox" checked={shown[name]} onChange={() => flip(name)} />
              {t(`layer.${name}`)}
            </label>
          ))}
      </div>
      <div id="maplist">{open && <List name={open} features={layers[open]} onShow={onShow} />}</div>
    </div>
  );
}

function List({
  name,
  features,
  onShow,
}: {
  name: Listed;
  features: GeoJSON.Feature[];
  onShow: ((geometry: GeoJSON.Geometry | null) => void) | null;
}) {
  const [text, setText] = useState('');
  const rows = features
    .map((feature) => ({ feature, title: titleOf(name, feature), about: aboutOf(name, feature) }))
    .filter(({ title, about }) => `${title} ${about}`.toLowerCase().includes(text.toLowerCase()));
  if (features.length === 0) return <p class="small">{t(`layer.${name}.none`)}</p>;
  return (
    <>
      {features.length > 8 && (
        <input
          type="search"
          aria-label={t('filter.text')}
          placeholder={t('filter.text')}
          value={text}
          onInput={(e) => setText(e.currentTarget.value)}
        />
      )}
      <ul class="features" tabIndex={0} aria-label={t(`layer.${name}`)}>
        {rows.slice(0, MOST).map(({ feature, title, about }, i) => (
          <li key={i}>
            {onShow && feature.geometry ? (
              <button type="button" class="link" onClick={() => onShow(feature.geometry)}>
                {title}
              </button>
            ) : (
              <b>{title}</b>
            )}
            <small>{about}</small>
          </li>
        ))}
      </ul>
      {rows.length > MOST && <p class="small">{t('layer.more', { n: rows.length - MOST })}</p>}
    </>
  );
}

function titleOf(name: Listed, feature: GeoJSON.Feature): string {
  const p = feature.properties ?? {};
  return String(name === 'territories' ? p['mandate'] : name === 'known' ? p['name'] : p['flight']);
}

function aboutOf(name: Listed, feature: GeoJSON.Feature): string {
  const p = feature.properties ?? {};
  if (name === 'known') return ((p['gases'] as string[] | undefined) ?? []).map(gasName).join(', ');
  if (name === 'territories') {
    return t('layer.territory', {
      issuer: String(p['issuer']),
      from: moment(String(p['from'])),
      to: moment(String(p['to'])),
    });
  }
  return t('layer.flight', { when: moment((p['time'] as string | null) ?? null), n: Number(p['plumes']) });
}
