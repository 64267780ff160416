// The map itself: MapLibre GL behind the few acts that the page needs.  Marks are one GL source,
// so that 5,000 are drawn by the card; a change of the queue is one setData.
import {
  Map as GlMap,
  NavigationControl,
  ScaleControl,
  setWorkerUrl,
  type GeoJSONSource,
  type ImageSource,
  type MapMouseEvent,
} from 'maplibre-gl';
import type { Overlay, Site, SiteDetail } from '../api/types';
import { MAP_LAYERS, type MapLayer } from '../state/settings';
import { coloursOf } from './colours';
import { boxAround, ellipseRing, gridOver, gridStep, positionsOf, WITHIN_95, type Box } from './geometry';
import { addIcons } from './icons';
import { LAYERS_OF, mapStyle, type SourceName } from './style';

setWorkerUrl(WORKER_URL);

export interface MapEvents {
  onSelect: (site: string) => void;
  onPointer: (longitude: number, latitude: number) => void;
  onFailure: (message: string) => void;
}

export interface Picture {
  url: string;
  bounds: Box;
}

const collection = (features: GeoJSON.Feature[]): GeoJSON.FeatureCollection => ({
  type: 'FeatureCollection',
  features,
});

export class SiteMap {
  private readonly map: GlMap;
  private readonly box: HTMLElement;
  private ready = false;
  private readonly data = new Map<SourceName, GeoJSON.FeatureCollection>();
  private shown: Record<MapLayer, boolean>;
  private pictures: { hillshade: Picture | null; overlay: Picture | null } = { hillshade: null, overlay: null };

