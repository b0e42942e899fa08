import { defaulted, integer, secretKey, text, toggle, urls } from './setting.ts'

const day = 86_400_000

/** How blocks are sealed, and who may sign their headers. */
export const sequencerSettings = {
  'sequencer.key': secretKey('Key that signs headers; in its place `sequencer.signer`.'),
  'sequencer.signer': text({
    flag: 'signer',
    about: 'Signer that holds this key: path of its socket, or its https URL.',
  }),
  'sequencer.markDir': text({
    about:
      'Directory of the mark of signed headers, which belongs to the key and is never restored from a copy; the key’s file with `.signed` when left out, and `signed` in the data directory with a signer, which remembers by itself.',
  }),
  'sequencer.nodes': defaulted(
    [],
    urls({ about: 'Verifying nodes asked at the start which headers they know, separated by commas.' }),
  ),
  'sequencer.relays': defaulted(
    [],
    urls({ about: 'Batchers and relays asked at the start, separated by commas: they follow sealed blocks.' }),
  ),
  'sequencer.alone': defaulted(
    false,
    toggle({
      flag: 'alone',
      about: 'Start the sequencer although nobody can be asked which headers were signed; the mark and the L2 must do.',
    }),
  ),
  'sequencer.minAgeMs': defaulted(
    500,
    integer(0, day, { about: 'Milliseconds before which a block is sealed only when it is full.' }),
  ),
  'sequencer.minOperations': defaulted(
    256,
    integer(1, 1_000_000, { about: 'Accepted operations that are worth a block once it is that old.' }),
  ),
  'sequencer.maxWaitMs': defaulted(
    2_000,
    integer(1, day, { about: 'Milliseconds that anything accepted waits to be sealed at most.' }),
  ),
  'sequencer.maxSegments': integer(64, 1_024, {
    about: 'Segments of a block at most; as many as `da.layer` takes whatever they hold, when left out.',
  }),
  'sequencer.journalGroupMs': defaulted(
    8,
    integer(0, 1_000, {
      about:
        'Milliseconds between synced writes of the journal under load; what comes after a pause is written at once.',
    }),
  ),
  'sequencer.lagLargerMs': defaulted(
    60_000,
    integer(1, day, {
      about: 'Milliseconds of lag between sealing and publishing from which blocks are sealed larger and later.',
    }),
  ),
  'sequencer.lagLimitedMs': defaulted(
    300_000,
    integer(1, day, { about: 'Milliseconds of that lag from which no more is accepted than is published.' }),
  ),
  'sequencer.lagForcedMs': defaulted(
    1_800_000,
    integer(1, day, {
      about:
        'Age in milliseconds of the oldest unclaimed block from which nothing is accepted but what the L2 forces; a quarter of the deployment’s `silenceLimit` where that is less, but a minute at least.',
    }),
  ),
  'sequencer.snapshotEveryBlocks': defaulted(
    2_000,
    integer(1, 1_000_000_000, { about: 'Blocks between snapshots of the state, from which it starts again.' }),
  ),
  'sequencer.maxFeeds': defaulted(
    1_000,
    integer(0, 1_000_000, { about: 'Feeds and streams open at most, of all addresses together.' }),
  ),
  'sequencer.maxFeedsPerAddress': defaulted(
    100,
    integer(0, 1_000_000, { about: 'Feeds and streams that one address may have open.' }),
  ),
  'sequencer.maxBlockFeeds': defaulted(
    64,
    integer(0, 1_000_000, {
      about: 'Feeds of blocks beside them, for relays, batchers and nodes; a quarter of them of one address.',
    }),
  ),
  'sequencer.blockEveryOffers': integer(1, 960, {
    about: 'Development: seals after so many offers, with a clock that counts blocks; the real clock when left out.',
  }),
  'sequencer.blockTimeMs': defaulted(
    1_000,
    integer(250, day, { about: 'Development: milliseconds between blocks of that clock.' }),
  ),
  'sequencer.inboxItemsFirst': defaulted(
    0,
    integer(0, 1_000_000, { about: 'Development: inbox items that the first blocks of that clock consume.' }),
  ),
} as const
