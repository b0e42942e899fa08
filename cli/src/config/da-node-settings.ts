import { daNodeBounds } from '@parley/da-node/options'
import { type Defaulted, defaulted, integer, secretKey, uint64, urls } from './setting.ts'

const bounded = (option: keyof typeof daNodeBounds, about: string, flag?: string): Defaulted<number> => {
  const [standard, minimum, maximum] = daNodeBounds[option]
  return defaulted(standard, integer(minimum, maximum, { about, ...(flag !== undefined && { flag }) }))
}

/** What a committee's member keeps, for whom and for how long. */
export const daNodeSettings = {
  'daNode.key': secretKey('Key that signs that data is stored; its address is the committee’s member.'),
  'daNode.answerKey': secretKey(
    'Key whose account answers what is asked of the member on the L2; nothing else may send from it.',
  ),
  'daNode.pricePerGibDay': defaulted(
    0n,
    uint64(0n, 10n ** 18n, {
      flag: 'price',
      about: 'Wei that the operator asks for a GiB and day; batchers quote it, and it is paid outside.',
    }),
  ),
  'daNode.maxPartBytes': bounded('maxPartBytes', 'Bytes of one part at most.'),
  'daNode.minRetentionSeconds': bounded('minRetentionSeconds', 'Seconds for which a part is taken at least.'),
  'daNode.maxRetentionSeconds': bounded('maxRetentionSeconds', 'Seconds for which a part is taken at most.'),
  'daNode.maxStoredBytes': bounded('maxStoredBytes', 'Bytes of all parts together at most.', 'max-bytes'),
  'daNode.minFreeBytes': bounded('minFreeBytes', 'Bytes that stay free on the disk.'),
  'daNode.claimerBytesPerDay': bounded('claimerBytesPerDay', 'Bytes that one claimer may store within 24 hours.'),
  'daNode.claimerOpenBytes': bounded('claimerOpenBytes', 'Bytes that one claimer may have stored at once.'),
  'daNode.maxUploads': bounded('maxUploads', 'Uploads taken at once; more are answered 429.'),
  'daNode.staleMs': bounded(
    'staleMs',
    'Milliseconds without an answer of the L2 after which nothing is taken or signed.',
  ),
  'daNode.claimerMs': bounded('claimerMs', 'Milliseconds for which it is believed who may claim.'),
  'daNode.questionsEveryMs': bounded('questionsEveryMs', 'Milliseconds between looks for questions on the L2.'),
  'daNode.answerSpreadMs': bounded(
    'answerSpreadMs',
    'Milliseconds for which each later signer leaves an answer to the ones before it, a third of the time at most.',
  ),
} as const

/** How batches are published with a committee, and read. */
export const committeeSettings = {
  'da.committeeUrls': defaulted(
    [],
    urls({
      flag: 'committee-mirrors',
      about:
        'Servers asked for parts on the committee’s layer after its members, separated by commas: mirrors, or members where the L2 names none.',
    }),
  ),
  'da.committeeClaimSeconds': defaulted(
    86_400,
    integer(60, 2_592_000, {
      about:
        'Seconds within which what a committee attested to is claimed: members are asked to keep it for so long, and for as long as a claim needs it.',
    }),
  ),
} as const
