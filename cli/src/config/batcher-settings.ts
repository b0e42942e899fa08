import { defaulted, integer, quantity, secretKey, text, toggle } from './setting.ts'

const day = 86_400_000

/** When batches are posted, and prices moved. */
export const batcherSettings = {
  'batcher.maxAgeMs': defaulted(
    600_000,
    integer(0, day, {
      about: 'Milliseconds after which a partial batch is posted; at most an eighth of the deployment’s silence limit.',
    }),
  ),
  'batcher.maxFixedPercent': defaulted(
    20,
    integer(0, 10_000, {
      about:
        'A batch is posted earlier once a byte costs at most so many hundredths more than in the fullest batch that the layers take.',
    }),
  ),
  'batcher.maxBlocks': defaulted(1_024, integer(1, 1_024, { about: 'Blocks of one batch at most.' })),
  'batcher.maxBatchesInFlight': defaulted(
    8,
    integer(1, 16, { about: 'Batches published at the same time; claims go out in order all the same.' }),
  ),
  'batcher.watchEveryMs': defaulted(
    5_000,
    integer(50, day, { about: 'Interval between checks of finality and of the claims standing, in milliseconds.' }),
  ),
  'batcher.pushPrices': defaulted(
    true,
    toggle({ about: 'Move the L3’s prices after what the L2 knows of its L1, as far as the contract lets anyone.' }),
  ),
  'batcher.quoteKey': secretKey(
    'Key of the deployment’s operator, or of its agent, that quotes the prices of data where the deployment has them quoted; nothing else may send from its account.',
  ),
  'batcher.pricesEveryMs': defaulted(
    60_000,
    integer(1_000, day, { about: 'Interval between price updates, in milliseconds.' }),
  ),
} as const

/** How what was paid is counted. */
export const costSettings = {
  'costs.since': text({
    flag: 'since',
    about: 'What was paid from this time on: a date, or a date and time, as 2026-11-29T18:00:00Z.',
  }),
  'rates.tia': quantity(0, 1_000_000, {
    flag: 'tia-rate',
    about: 'Ether for one TIA, by which costs on Celestia are counted.',
  }),
  'rates.usd': quantity(0, 1_000_000_000, {
    flag: 'usd-rate',
    about: 'Dollars for one ether, by which costs are counted.',
  }),
} as const
