// Two charts over one axis of wavelengths, drawn by uPlot: above what the plume did to the light
// and the fits, below what the fit leaves, on a scale of its own: its shape tells of another gas or
// of the ground where it is far too small to be seen beside the signal.
import uPlot from 'uplot';
import type { Spectrum } from '../api/types';
import { colourOf } from '../style/colours';
import { significant } from '../text/format';
import type { Language } from '../state/settings';

export interface Words {
  excess: string;
  residual: string;
  wavelength: string;
  language: Language;
}
export interface OtherFit {
  index: number;
  fit: (number | null)[];
}

const HEIGHT = 150;
const HEIGHT_BELOW = 116;
const PADDING: [number, number, number, number] = [8, 12, 0, 0];

/** Draws into 'box', follows its width; returns what takes it away again. */
export function drawSpectrum(box: HTMLElement, spectrum: Spectrum, others: OtherFit[], words: Words): () => void {
  const colour = (name: string) => colourOf(box, name);
  const ink = colour('--ink-soft');
  const grid = { stroke: colour('--line'), width: 1 };
  const font = '11px system-ui, sans-serif';
  const values = (_: uPlot, splits: number[]) => splits.map((v) => significant(words.language, v, 3));
  const sync = { key: `spectrum-${spectrum.plume}` };
  const xAxis: uPlot.Axis = {
    stroke: ink,
    grid,
    ticks: grid,
    font,
    size: 26,
    values,
    label: words.wavelength,
    labelSize: 16,
    labelFont: font,
  };
  const yAxis: uPlot.Axis = { stroke: ink, grid, ticks: grid, font, size: 58, values, space: 20 };
  const top = span([spectrum.excess, spectrum.fit, ...others.map((o) => o.fit)]);
  const low = span([spectrum.residual]);
  const common = {
    width: box.clientWidth || 380,
    padding: PADDING,
    legend: { show: false },
    cursor: { sync, drag: { x: true, y: false } },
  };
  const series = (label: string, name: string, more: Partial<uPlot.Series> = {}): uPlot.Series => ({
    label,
    stroke: colour(name),
    width: 1.5,
    points: { show: false },
    ...more,
  });

  const above = new uPlot(
    {
      ...common,
      height: HEIGHT,
      scales: { x: { time: false }, y: { range: top } },
      axes: [{ ...xAxis, show: false }, yAxis],
      series: [
        {},
        series(words.excess, '--chart-excess', {
          width: 1,
          points: { show: true, size: 4, fill: colour('--chart-excess') },
        }),
        series('fit', '--chart-fit', { width: 2.2 }),
        ...others.map((o) =>
          series('other', `--chart-other${o.index}`, {
            dash: [
              [6, 4],
              [2, 3],
              [9, 3, 2, 3],
            ][o.index] ?? [6, 4],
          }),
        ),
      ],
    },
    [spectrum.wavelength_um, spectrum.excess, spectrum.fit, ...others.map((o) => o.fit)] as uPlot.AlignedData,
    box,
  );

  const below = new uPlot(
    {
      ...common,
      height: HEIGHT_BELOW,
      scales: { x: { time: false }, y: { range: low } },
      axes: [xAxis, yAxis],
      series: [{}, series(words.residual, '--chart-residual', { fill: colour('--chart-residual-fill'), fillTo: 0 })],
    },
    [spectrum.wavelength_um, spectrum.residual] as uPlot.AlignedData,
    box,
  );

  const observer = new ResizeObserver(() => {
    for (const plot of [above, below]) plot.setSize({ width: box.clientWidth, height: plot.height });
  });
  observer.observe(box);
  return () => {
    observer.disconnect();
    above.destroy();
    below.destroy();
  };
}

/** From the least to the most of all, zero within, and a little room. */
export function span(lists: readonly (readonly (number | null)[])[]): [number, number] {
  let least = 0;
  let most = 0;
  for (const list of lists) {
    for (const value of list) {
      if (value === null || !Number.isFinite(value)) continue;
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
  }
  if (least === most) return [-1, 1];
  const room = 0.06 * (most - least);
  return [least - room, most + room];
}
