// One way to ask the server.  Every failure is an ApiError with a code to be translated; a server
// that does not answer is the code 'offline'.

export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  /** What else the server said of it: sites as they are now, seconds to wait, the wrong field. */
  readonly more: Record<string, unknown>;

  constructor(code: string, status: number, message: string, more: Record<string, unknown> = {}) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.status = status;
    this.more = more;
  }
}

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

const MOST_TRIES = 4;

export class Http {
  /** Sent with all that changes something; the server gives it with the session. */
  csrf = '';
  /** Called when the server says that there is no session (any more). */
  onSessionEnd: () => void = () => undefined;

  /** A question that the server was too busy for is asked again; an act never is. */
  async ask<T>(method: Method, path: string, body?: unknown): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.once<T>(method, path, body);
      } catch (error) {
        if (method !== 'GET' || tries === MOST_TRIES || !(error instanceof ApiError) || error.code !== 'busy')
          throw error;
        const wait = Math.min(5, Number(error.more['retry_s'] ?? 1));
        await new Promise((done) => setTimeout(done, 1000 * wait));
      }
    }
  }

  private async once<T>(method: Method, path: string, body?: unknown): Promise<T> {
    const headers: Record<string, string> = {};
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    if (method !== 'GET' && this.csrf !== '') headers['X-Vaho-CSRF'] = this.csrf;
    let response: Response;
    try {
      response = await fetch(path, {
        method,
        headers,
        credentials: 'same-origin',
        cache: 'no-store',
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch {
      throw new ApiError('offline', 0, `no answer from the server: ${method} ${path}`);
    }
    if (response.status === 204) return undefined as T;
    const answer: unknown = await response.json().catch(() => null);
    if (response.ok) {
      if (answer === null) throw new ApiError('offline', response.status, `${path}: not JSON`);
      return answer as T;
    }
    const error = errorFrom(response.status, answer);
    if (error.code === 'session') this.onSessionEnd();
    throw error;
  }
}

export function errorFrom(status: number, answer: unknown): ApiError {
  const inside = (answer as { error?: Record<string, unknown> } | null)?.error ?? {};
  const { code, message, ...more } = inside;
  return new ApiError(
    typeof code === 'string' ? code : status >= 500 ? 'fault' : 'malformed',
    status,
    typeof message === 'string' ? message : `the server answered ${status}`,
    more,
  );
}
