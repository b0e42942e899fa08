import { layerNames, parsePolicy } from './da-policy.ts'
import { choice, daPolicy, defaulted, integer, toggle } from './setting.ts'

const day = 86_400_000

/** Which DA layers the parts of batches go to, and when to another one. */
export const policySettings = {
  'da.layer': defaulted(
    parsePolicy('local'),
    daPolicy({
      flag: 'da',
      about:
        'Layers that batches are published on, of a list the first unless it fails: `celestia`, `celestia:ethereum-blobs`, or `core=ethereum-blobs,witness=celestia`; the sequencer’s blocks fit all of them.',
    }),
  ),
  'da.shadow': choice(layerNames, {
    flag: 'da-shadow',
    about:
      'A layer beside those of `da.layer` on which copies of all batches are published and read back, before a move: they are paid for, and nobody claims them.',
  }),
  'da.choose': defaulted(
    'order',
    choice(['order', 'cost'], {
      flag: 'da-choose',
      about:
        'Whether a layer later in the list is used only when those before it fail, or also while it is cheaper by `da.cheaperPercent`.',
    }),
  ),
  'da.localIsNotDa': defaulted(
    false,
    toggle({
      flag: 'i-know-local-is-not-da',
      about: 'Let a batcher publish on the layer local, which one machine keeps and nobody else has to.',
    }),
  ),
  'da.feePatienceMs': defaulted(
    600_000,
    integer(0, day, {
      about: 'Milliseconds that a layer may ask for more than the limit before the next one of the list is used.',
    }),
  ),
  'da.outagePatienceMs': defaulted(
    600_000,
    integer(0, day, {
      about: 'Milliseconds that a layer may fail without a success, five times at least, before the next one is used.',
    }),
  ),
  'da.stallPatienceMs': defaulted(
    1_800_000,
    integer(1_000, day, {
      about: 'Milliseconds that a publication may stay unanswered before the next layer is used.',
    }),
  ),
  'da.probeAfterBatches': defaulted(
    10,
    integer(1, 1_000_000, { about: 'Batches on another layer after which the first one is tried again.' }),
  ),
  'da.probeAfterMs': defaulted(
    1_800_000,
    integer(0, day, {
      about: 'Milliseconds after which it is tried again in any case; doubled by each try that fails.',
    }),
  ),
  'da.maxProbeMs': defaulted(14_400_000, integer(1_000, day, { about: 'Milliseconds between such tries at most.' })),
  'da.switchEveryMs': defaulted(
    300_000,
    integer(0, day, { about: 'Milliseconds between two switches of one part at least.' }),
  ),
  'da.cheaperPercent': defaulted(
    70,
    integer(1, 99, { about: 'Hundredths of the price of the layer in use below which another one is cheaper.' }),
  ),
  'da.cheaperForMs': defaulted(
    1_800_000,
    integer(0, day, { about: 'Milliseconds that its price must have been below them before it is used.' }),
  ),
} as const
