// A form that sends, waits, and says what went wrong beside the button.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { ApiError } from '../api/http';
import { t, tOr } from '../i18n';

export function errorText(error: unknown): string {
  if (!(error instanceof ApiError)) return t('error.fault');
  const wait = Number(error.more['retry_s'] ?? 0);
  const said = tOr(`error.${error.code}`, error.message);
  return wait > 0 ? `${said} ${t('error.wait', { s: Math.ceil(wait) })}` : said;
}

interface FormProps {
  label: string;
  submit: string;
  /** Throws what is to be said. */
  onSend: () => Promise<void>;
  /** Looks at an error first; true: it has dealt with it. */
  onError?: (error: unknown) => boolean;
  children?: ComponentChildren;
  danger?: boolean;
}

export function Form({ label, submit, onSend, onError, children, danger }: FormProps) {
  const [sending, setSending] = useState(false);
  const [error, setError] = useState('');
  const send = async (event: Event) => {
    event.preventDefault();
    if (sending) return;
    setSending(true);
    setError('');
    try {
      await onSend();
    } catch (thrown) {
      if (!onError?.(thrown)) setError(errorText(thrown));
    } finally {
      setSending(false);
    }
  };
  return (
    <form aria-label={label} onSubmit={(e) => void send(e)}>
      {children}
      {error !== '' && (
        <p class="wrong" role="alert">
          {error}
        </p>
      )}
      <button type="submit" class={danger ? 'danger' : 'main'} disabled={sending}>
        {submit}
      </button>
    </form>
  );
}

interface FieldProps {
  label: string;
  value: string;
  onInput: (value: string) => void;
  type?: 'text' | 'password' | 'number';
  hint?: string;
  autocomplete?: string;
  code?: boolean;
  autofocus?: boolean;
  required?: boolean;
  minLength?: number;
}

export function Field({
  label,
  value,
  onInput,
  type = 'text',
  hint,
  autocomplete = 'off',
  code,
  autofocus,
  required = true,
  minLength,
}: FieldProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <input
        {...({ type } as { type: 'text' })}
        value={value}
        required={required}
        autocomplete={autocomplete}
        minLength={minLength}
        autocapitalize="none"
        spellcheck={false}
        {...(code ? { inputMode: 'numeric' as const, pattern: '[0-9]{6}', maxLength: 6 } : {})}
        ref={(input) => {
          if (autofocus && input && !input.dataset['met']) {
            input.dataset['met'] = '1';
            input.focus();
          }
        }}
        onInput={(e) => onInput(e.currentTarget.value)}
      />
      {hint !== undefined && <small>{hint}</small>}
    </label>
  );
}

/** The password one has, a new one, or the new one once more. */
export function PasswordField({
  kind,
  label,
  value,
  onInput,
  autofocus,
}: {
  kind: 'present' | 'new' | 'again';
  label?: string;
  value: string;
  onInput: (value: string) => void;
  autofocus?: boolean;
}) {
  return (
    <Field
      label={label ?? t(kind === 'again' ? 'password.again' : 'password')}
      value={value}
      onInput={onInput}
      type="password"
      autocomplete={kind === 'present' ? 'current-password' : 'new-password'}
      {...(kind === 'new' ? { hint: t('password.hint'), minLength: 12 } : {})}
      {...(autofocus ? { autofocus } : {})}
    />
  );
}
