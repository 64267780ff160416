import { t } from '../i18n';
import { dismiss, notices } from '../state/notices';
import { useStore } from '../state/store';

export function Notices() {
  const list = useStore(notices, (n) => n.list);
  return (
    <div class="notices" role="log" aria-live="polite" aria-label={t('notices')}>
      {list.map((notice) => (
        <div key={notice.id} class={`notice ${notice.kind}`}>
          <span>{notice.text}</span>
          {notice.action && (
            <button
              type="button"
              onClick={() => {
                dismiss(notice.id);
                notice.action?.run();
              }}
            >
              {notice.action.label}
            </button>
          )}
          <button type="button" class="plain" aria-label={t('dismiss')} onClick={() => dismiss(notice.id)}>
            ×
          </button>
        </div>
      ))}
    </div>
  );
}
