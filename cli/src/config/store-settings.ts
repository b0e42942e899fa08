import { storeBounds, storeServerBounds } from '@parley/content/options'
import { type Defaulted, defaulted, integer, peers, secretToken, text, toggle, url } from './setting.ts'

const bounds = { ...storeBounds, ...storeServerBounds }

const bounded = (option: keyof typeof bounds, about: string, flag?: string): Defaulted<number> => {
  const [standard, minimum, maximum] = bounds[option]
  return defaulted(standard, integer(minimum, maximum, { about, ...(flag !== undefined && { flag }) }))
}

/** What a store of contents keeps, and for how long. */
export const storeSettings = {
  'store.token': secretToken('Bearer token of those who may put contents; anyone may when left out.'),
  'store.kuboUrl': url({ about: 'RPC of a Kubo node that keeps the blocks; the data directory does when left out.' }),
  'store.pinningUrl': url({ about: 'API of a pinning service that keeps the blocks, too; needs `store.kuboUrl`.' }),
  'store.pinningToken': secretToken('Bearer token of the account at the pinning service.'),
  'store.pinningOrigin': text({ about: 'Multiaddress at which the pinning service finds the Kubo node.' }),
  'store.bitswap': defaulted(
    false,
    toggle({ flag: 'bitswap', about: 'Serve contents by bitswap, too, and ask peers for those that are not here.' }),
  ),
  'store.bitswapPort': defaulted(
    9618,
    integer(0, 65_535, { flag: 'bitswap-port', about: 'TCP port of bitswap, 0 any free one.' }),
  ),
  'store.bitswapPeers': defaulted(
    [],
    peers({
      flag: 'bitswap-peers',
      about: 'Stores that are asked by bitswap, such as /ip4/192.0.2.1/tcp/9618/p2p/12D3…, separated by commas.',
    }),
  ),
  'store.applicationMs': bounded('applicationMs', 'Milliseconds for which messages are kept.'),
  'store.handshakeMs': bounded('handshakeMs', 'Milliseconds for which changes of groups are kept.'),
  'store.inviteMs': bounded('inviteMs', 'Milliseconds for which invites are kept.'),
  'store.attachmentMs': bounded('attachmentMs', 'Milliseconds for which attachments are kept.'),
  'store.graceMs': bounded('graceMs', 'Milliseconds for which a content stays once all its readers have it.'),
  'store.maxStoredBytes': bounded(
    'maxStoredBytes',
    'Bytes of all contents together, each counted by its size class.',
    'max-content-bytes',
  ),
  'store.sweepEveryMs': bounded('sweepEveryMs', 'Milliseconds between looks for what has to go.'),
  'store.putBurstBytes': bounded('putBurstBytes', 'Bytes that one address may put at once.'),
  'store.putBytesPerDay': bounded('putBytesPerDay', 'Bytes that one address may put a day in the long run.'),
  'store.maxPuts': bounded('maxPuts', 'Contents taken at once; more are answered 429.'),
} as const
