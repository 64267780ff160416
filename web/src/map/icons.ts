// The signs of states as pictures for the map: the paths of view/marks.tsx with a rim, so that
// they are seen on any ground.
import type { Map as GlMap } from 'maplibre-gl';
import { STATES } from '../api/types';
import { SHAPES } from '../view/marks';
import type { Colours } from './colours';

const SIZE = 22;
const RATIO = 2;

export function addIcons(map: GlMap, colours: Colours): void {
  for (const state of STATES) {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = SIZE * RATIO;
    const draw = canvas.getContext('2d');
    if (!draw) return;
    const shape = SHAPES[state];
    const path = new Path2D(shape.path);
    draw.scale(RATIO, RATIO);
    draw.translate((SIZE - 16) / 2, (SIZE - 16) / 2);
    draw.lineCap = draw.lineJoin = 'round';
    draw.strokeStyle = colours.halo;
    draw.lineWidth = shape.fill ? 3 : 5.6;
    draw.stroke(path);
    draw.strokeStyle = draw.fillStyle = colours.states[state] ?? '#888';
    if (shape.fill) {
      draw.fill(path);
    } else {
      draw.lineWidth = 2.6;
      draw.stroke(path);
    }
    const image = draw.getImageData(0, 0, canvas.width, canvas.height);
    const name = `state-${state}`;
    if (map.hasImage(name)) map.updateImage(name, image);
    else map.addImage(name, image, { pixelRatio: RATIO });
  }
}
