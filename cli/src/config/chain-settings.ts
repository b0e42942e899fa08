import { choice, defaulted, integer } from './setting.ts'

/** How the L1 and the L2 are asked, and what is offered there. Places and keys stand in `settings.ts`. */
export const chainSettings = {
  'l1.slots': defaulted(
    'beacon',
    choice(['beacon', 'block-number'], {
      flag: 'slots',
      about:
        'How the beacon API names blocks; with `block-number`, for development chains, by the L1 block’s number where nothing else says so.',
    }),
  ),
  'l1.scanBlocks': defaulted(
    7_200,
    integer(0, 1_000_000, { about: 'L1 blocks that are searched for blobs which a reorganisation moved.' }),
  ),
  'l1.maxFeeGwei': defaulted(2_000, integer(1, 1_000_000, { about: 'Gwei per gas offered on the L1 at most.' })),
  'l1.maxTipGwei': defaulted(200, integer(1, 1_000_000, { about: 'Gwei per gas tipped on the L1 at most.' })),
  'l1.maxBlobFeeGwei': defaulted(
    1_000,
    integer(1, 1_000_000, { about: 'Gwei per gas of blobs offered on the L1 at most.' }),
  ),
  'l1.maxCostPerPartGwei': integer(1, 1_000_000_000_000, {
    about:
      'Gwei that the publication of one part may cost at most when it is begun; without it only the bounds per gas hold.',
  }),
  'l1.tipPercentile': defaulted(
    60,
    integer(0, 100, {
      about: 'Share of recent blob transactions, in hundredths, that tip no more than what is offered.',
    }),
  ),
  'l1.bumpAfterBlocks': defaulted(
    5,
    integer(1, 1_000, { about: 'L1 blocks without inclusion after which the next publication offers twice as much.' }),
  ),
  'l1.settleBlocks': defaulted(
    64,
    integer(1, 10_000, {
      about:
        'L1 blocks for which a publication is watched at least, and sent again after a reorganisation; longer until the L1 calls its block final.',
    }),
  ),
  'l1.maxPending': defaulted(
    16,
    integer(1, 16, { about: 'Publications under way on the L1 at most; blob pools hold 16 per account.' }),
  ),
  'l2.maxBatch': defaulted(
    50,
    integer(1, 1_000, {
      about: 'JSON-RPC requests sent together at most; fewer once the provider refuses so many, 1 for none together.',
    }),
  ),
  'l2.maxBlocksPerPage': defaulted(
    2_000,
    integer(1, 100_000, {
      about: 'L2 blocks of one request for logs at most; fewer once the provider refuses so many.',
    }),
  ),
  'l2.nearBlocks': defaulted(
    32,
    integer(1, 1_000, {
      about:
        'L2 blocks behind the head that are read one by one; more than the nodes of a provider lag behind each other.',
    }),
  ),
  'l2.requestTimeoutMs': defaulted(10_000, integer(100, 600_000, { about: 'Milliseconds for one request to the L2.' })),
  'l2.maxFeeGwei': defaulted(500, integer(1, 1_000_000, { about: 'Gwei per gas offered on the L2 at most.' })),
} as const