  /** Throws where the browser has no WebGL. */
  constructor(box: HTMLElement, words: Record<string, string>, shown: Record<MapLayer, boolean>, events: MapEvents) {
    this.box = box;
    this.shown = shown;
    this.map = new GlMap({
      container: box,
      style: mapStyle(coloursOf(box), LAND_URL, BORDERS_URL),
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      maxZoom: 20,
      center: [0, 20],
      zoom: 1,
      renderWorldCopies: false,
      locale: words,
      fadeDuration: 0,
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    this.map.addControl(new NavigationControl({ showCompass: false }), 'top-right');
    this.map.addControl(new ScaleControl({ unit: 'metric', maxWidth: 120 }), 'bottom-right');
    this.map.on('style.load', () => this.fill());
    this.map.on('moveend', () => this.drawGrid());
    this.map.on('resize', () => this.drawGrid());
    this.map.on('mousemove', (e: MapMouseEvent) => events.onPointer(e.lngLat.lng, e.lngLat.lat));
    this.map.on('click', (e: MapMouseEvent) => {
      const near = 8;
      const found = this.ready
        ? this.map.queryRenderedFeatures(
            [
              [e.point.x - near, e.point.y - near],
              [e.point.x + near, e.point.y + near],
            ],
            { layers: ['sites'] },
          )
        : [];
      const site: unknown = found[0]?.properties['site'];
      if (typeof site === 'string') events.onSelect(site);
    });
    this.map.on('mouseenter', 'sites', () => {
      this.map.getCanvas().style.cursor = 'pointer';
    });
    this.map.on('mouseleave', 'sites', () => {
      this.map.getCanvas().style.cursor = '';
    });
    this.map.on('error', (e) => events.onFailure(e.error.message));
  }

  remove(): void {
    this.map.remove();
  }

  /** Colours anew: the theme is another. */
  restyle(): void {
    this.ready = false;
    this.map.setStyle(mapStyle(coloursOf(this.box), LAND_URL, BORDERS_URL), { diff: false });
  }

  private fill(): void {
    this.ready = true;
    addIcons(this.map, coloursOf(this.box));
    for (const [name, data] of this.data) this.source(name)?.setData(data);
    this.putPicture('hillshade', 'own-fill', 0.55);
    this.putPicture('overlay', 'territories', 0.8);
    this.showLayers(this.shown);
    this.drawGrid();
  }

  private source(name: SourceName): GeoJSONSource | undefined {
    return this.map.getSource<GeoJSONSource>(name);
  }

  setData(name: SourceName, features: GeoJSON.Feature[]): void {
    const data = collection(features);
    this.data.set(name, data);
    if (this.ready) this.source(name)?.setData(data);
  }

  setSites(sites: readonly Site[], label: (site: Site) => string): void {
    this.setData(
      'sites',
      sites.map((site) => ({
        type: 'Feature',
        properties: {
          site: site.site,
          state: site.state,
          probability: site.probability,
          rank: site.rank,
          label: label(site),
        },
        geometry: { type: 'Point', coordinates: [site.longitude, site.latitude] },
      })),
    );
  }

  /** The site on the screen: its plumes' footprints, and where it is with 95 %. */
  setDetail(detail: SiteDetail | null, plume: number | null): void {
    const plumes = detail?.plumes ?? [];
    this.setData(
      'footprints',
      plumes
        .filter((p) => p.geometry !== null)
        .map((p) => ({
          type: 'Feature',
          properties: { current: p.id === plume },
          geometry: p.geometry as GeoJSON.Geometry,
        })),
    );
    const site = detail?.site;
    const ellipse = site?.ellipse;
    const sigma = site?.position_sigma_m ?? 0;
    const ring = !site
      ? null
      : ellipseRing(
          site.longitude,
          site.latitude,
          WITHIN_95 * (ellipse?.major_m ?? sigma),
          WITHIN_95 * (ellipse?.minor_m ?? sigma),
          ellipse?.azimuth_deg ?? 0,
        );
    this.setData(
      'errors',
      ring && (ellipse || sigma > 0)
        ? [{ type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [ring] } }]
        : [],
    );
  }

  /** The ring has a source of its own: one point is cheaper to put elsewhere than 5,000 to sift. */
  select(site: Site | undefined): void {
    this.setData(
      'chosen',
      !site
        ? []
        : [
            {
              type: 'Feature',
              properties: {},
              geometry: { type: 'Point', coordinates: [site.longitude, site.latitude] },
            },
          ],
    );
  }

  showLayers(shown: Record<MapLayer, boolean>): void {
    this.shown = shown;
    if (!this.ready) return;
    for (const name of MAP_LAYERS) {
      for (const id of LAYERS_OF[name]) {
        if (this.map.getLayer(id)) this.map.setLayoutProperty(id, 'visibility', shown[name] ? 'visible' : 'none');
      }
    }
  }

  setHillshade(picture: Picture | null): void {
    this.pictures.hillshade = picture;
    if (this.ready) this.putPicture('hillshade', 'own-fill', 0.55);
  }

  setOverlay(overlay: Overlay | null): void {
    this.pictures.overlay = overlay;
    if (this.ready) this.putPicture('overlay', 'territories', 0.8);
  }

  private putPicture(name: 'hillshade' | 'overlay', under: string, opacity: number): void {
    const picture = this.pictures[name];
    const source = this.map.getSource<ImageSource>(name);
    if (!picture) {
      if (source) {
        this.map.removeLayer(name);
        this.map.removeSource(name);
      }
      return;
    }
    const [w, s, e, n] = picture.bounds;
    const coordinates: [[number, number], [number, number], [number, number], [number, number]] = [
      [w, n],
      [e, n],
      [e, s],
      [w, s],
    ];
    if (source) {
      source.updateImage({ url: picture.url, coordinates });
      return;
    }
    this.map.addSource(name, { type: 'image', url: picture.url, coordinates });
    this.map.addLayer(
      {
        id: name,
        source: name,
        type: 'raster',
        paint: { 'raster-opacity': opacity, 'raster-resampling': 'nearest', 'raster-fade-duration': 0 },
      },
      under,
    );
    this.map.setLayoutProperty(name, 'visibility', this.shown[name] ? 'visible' : 'none');
  }

  fit(points: Iterable<readonly [number, number]>): void {
    const box = boxAround(points, 0.15);
    if (box) this.map.fitBounds(box, { animate: false, maxZoom: 17, padding: 20 });
  }

  fitGeometry(geometry: GeoJSON.Geometry | null): void {
    this.fit(positionsOf(geometry));
  }

  /** Brings a place into the middle where it cannot be seen. */
  keepInView(longitude: number, latitude: number): void {
    const { clientWidth: width, clientHeight: height } = this.box;
    const at = this.map.project([longitude, latitude]);
    const edge = 40;
    if (at.x < edge || at.y < edge || at.x > width - edge || at.y > height - edge)
      this.map.easeTo({ center: [longitude, latitude], duration: 250 });
  }

  zoomTo(longitude: number, latitude: number): void {
    this.map.easeTo({ center: [longitude, latitude], zoom: Math.max(17, this.map.getZoom()), duration: 300 });
  }

  private drawGrid(): void {
    if (!this.ready) return;
    const bounds = this.map.getBounds();
    const box: Box = [
      bounds.getWest(),
      Math.max(-85, bounds.getSouth()),
      bounds.getEast(),
      Math.min(85, bounds.getNorth()),
    ];
    const grid = gridOver(box, gridStep(Math.min(box[2] - box[0], box[3] - box[1])));
    this.setData('grid', grid.lines.features);
    this.setData('gridlabels', grid.labels.features);
  }
}
