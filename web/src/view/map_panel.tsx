// The map, what is on it as lists, and what one may put on it.  The map's code is loaded when it is
// first shown; a browser without WebGL gets the lists alone, and is told why.
import { useEffect, useRef, useState } from 'preact/hooks';
import { api } from '../api/calls';
import type { Overlay } from '../api/types';
import { t } from '../i18n';
import { desk, select } from '../state/desk';
import { hooks } from '../state/keyboard';
import { notify } from '../state/notices';
import { settings } from '../state/settings';
import { useStore } from '../state/store';
import { place } from '../text/format';
import { gasName, shortSite } from '../text/gases';
import type { SiteMap } from '../map/site_map';
import { MapLists, type Layers } from './map_lists';
import { chosenPlume } from './plumes';

const NO_LAYERS: Layers = { territories: [], known: [], flights: [] };

function hasWebGl(): boolean {
  return document.createElement('canvas').getContext('webgl2') !== null;
}

export function MapPanel() {
  const [layers, setLayers] = useState<Layers>(NO_LAYERS);
  const [failed, setFailed] = useState('');
  const map = useRef<SiteMap | null>(null);
  const version = useStore(desk, (d) => d.mapVersion);
  useEffect(() => {
    void loadLayers().then(setLayers);
  }, [version]);
  return (
    <section class="middle" aria-label={t('map')}>
      {failed === '' ? (
        <Canvas map={map} layers={layers} onFailure={setFailed} />
      ) : (
        <p class="nomap" role="status">
          <b>{t('map.none')}</b> {t('map.none.words')} <small>{failed}</small>
        </p>
      )}
      <MapLists layers={layers} onShow={failed === '' ? (geometry) => map.current?.fitGeometry(geometry) : null} />
    </section>
  );
}

async function loadLayers(): Promise<Layers> {
  const get = (name: 'territories' | 'known' | 'flights') =>
    api.layer(name).then(
      (answer) => answer.features,
      () => [] as GeoJSON.Feature[],
    );
  const [territories, known, flights] = await Promise.all([get('territories'), get('known'), get('flights')]);
  return { territories, known, flights };
}

