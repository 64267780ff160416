// The server refused a decision: the evidence is another than the one that was looked at.
import type { Site } from '../api/types';
import { t } from '../i18n';
import { closeDialog } from '../state/decisions';
import { desk, select } from '../state/desk';
import { differences } from '../state/queue';
import { gasName, shortSite } from '../text/gases';
import { StateIcon } from './marks';
import { Modal } from './modal';
import { Differences, saidBy } from './news';

export function Conflict({ before, now }: { before: Site[]; now: Site[] }) {
  const look = () => {
    closeDialog();
    desk.set({ news: null });
    const first = now[0];
    if (first) select(first.site);
  };
  return (
    <Modal title={t('conflict')} onClose={look}>
      <p role="alert">{t('conflict.words')}</p>
      {now.map((site) => {
        const looked = before.find((one) => one.site === site.site) ?? site;
        const decided = site.decided && site.decided.at !== looked.decided?.at ? site.decided : null;
        return (
          <section key={site.site} class="newsbox">
            <b>
              <StateIcon state={site.state} /> {gasName(site.gas)} {shortSite(site.site)}
            </b>
            <p>{decided ? saidBy(decided) : t('news.evidence')}</p>
            <Differences before={looked} now={site} keys={differences(looked, site)} />
          </section>
        );
      })}
      <div class="buttons">
        <button type="button" class="main" autofocus onClick={look}>
          {t('conflict.look')} <kbd>Enter</kbd>
        </button>
      </div>
    </Modal>
  );
}
