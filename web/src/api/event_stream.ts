// The line to the server: server-sent events, read with fetch() instead of EventSource, so that a
// silent line is noticed (the server sends a comment every 15 s, which EventSource hides), so
// that 401 is told from a server that is gone, and so that a stop and a start resume where the
// last event was, whatever ended the line.
//
//     connecting --hello--> live --silence, end, error--> lost --after a while--> connecting
//                             \--401 or bye(session)--> ended

export type LineState = 'connecting' | 'live' | 'lost' | 'ended';

export interface ServerEvent {
  name: string;
  id: string;
  data: unknown;
}

/** Pieces of text in, whole events out (WHATWG HTML 9.2.6). */
export class EventParser {
  private rest = '';
  private name = '';
  private data: string[] = [];
  private id = '';

  push(text: string): ServerEvent[] {
    const out: ServerEvent[] = [];
    this.rest += text;
    for (;;) {
      const end = this.rest.search(/\r\n|\n|\r(?=[^])/);
      if (end < 0) return out;
      const line = this.rest.slice(0, end);
      this.rest = this.rest.slice(end + (this.rest.startsWith('\r\n', end) ? 2 : 1));
      const event = this.take(line);
      if (event) out.push(event);
    }
  }

  private take(line: string): ServerEvent | null {
    if (line === '') {
      const event =
        this.data.length === 0
          ? null
          : { name: this.name || 'message', id: this.id, data: parsed(this.data.join('\n')) };
      this.name = '';
      this.data = [];
      this.id = '';
      return event;
    }
    const colon = line.indexOf(':');
    if (colon === 0) return null;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.name = value;
    else if (field === 'data') this.data.push(value);
    else if (field === 'id') this.id = value;
    return null;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export interface LineOptions {
  path: string;
  onEvent: (event: ServerEvent) => void;
  onState: (state: LineState) => void;
  /** No byte for so long: the line is lost. */
  silenceMs?: number;
  /** First and longest wait before connecting again. */
  retryMs?: [number, number];
}

export class EventLine {
  private readonly options: Required<LineOptions>;
  private last = '';
  private failures = 0;
  private stopped = true;
  private abort: AbortController | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private watchdog: ReturnType<typeof setTimeout> | undefined;

  constructor(options: LineOptions) {
    this.options = { silenceMs: 40_000, retryMs: [1000, 10_000], ...options };
  }

  /** after: the last entry that is known already; events since then are sent. */
  start(after?: number): void {
    this.stopped = false;
    if (after !== undefined) this.last = String(after);
    void this.connect();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    clearTimeout(this.watchdog);
    this.abort?.abort();
  }

  /** Not to wait for the next try, when somebody asks or the machine wakes. */
  retryNow(): void {
    if (this.stopped || this.abort) return;
    clearTimeout(this.timer);
    void this.connect();
  }

  private async connect(): Promise<void> {
    const abort = new AbortController();
    this.abort = abort;
    if (this.failures === 0) this.options.onState('connecting');
    this.listen(abort);
    let ended = false;
    try {
      const response = await fetch(this.options.path, {
        headers: { Accept: 'text/event-stream', ...(this.last === '' ? {} : { 'Last-Event-ID': this.last }) },
        credentials: 'same-origin',
        cache: 'no-store',
        signal: abort.signal,
      });
      ended = response.status === 401;
      if (response.ok && response.body) ended = await this.read(response.body, abort);
    } catch {
      // no answer, or cut: the same as an end
    }
    clearTimeout(this.watchdog);
    this.abort = null;
    if (this.stopped) return;
    if (ended) {
      this.stopped = true;
      this.options.onState('ended');
      return;
    }
    this.options.onState('lost');
    const [first, longest] = this.options.retryMs;
    this.timer = setTimeout(() => void this.connect(), Math.min(longest, first * 2 ** Math.min(this.failures++, 6)));
  }

  private listen(abort: AbortController): void {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => abort.abort(), this.options.silenceMs);
  }

  /** True when the server says that the session is over. */
  private async read(body: ReadableStream<Uint8Array>, abort: AbortController): Promise<boolean> {
    const reader = body.getReader();
    const decoder = new TextDecoder();
    const parser = new EventParser();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return false;
      this.listen(abort);
      for (const event of parser.push(decoder.decode(value, { stream: true }))) {
        if (event.id !== '') this.last = event.id;
        if (event.name === 'hello') {
          this.failures = 0;
          this.options.onState('live');
          if (this.last === '') this.last = String((event.data as { last?: number } | null)?.last ?? '');
        }
        this.options.onEvent(event);
        if (event.name === 'bye' && (event.data as { code?: string } | null)?.code === 'session') return true;
      }
    }
  }
}
