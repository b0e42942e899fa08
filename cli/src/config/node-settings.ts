import { choice, defaulted, integer, secretKey, toggle, urls } from './setting.ts'

/** What a verifying node keeps, watches and contests. */
export const nodeSettings = {
  'node.archive': defaulted(
    false,
    toggle({
      flag: 'archive',
      about: 'Keep every part of a batch and serve it; when left out, until 21 days after its claim is final.',
    }),
  ),
  'node.auditEveryMs': defaulted(
    600_000,
    integer(0, 86_400_000, {
      about:
        'Milliseconds between two claims, drawn among all that layers must still have, of which they are asked whether they do; 0 never asks.',
    }),
  ),
  'node.confidence': defaulted(
    'latest',
    choice(['latest', 'safe', 'finalized'], {
      about: 'How settled an L2 block must be before its events are believed; reorganisations are met either way.',
    }),
  ),
  'node.snapshotEveryBlocks': defaulted(
    1_024,
    integer(1, 1_000_000_000, { about: 'Blocks after which the state is kept as a snapshot.' }),
  ),
  'node.servedMib': defaulted(
    16_384,
    integer(0, 1_073_741_824, {
      about:
        'MiB that the snapshots of final states may take which other nodes join by, the newest two of them at most; 0 writes none.',
    }),
  ),
  'node.fetchAhead': defaulted(2, integer(0, 16, { about: 'Claims fetched ahead of the one that is verified.' })),
  'node.snapshot': defaulted(
    [],
    urls({
      flag: 'snapshot',
      about:
        'Nodes and other servers that have snapshots of final states, separated by commas: an empty node joins by the newest one instead of deriving everything.',
    }),
  ),
  'node.watch': defaulted(
    [],
    urls({
      flag: 'watch',
      about: 'Sequencers and relays whose signed headers are watched, separated by commas, at most 16.',
    }),
  ),
  'node.watchMib': defaulted(
    1_024,
    integer(1, 1_048_576, { about: 'MiB of signed headers kept from one source, until no bond answers for them.' }),
  ),
  'node.challenge': defaulted(
    false,
    toggle({
      flag: 'challenge',
      about: 'Take wrong claims back and show second headers on the L2, paid for by PARLEY_NODE_CHALLENGE_KEY.',
    }),
  ),
  'node.challengeKey': secretKey('Key that contests claims; nothing else may send from its account.'),
  'node.challengeBudgetGwei': defaulted(
    10_000_000,
    integer(0, Number.MAX_SAFE_INTEGER, {
      about:
        'Gwei that the account must have beside the deposits for the largest claim; with less the node is not ready.',
    }),
  ),
  'node.challengeAfterMs': defaulted(
    21_600_000,
    integer(0, 2_592_000_000, {
      about:
        'Milliseconds of L2 time that data of a claim may be absent before it is asked for on the L2; earlier where three rounds of asking need it.',
    }),
  ),
  'node.challengeSpreadMs': defaulted(
    30_000,
    integer(0, 3_600_000, {
      about: 'Milliseconds over which nodes that find the same claim wrong spread what they send, each in its place.',
    }),
  ),
} as const

/** Who is asked for what a layer no longer has. */
export const archiveSettings = {
  'archive.urls': defaulted(
    [],
    urls({
      flag: 'archive-url',
      about:
        'Archives and other nodes that are asked for parts of batches when the DA layer does not serve them, in this order, separated by commas; with one a batcher may use layers that keep data for less long than claims need it.',
    }),
  ),
  'archive.timeoutMs': defaulted(
    30_000,
    integer(100, 3_600_000, { about: 'Milliseconds in which one of them must have answered.' }),
  ),
} as const
