/** What is asked of Parley for a call of another network; `l2` is asked of the chain and not of Parley. */
export type Asked = 'l2' | 'page' | 'changes' | 'feed' | 'message'

/** A kind of call, by how often one user makes it in a day. */
export interface Call {
  readonly call: string
  readonly perUserDay: number
  readonly asked: Asked
  /** For people. */
  readonly here: string
}

/** What users of a network do in a day, as published. */
export interface Mix {
  readonly source: string
  readonly calls: readonly Call[]
  /** Calls at the busiest time to those on average. */
  readonly peak: number
  /** Times a day at which a user looks at what is new, and for how long the application is then open: the latter is assumed. */
  readonly wakes: number
  readonly openSeconds: number
  /** Conversations of a user: assumed. */
  readonly conversations: number
}

const calls = 470
const shares = { identity: 0.65, queries: 0.14, newest: 0.03, writes: 0.03, streams: 0.15 } as const
const perDay = (share: number): number => Number((calls * share).toFixed(1))

/**
 * XMTP's users: 470 calls a user and day, in the shares of their load generator, and 820 requests a second at the peak where
 * 544 are the mean (xmtpd #1943, #1946, #1951).
 */
const xmtp: Mix = {
  source: 'xmtpd #1943, #1946, #1951',
  peak: 1.5,
  wakes: perDay(shares.newest),
  openSeconds: 180,
  conversations: 20,
  calls: [
    {
      call: 'identity look-ups',
      perUserDay: perDay(shares.identity),
      asked: 'l2',
      here: 'a contact read on the L2: not asked of Parley, counted apart',
    },
    {
      call: 'queries',
      perUserDay: perDay(shares.queries),
      asked: 'page',
      here: 'a page of a record of a node',
    },
    {
      call: 'newest',
      perUserDay: perDay(shares.newest),
      asked: 'changes',
      here: 'POST /v1/changes to a node, for all conversations at once',
    },
    {
      call: 'subscriptions',
      perUserDay: perDay(shares.streams),
      asked: 'feed',
      here: 'a feed of a relay, with one mutation for all conversations',
    },
    {
      call: 'publishing',
      perUserDay: perDay(shares.writes),
      asked: 'message',
      here: 'a message to the sequencer: more than the 3.4 that people write, for what else is published counts as one, too',
    },
  ],
}

export const mixes = { xmtp } as const

/** Whether users ask as often as in the mix, or only when they wake and for what changed. */
export type Asking = 'polling' | 'told'

/** What so many users ask at the busiest time. */
export interface Rates {
  readonly messagesPerSecond: number
  readonly pagesPerSecond: number
  readonly changesPerSecond: number
  /** Feeds that begin, while as many end. */
  readonly feedsPerSecond: number
  /** Feeds open at any time. */
  readonly feedsOpen: number
}

const secondsOfDay = 86_400

/** How often one user and day something is asked. */
export function perUserDay({ calls: all, wakes }: Mix, asking: Asking): Readonly<Record<Asked, number>> {
  const of = (asked: Asked): number => all.find((each) => each.asked === asked)?.perUserDay ?? 0
  const [l2, message] = [of('l2'), of('message')]
  if (asking === 'polling') return { l2, message, page: of('page'), changes: of('changes'), feed: of('feed') }
  // In conversations of two, as many messages reach a user as a user sends: a page for each.
  return { l2, message, page: message, changes: wakes, feed: wakes }
}

/** What `users` ask at the busiest time. */
export function ratesOf(mix: Mix, users: number, asking: Asking): Rates {
  const perSecond = (aDay: number): number => (users * aDay * mix.peak) / secondsOfDay
  const { message, page, changes, feed } = perUserDay(mix, asking)
  return {
    messagesPerSecond: perSecond(message),
    pagesPerSecond: perSecond(page),
    changesPerSecond: perSecond(changes),
    feedsPerSecond: perSecond(feed),
    feedsOpen: Math.ceil(perSecond(mix.wakes) * mix.openSeconds),
  }
}

/** What was counted in `seconds` at the busiest time, for one user and day. */
export function perUserAndDay(mix: Mix, counted: number, users: number, seconds: number): number {
  return (counted * secondsOfDay) / (users * mix.peak * seconds)
}