/** Made when the code of the map is there; gone when the browser cannot draw it. */
function Canvas({
  map,
  layers,
  onFailure,
}: {
  map: { current: SiteMap | null };
  layers: Layers;
  onFailure: (message: string) => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  const pointer = useRef<HTMLOutputElement>(null);
  const [made, setMade] = useState<SiteMap | null>(null);
  useEffect(() => {
    if (!hasWebGl()) {
      onFailure('WebGL 2');
      return;
    }
    let gone = false;
    import('../map/site_map')
      .then(({ SiteMap: Made }) => {
        if (gone || !box.current) return;
        map.current = new Made(box.current, mapWords(), settings.get().layers, {
          onSelect: select,
          onPointer(longitude, latitude) {
            if (pointer.current) pointer.current.textContent = place(settings.get().language, longitude, latitude);
          },
          onFailure: (message) => console.warn(`map: ${message}`),
        });
        setMade(map.current);
      })
      .catch((error: unknown) => onFailure(String((error as Error).message)));
    return () => {
      gone = true;
      map.current?.remove();
      map.current = null;
    };
  }, []);
  return (
    <div class="map">
      <div ref={box} class="gl" />
      {made && <Follow map={made} layers={layers} />}
      <output ref={pointer} class="pointer" aria-hidden="true" />
    </div>
  );
}

function mapWords(): Record<string, string> {
  return {
    'NavigationControl.ZoomIn': t('map.in'),
    'NavigationControl.ZoomOut': t('map.out'),
    'Map.Title': t('map.drawn'),
    'ScaleControl.Meters': 'm',
    'ScaleControl.Kilometers': 'km',
  };
}

/** Keeps the map as the desk and the settings are. */
function Follow({ map, layers }: { map: SiteMap; layers: Layers }) {
  const queue = useStore(desk, (d) => d.queue);
  const detail = useStore(desk, (d) => d.detail);
  const chosen = useStore(desk, (d) => d.plume);
  const shown = useStore(settings, (s) => s.layers);
  const theme = useStore(settings, (s) => s.theme);
  const fitted = useRef(false);
  const plume = detail ? chosenPlume(detail, chosen) : null;

  useEffect(() => {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const again = () => map.restyle();
    dark.addEventListener('change', again);
    if (fitted.current) again();
    return () => dark.removeEventListener('change', again);
  }, [theme]);
  useEffect(() => map.showLayers(shown), [shown]);
  useEffect(() => {
    for (const name of ['territories', 'known', 'flights'] as const) map.setData(name, layers[name]);
  }, [layers]);
  useEffect(() => {
    const sites = queue.shown.flatMap((name) => queue.sites.get(name) ?? []);
    const open = queue.selected === null ? undefined : queue.sites.get(queue.selected);
    if (open && !queue.shown.includes(open.site)) sites.push(open);
    map.setSites(sites, (site) => `${gasName(site.gas)} ${shortSite(site.site)}`);
    if (!fitted.current && queue.order.length > 0) {
      fitted.current = true;
      map.fit([...queue.sites.values()].map((s) => [s.longitude, s.latitude] as const));
    }
  }, [queue.shown, queue.sites]);
  useEffect(() => {
    const site = queue.selected === null ? undefined : queue.sites.get(queue.selected);
    map.select(site);
    if (site) map.keepInView(site.longitude, site.latitude);
  }, [queue.selected]);
  useEffect(() => map.setDetail(detail, plume?.id ?? null), [detail, plume?.id]);
  useEffect(() => {
    hooks.zoomToSite = () => {
      const site = desk.get().detail?.site;
      if (site) map.zoomTo(site.longitude, site.latitude);
    };
    hooks.toggleOverlay = () => {
      const { layers } = settings.get();
      settings.set({ layers: { ...layers, overlay: !layers.overlay } });
    };
    return () => {
      hooks.zoomToSite = () => undefined;
      hooks.toggleOverlay = () => undefined;
    };
  }, []);
  useGround(map);
  const overlay = useOverlay(map, plume?.flight_id ?? null, detail?.site.gas ?? '', shown.overlay);
  if (overlay === undefined) return null;
  return (
    <p class="mapword" role="status">
      {overlay === null
        ? t('overlay.none')
        : t('overlay.scale', { flight: plume?.flight ?? '', least: overlay.least, most: overlay.most })}
    </p>
  );
}

/** The user's own base map: hillshade, and GeoJSON files as lines. */
function useGround(map: SiteMap): void {
  useEffect(() => {
    api
      .mapFiles()
      .then(async ({ files, hillshade }) => {
        map.setHillshade(hillshade);
        const own = files.filter((file) => /\.(geo)?json$/.test(file.path) && !file.path.endsWith('hillshade.json'));
        const read = await Promise.all(
          own.map((file) => fetch(file.path).then((r) => r.json() as Promise<GeoJSON.FeatureCollection>)),
        );
        map.setData(
          'own',
          read.flatMap((one) => one.features ?? []),
        );
      })
      .catch(() => notify('error', t('ground.failed')));
  }, []);
}

/** The score map of the flight whose plume is looked at; null: there is none, undefined: not wanted. */
function useOverlay(map: SiteMap, flight: number | null, gas: string, wanted: boolean): Overlay | null | undefined {
  const [shown, setShown] = useState<Overlay | null | undefined>(undefined);
  useEffect(() => {
    let left = false;
    const put = (overlay: Overlay | null) => {
      if (left) return;
      map.setOverlay(overlay);
      setShown(wanted ? overlay : undefined);
    };
    if (flight === null || !wanted) put(null);
    else {
      api.overlays(flight).then(
        ({ overlays }) => put(overlays.find((one) => one.gas === gas) ?? null),
        () => put(null),
      );
    }
    return () => {
      left = true;
    };
  }, [flight, gas, wanted]);
  return shown;
}
