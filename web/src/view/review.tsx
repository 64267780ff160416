import { t } from '../i18n';
import { EvidencePanel } from './evidence';
import { MapPanel } from './map_panel';
import { QueuePanel } from './queue_panel';

export function Review() {
  return (
    <main class="review" aria-label={t('place.review')}>
      <h1 class="unseen">{t('place.review')}</h1>
      <QueuePanel />
      <MapPanel />
      <EvidencePanel />
    </main>
  );
}
