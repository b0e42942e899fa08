import { storeBounds } from '@parley/content/options'
import { pdsBounds } from '@parley/pds/options'
import { address, type Defaulted, defaulted, integer, secretKey, urls } from './setting.ts'

const bounded = (option: keyof typeof pdsBounds, about: string): Defaulted<number> => {
  const [standard, minimum, maximum] = pdsBounds[option]
  return defaulted(standard, integer(minimum, maximum, { about }))
}

const [, leastMs, mostMs] = storeBounds.handshakeMs
const [standardBytes, leastBytes, mostBytes] = storeBounds.maxStoredBytes

/** What a post-delivery service keeps for its users, and how it keeps up. */
export const pdsSettings = {
  'pds.key': secretKey(
    'Key that signs what a post-delivery service says; its address is how clients know the service.',
  ),
  'pds.stores': defaulted(
    [],
    urls({
      flag: 'stores',
      about: 'Stores that contents are mirrored from, in the order in which they are asked, separated by commas.',
    }),
  ),
  'pds.reputation': address({
    about:
      'Address of the Reputation contract, by which users’ rules judge senders; rules that need it hide nothing when left out.',
  }),
  'pds.contentMs': defaulted(
    storeBounds.handshakeMs[0],
    integer(leastMs, mostMs, { about: 'Milliseconds for which mirrored contents are kept.' }),
  ),
  'pds.maxStoredBytes': defaulted(
    standardBytes,
    integer(leastBytes, mostBytes, { about: 'Bytes of all mirrored contents, each counted by its size class.' }),
  ),
  'pds.maxUsers': bounded('maxUsers', 'Users at most.'),
  'pds.archiveBytesPerUser': bounded('archiveBytesPerUser', 'Bytes of archive segments of one user.'),
  'pds.inboxEveryMs': bounded(
    'inboxEveryMs',
    'Milliseconds between looks at a user’s public inbox; with many users, 20 for each.',
  ),
  'pds.finalEveryMs': bounded('finalEveryMs', 'Milliseconds between looks for a new final claim.'),
  'pds.checkpointEveryMs': bounded('checkpointEveryMs', 'Milliseconds between two checkpoints of one user.'),
  'pds.maxBehindMs': bounded('maxBehindMs', 'Milliseconds that what is known may be old before nothing is signed.'),
  'pds.fetchAtOnce': bounded('fetchAtOnce', 'Contents fetched from stores at once.'),
  'pds.fetchForMs': bounded('fetchForMs', 'Milliseconds for which a content that no store has is looked for.'),
} as const
