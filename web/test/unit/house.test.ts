import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const web = process.env['VAHO_WEB'] ?? '';

function* filesUnder(folder: string): Generator<string> {
  for (const name of readdirSync(folder)) {
    const file = path.join(folder, name);
    if (statSync(file).isDirectory()) yield* filesUnder(file);
    else yield file;
  }
}

test('no file over 400 lines, and none for odds and ends', () => {
  for (const folder of ['src', 'test']) {
    for (const file of filesUnder(path.join(web, folder))) {
      const lines = readFileSync(file, 'utf8').split('\n').length - 1;
      assert.ok(lines <= 400, `${file}: ${lines} lines`);
      assert.doesNotMatch(path.basename(file), /^(utils?|common|misc|helpers?)\./, file);
    }
  }
});

test('no address but the server’s, and nothing that makes script or markup out of text', () => {
  for (const file of filesUnder(path.join(web, 'src'))) {
    const text = readFileSync(file, 'utf8');
    assert.doesNotMatch(text, /https?:\/\//, file);
    assert.doesNotMatch(text, /innerHTML|dangerouslySet|\beval\(|new Function/, file);
  }
});

test('what npm brings has no address of a machine', () => {
  assert.doesNotMatch(
    readFileSync(path.join(web, 'package-lock.json'), 'utf8'),
    /"resolved"|https?:\/\/(?!.*(sponsors|opencollective|github|funding))/,
  );
});
