import 'maplibre-gl/dist/maplibre-gl.css';
import 'uplot/dist/uPlot.min.css';
import './style/page.css';
import './style/review.css';
import './style/views.css';
import { render } from 'preact';
import { begin, followSetUpLink } from './state/session';
import { applySettings } from './state/settings';
import { App } from './view/app';

applySettings();
followSetUpLink();
void begin();
const root = document.getElementById('page');
if (root) render(<App />, root);
