import { t } from '../i18n';
import { closeDialog, dialogs } from '../state/decisions';
import { useStore } from '../state/store';
import { Conflict } from './conflict';
import { DecideDialog, RejectDialog } from './decide';
import { Help } from './help';
import { Modal } from './modal';

export function Dialogs() {
  const open = useStore(dialogs, (d) => d.open);
  if (!open) return null;
  const key = 'site' in open ? `${open.kind}-${open.site.site}-${open.site.version}` : open.kind;
  switch (open.kind) {
    case 'help':
      return (
        <Modal key={key} title={t('help')} onClose={closeDialog} wide>
          <Help />
        </Modal>
      );
    case 'reject':
      return <RejectDialog key={key} sites={open.sites} bulk={open.bulk} />;
    case 'conflict':
      return <Conflict key={key} before={open.before} now={open.now} />;
    default:
      return <DecideDialog key={key} verb={open.kind} site={open.site} />;
  }
}
