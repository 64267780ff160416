import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Site, State } from '../../src/api/types';
import {
  EMPTY_QUEUE,
  countsOf,
  differences,
  gasesOf,
  neighbour,
  withChanged,
  withFilter,
  withMark,
  withSites,
  type Queue,
} from '../../src/state/queue';

function site(name: string, rank: number, state: State = 'candidate', more: Partial<Site> = {}): Site {
  return {
    site: name,
    version: '0',
    state,
    gas: name.split('-')[0] ?? '',
    longitude: 0,
    latitude: 0,
    ellipse: null,
    position_sigma_m: 5,
    probability: rank,
    active: rank,
    on_share: 0.5,
    on_share_90: [0.1, 0.9],
    emission_kg_h: null,
    emission_sigma_kg_h: null,
    least_q_value: 0.01,
    first_seen: null,
    last_seen: null,
    plumes: 1,
    passes_seen: 1,
    passes_missed: 0,
    single_plumes: 1,
    passes_stacked: 0,
    rank,
    known_source: null,
    decided: null,
    ...more,
  };
}

const four = (): Queue =>
  withSites(EMPTY_QUEUE, [
    site('ammonia-a', 0.9),
    site('acetone-b', 0.7, 'confirmed'),
    site('ammonia-c', 0.5, 'another-pass'),
    site('methane-d', 0.2),
  ]);

test('what is to be judged is shown first, in the order of the server', () => {
  assert.deepEqual(four().shown, ['ammonia-a', 'ammonia-c', 'methane-d']);
  assert.deepEqual(gasesOf(four()), ['acetone', 'ammonia', 'methane']);
  assert.equal(countsOf(four()).candidate, 2);
});

test('filters', () => {
  assert.deepEqual(withFilter(four(), { states: [] }).shown.length, 4);
  assert.deepEqual(withFilter(four(), { gas: 'methane' }).shown, ['methane-d']);
  assert.deepEqual(withFilter(four(), { least: 0.4 }).shown, ['ammonia-a', 'ammonia-c']);
  const dairy = withChanged(four(), [
    site('ammonia-a', 0.9, 'candidate', { known_source: { name: 'North dairy', share: 1 } }),
  ]);
  assert.deepEqual(withFilter(dairy, { hideKnown: true }).shown, ['ammonia-c', 'methane-d']);
  assert.deepEqual(withFilter(dairy, { text: ' north ' }).shown, ['ammonia-a']);
});

test('a site that was just decided leaves its place to the next', () => {
  const decided = withChanged({ ...four(), selected: 'ammonia-a' }, [site('ammonia-a', 0.9, 'confirmed')]);
  assert.deepEqual(decided.shown, ['ammonia-c', 'methane-d']);
  assert.equal(neighbour(decided, 1), 'ammonia-c');
  assert.equal(neighbour(decided, -1), null);
  assert.equal(neighbour({ ...decided, selected: 'acetone-b' }, -1), null);
  assert.equal(neighbour({ ...decided, selected: 'methane-d' }, 1), null);
  assert.equal(neighbour({ ...four(), selected: null }, 1), 'ammonia-a');
});

test('a new site goes to its place by rank, and a known one keeps its own', () => {
  const more = withChanged(four(), [site('ammonia-new', 0.6), site('methane-d', 0.99)]);
  assert.deepEqual(more.order, ['ammonia-a', 'acetone-b', 'ammonia-new', 'ammonia-c', 'methane-d']);
});

test('marks go with what is shown: nothing unseen is ever rejected', () => {
  let queue = withMark(withMark(four(), 'ammonia-a', true), 'methane-d', true);
  queue = withFilter(queue, { gas: 'ammonia' });
  assert.deepEqual([...queue.marked], ['ammonia-a']);
  assert.deepEqual([...withMark(queue, 'ammonia-a', false).marked], []);
});

test('a list loaded anew keeps what is chosen, if it is still there', () => {
  const chosen = { ...four(), selected: 'methane-d' };
  assert.equal(withSites(chosen, [site('methane-d', 1)]).selected, 'methane-d');
  assert.equal(withSites(chosen, [site('ammonia-a', 1)]).selected, null);
});

test('what differs in the evidence', () => {
  assert.deepEqual(differences(site('a-a', 0.5), site('a-a', 0.5, 'rejected', { plumes: 2 })), ['state', 'plumes']);
});
