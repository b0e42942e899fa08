import { defaulted, integer } from './setting.ts'

/** What a relay keeps and serves. */
export const feedSettings = {
  'feeds.keptMib': defaulted(
    4_096,
    integer(1, 1_048_576, {
      about: 'MiB of blocks that a relay keeps; those that are not claimed yet are kept beyond it.',
    }),
  ),
  'feeds.maxFeeds': defaulted(
    10_000,
    integer(0, 1_000_000, { about: 'Feeds of a relay open at most, of all addresses together.' }),
  ),
  'feeds.maxFeedsPerAddress': defaulted(100, integer(0, 1_000_000, { about: 'Of those, of one address.' })),
  'feeds.maxSubscriptions': defaulted(
    1_000_000,
    integer(0, 100_000_000, { about: 'Conversations that all feeds follow together.' }),
  ),
  'feeds.maxSubscriptionsPerAddress': defaulted(
    131_072,
    integer(0, 100_000_000, { about: 'Conversations that the feeds of one address follow together.' }),
  ),
  'feeds.maxSubscriptionsPerFeed': defaulted(
    16_384,
    integer(1, 1_000_000, { about: 'Conversations that one feed follows at most.' }),
  ),
} as const
