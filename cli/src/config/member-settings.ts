import { mwei } from '@parley/protocol'
import { amount, choice, defaulted, integer, secretKey, text, toggle, uint64 } from './setting.ts'

/** What a member says, and may spend on it. */
export const memberSettings = {
  'member.key': secretKey('Key that speaks in conversations; the L2 key when left out.'),
  'member.allowance': amount(0n, 2n ** 63n, {
    flag: 'allowance',
    about:
      'Mwei that a member may spend on messages. When left out 1000000000; for a member that is added half of what the admin has, if that is less.',
  }),
  'member.priceLimit': defaulted(
    mwei(10_000_000n),
    amount(0n, 2n ** 63n, { flag: 'price-limit', about: 'Mwei that one message of a member may cost.' }),
  ),
  'member.contents': text({
    flag: 'contents',
    about: 'Directory where what is said lies under its digest; without it only digests are shown.',
  }),
  'member.until': defaulted(
    'node',
    choice(['node', 'claimed', 'final'], {
      flag: 'until',
      about: 'Wait until the record stands under a root that is claimed or final on the L2.',
    }),
  ),
  'member.force': defaulted(
    false,
    toggle({ flag: 'force', about: 'Go past the sequencer, through the queue on the L2 that it must take in time.' }),
  ),
  'member.block': defaulted(
    0n,
    uint64(0n, 2n ** 63n, {
      flag: 'block',
      about: 'Wait for the record as of this block or a later one; send and add print theirs.',
    }),
  ),
} as const

/** How keys are made and shown. */
export const keySettings = {
  'keys.reveal': defaulted(false, toggle({ flag: 'reveal', about: 'Print the secret key on standard output.' })),
  'keys.index': defaulted(
    0,
    integer(0, 2 ** 31 - 1, { flag: 'index', about: 'Last number of the path m/44’/60’/0’/0/index.' }),
  ),
} as const
