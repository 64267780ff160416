import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { EventLine, EventParser, type LineState, type ServerEvent } from '../../src/api/event_stream';

test('events come out whole, however the bytes are cut', () => {
  const text =
    ': hello\n\nid: 7\nevent: site\ndata: {"site":\ndata: "a"}\n\r\nevent: bye\r\ndata: {}\r\n\r\ndata: not json\n\n';
  const whole = new EventParser().push(text);
  assert.deepEqual(whole, [
    { name: 'site', id: '7', data: { site: 'a' } },
    { name: 'bye', id: '', data: {} },
    { name: 'message', id: '', data: null },
  ]);
  const parser = new EventParser();
  assert.deepEqual(
    [...text].flatMap((c) => parser.push(c)),
    whole,
  );
});

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A server whose n-th connection is answered by the n-th function, the last one ever after. */
async function withLine(
  answers: Answer[],
  until: (states: LineState[], events: ServerEvent[]) => boolean,
  silenceMs = 5000,
) {
  let n = 0;
  const server = createServer((request, response) => answers[Math.min(n++, answers.length - 1)]?.(request, response));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const states: LineState[] = [];
  const events: ServerEvent[] = [];
  const line = new EventLine({
    path: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    silenceMs,
    retryMs: [10, 20],
    onEvent: (event) => events.push(event),
    onState: (state) => states.push(state),
  });
  line.start();
  const end = Date.now() + 8000;
  while (!until(states, events) && Date.now() < end) await new Promise((done) => setTimeout(done, 10));
  line.stop();
  server.closeAllConnections();
  server.close();
  assert.ok(until(states, events), `states ${states.join(' ')}, events ${events.map((e) => e.name).join(' ')}`);
  return { states, events };
}

const begin = (response: ServerResponse, ...text: string[]) => {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  response.write(`event: hello\ndata: {"last":3}\n\n${text.join('')}`);
};

test('after a cut it asks for what came after the last event', async () => {
  const asked: (string | undefined)[] = [];
  const note = (request: IncomingMessage) => asked.push(request.headers['last-event-id'] as string | undefined);
  await withLine(
    [
      (q, r) => {
        note(q);
        begin(r, 'id: 4\nevent: site\ndata: {}\n\n');
        setTimeout(() => r.destroy(), 30);
      },
      (q, r) => {
        note(q);
        begin(r, 'id: 5\nevent: site\ndata: {}\n\n');
      },
    ],
    (_, events) => events.filter((e) => e.name === 'site').length === 2,
  );
  assert.deepEqual(asked, [undefined, '4']);
});

test('without an event it asks from where the first greeting stood', async () => {
  const asked: (string | undefined)[] = [];
  await withLine(
    [
      (q, r) => {
        asked.push(q.headers['last-event-id'] as string | undefined);
        begin(r);
        setTimeout(() => r.end(), 30);
      },
      (q, r) => {
        asked.push(q.headers['last-event-id'] as string | undefined);
        begin(r);
      },
    ],
    (states) => states.filter((s) => s === 'live').length === 2,
  );
  assert.deepEqual(asked, [undefined, '3']);
});

test('a silent line is lost, and one that only says comments is not', async () => {
  const { states } = await withLine(
    [
      (_, r) => begin(r),
      (_, r) => {
        begin(r);
        const timer = setInterval(() => r.write(': here\n\n'), 40);
        r.on('close', () => clearInterval(timer));
      },
    ],
    (seen) => seen.filter((s) => s === 'live').length === 2,
    150,
  );
  assert.deepEqual(states, ['connecting', 'live', 'lost', 'live']);
  await withLine(
    [
      (_, r) => {
        begin(r);
        setInterval(() => r.write(': here\n\n'), 40).unref();
      },
    ],
    (seen) => {
      assert.ok(!seen.includes('lost'));
      return seen.includes('live');
    },
    150,
  );
});

test('401 and a farewell end it; it does not knock again', async () => {
  let knocks = 0;
  await withLine(
    [
      (_, r) => {
        knocks++;
        r.writeHead(401).end();
      },
    ],
    (states) => states.at(-1) === 'ended',
  );
  await withLine(
    [
      (_, r) => {
        knocks++;
        begin(r, 'event: bye\ndata: {"code":"session"}\n\n');
      },
    ],
    (states) => states.at(-1) === 'ended',
  );
  await new Promise((done) => setTimeout(done, 100));
  assert.equal(knocks, 2);
});

test('a server that stops is waited for', async () => {
  await withLine(
    [
      (_, r) => {
        begin(r, 'event: bye\ndata: {"code":"stopping"}\n\n');
        r.end();
      },
      (_, r) => r.writeHead(503).end(),
      (_, r) => begin(r),
    ],
    (states) => states.filter((s) => s === 'live').length === 2,
  );
});
