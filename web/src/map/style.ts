// The style of the map: sources that are empty until they are filled, and layers over them, from
// the ground up.  No 'glyphs': letters are then drawn from the machine's own fonts, and nothing
// is asked of anybody.
import type { LayerSpecification, SourceSpecification, StyleSpecification } from 'maplibre-gl';
import type { MapLayer } from '../state/settings';
import type { Colours } from './colours';

const EMPTY: GeoJSON.FeatureCollection = { type: 'FeatureCollection', features: [] };
const FONT = ['sans-serif'];

export const SOURCES = [
  'own',
  'territories',
  'known',
  'flights',
  'grid',
  'gridlabels',
  'footprints',
  'errors',
  'sites',
  'chosen',
] as const;
export type SourceName = (typeof SOURCES)[number];

/** Which layers of the style a switch of the page turns. */
export const LAYERS_OF: Record<MapLayer, readonly string[]> = {
  hillshade: ['hillshade', 'own-fill', 'own-line'],
  overlay: ['overlay'],
  territories: ['territories', 'territories-line'],
  known: ['known', 'known-line', 'known-label'],
  flights: ['flights-line'],
  footprints: ['footprints', 'footprints-line', 'errors'],
  grid: ['grid', 'gridlabels'],
};

function label(
  id: string,
  source: string,
  colours: Colours,
  layout: Record<string, unknown>,
  more: Record<string, unknown> = {},
): LayerSpecification {
  return {
    id,
    source,
    type: 'symbol',
    layout: { 'text-font': FONT, 'text-size': 11, ...layout },
    paint: { 'text-color': colours.ink, 'text-halo-color': colours.halo, 'text-halo-width': 1.4 },
    ...more,
  } as LayerSpecification;
}

function lines(colours: Colours): LayerSpecification[] {
  return [
    {
      id: 'own-fill',
      source: 'own',
      type: 'fill',
      filter: ['==', ['geometry-type'], 'Polygon'],
      paint: { 'fill-color': colours.border, 'fill-opacity': 0.12 },
    },
    { id: 'own-line', source: 'own', type: 'line', paint: { 'line-color': colours.border, 'line-width': 1 } },
    { id: 'grid', source: 'grid', type: 'line', paint: { 'line-color': colours.grid, 'line-width': 1 } },
    { id: 'flights-line', source: 'flights', type: 'line', paint: { 'line-color': colours.flight, 'line-width': 1.2 } },
    {
      id: 'territories',
      source: 'territories',
      type: 'fill',
      paint: { 'fill-color': colours.territory, 'fill-opacity': 0.05 },
    },
    {
      id: 'territories-line',
      source: 'territories',
      type: 'line',
      paint: { 'line-color': colours.territory, 'line-width': 2, 'line-dasharray': [4, 2] },
    },
    { id: 'known', source: 'known', type: 'fill', paint: { 'fill-color': colours.known, 'fill-opacity': 0.18 } },
    { id: 'known-line', source: 'known', type: 'line', paint: { 'line-color': colours.known, 'line-width': 1.6 } },
  ];
}

function marks(colours: Colours): LayerSpecification[] {
  const current = ['case', ['boolean', ['get', 'current'], false]] as const;
  return [
    {
      id: 'footprints',
      source: 'footprints',
      type: 'fill',
      paint: { 'fill-color': colours.footprint, 'fill-opacity': [...current, 0.3, 0.1] },
    },
    {
      id: 'footprints-line',
      source: 'footprints',
      type: 'line',
      paint: { 'line-color': colours.footprint, 'line-width': [...current, 2, 0.8] },
    },
    {
      id: 'errors',
      source: 'errors',
      type: 'line',
      paint: { 'line-color': colours.error, 'line-width': 1.6, 'line-dasharray': [2, 1.5] },
    },
    {
      id: 'selected',
      source: 'chosen',
      type: 'circle',
      paint: {
        'circle-radius': 15,
        'circle-color': 'rgba(0,0,0,0)',
        'circle-stroke-color': colours.selected,
        'circle-stroke-width': 3,
      },
    },
    {
      id: 'sites',
      source: 'sites',
      type: 'symbol',
      layout: {
        'icon-image': ['concat', 'state-', ['get', 'state']],
        'icon-allow-overlap': true,
        'icon-ignore-placement': true,
        'icon-size': ['interpolate', ['linear'], ['get', 'probability'], 0, 0.65, 1, 1.1],
        'symbol-sort-key': ['get', 'rank'],
      },
    },
    label(
      'sites-label',
      'sites',
      colours,
      {
        'text-field': ['get', 'label'],
        'text-offset': [0, 1.2],
        'text-anchor': 'top',
        'text-optional': true,
        'symbol-sort-key': ['-', 0, ['get', 'rank']],
      },
      { minzoom: 13.5 },
    ),
    label('known-label', 'known', colours, { 'text-field': ['get', 'name'] }, { minzoom: 11 }),
  ] as LayerSpecification[];
}

export function mapStyle(colours: Colours, landUrl: string, bordersUrl: string): StyleSpecification {
  const sources: Record<string, SourceSpecification> = {
    land: { type: 'geojson', data: landUrl },
    borders: { type: 'geojson', data: bordersUrl },
  };
  for (const name of SOURCES) sources[name] = { type: 'geojson', data: EMPTY };
  return {
    version: 8,
    sources,
    layers: [
      { id: 'water', type: 'background', paint: { 'background-color': colours.water } },
      { id: 'land', source: 'land', type: 'fill', paint: { 'fill-color': colours.land, 'fill-antialias': false } },
      { id: 'borders', source: 'borders', type: 'line', paint: { 'line-color': colours.border, 'line-width': 1 } },
      ...lines(colours),
      ...marks(colours),
      label('gridlabels', 'gridlabels', colours, {
        'text-field': ['get', 'text'],
        'text-size': 10,
        'text-anchor': ['get', 'anchor'],
        'text-offset': ['match', ['get', 'anchor'], 'left', ['literal', [0.4, -0.7]], ['literal', [1.6, -0.4]]],
      }),
    ],
  };
}
