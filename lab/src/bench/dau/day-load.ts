import type { Clock } from '@parley/runtime'
import type { FeedPlace } from '../fanout/feed-plan.ts'
import { dueAfter, preciseNow } from '../latency/open-loop.ts'
import { countWithin, type DayPlan, type DayResult, followedBy } from './day-plan.ts'
import { UserFeeds } from './feeds.ts'
import { UserReads } from './reads.ts'

/** Feeds that are being opened at once before anything counts. */
const openingAtOnce = 50
const lookEveryMs = 50

/**
 * Does what many users do at the busiest time: feeds that are open, others that begin while as many end, pages and changes
 * that are read, all of it at times fixed beforehand. It begins with the first message that comes.
 * @param onOpen - Told when the feeds are open that are from the beginning.
 */
export async function dayLoad(
  { clock }: { readonly clock: Clock },
  plan: DayPlan,
  onOpen: () => void,
  signal: AbortSignal,
): Promise<DayResult> {
  const { feedsOpen, lastsMs, silenceMs, perSecond, places } = plan
  const beginning = countWithin(perSecond.feeds, lastsMs)
  if (beginning > feedsOpen) throw new RangeError(`${beginning} of ${feedsOpen} feeds would end meanwhile`)
  const feeds = new UserFeeds(plan)
  const reads = new UserReads(plan.nodeUrl)
  const placesOf = (user: number): FeedPlace[] =>
    [...followedBy(user, plan)].map((number) => places[number] as FeedPlace)
  try {
    for (let user = 0; user < feedsOpen; user += openingAtOnce)
      await Promise.all(
        Array.from({ length: Math.min(openingAtOnce, feedsOpen - user) }, (_, i) => feeds.open(user + i)),
      )
    let head = await reads.changes(0n, placesOf(0))
    const bytesBefore = { reads: reads.bytes, feeds: feeds.bytes }
    onOpen()
    await feeds.begun
    const at = (rate: number, one: (number: number) => Promise<unknown>) =>
      atRate({ clock, lastsMs, rate }, one, signal)
    const running = Promise.all([
      at(perSecond.pages, (number) => reads.page(places[number % places.length] as FeedPlace)),
      at(perSecond.changes, async (number) => {
        head = await reads.changes(head, placesOf(number))
      }),
      at(perSecond.feeds, async (number) => {
        feeds.close(number)
        await feeds.open(feedsOpen + number, head)
      }),
    ])
    const [pages, changes, opened] = await running
    const { expected, isComplete, received } = completeness(plan, feeds, beginning)
    // What is late is awaited; what never comes is lost.
    while (!isComplete() && preciseNow() - feeds.heardAtMs < silenceMs) await clock.sleep(lookEveryMs, signal)
    const { live, doubled, disordered } = feeds
    const bytes = { reads: reads.bytes - bytesBefore.reads, feeds: feeds.bytes - bytesBefore.feeds }
    const lost = Math.max(0, expected - received())
    return { delays: { pages, changes, feeds: opened }, live, expected, lost, doubled, disordered, bytes }
  } finally {
    feeds.closeAll()
    reads.close()
  }
}

/** Does things at a rate, each when it is due whatever became of those before. @returns how late each was done. */
async function atRate(
  { clock, lastsMs, rate }: { readonly clock: Clock; readonly lastsMs: number; readonly rate: number },
  one: (number: number) => Promise<unknown>,
  signal: AbortSignal,
): Promise<number[]> {
  const start = preciseNow()
  const delays: Promise<number>[] = []
  for (let number = 0; number < countWithin(rate, lastsMs); number += 1) {
    const due = start + dueAfter(number, rate)
    const waitMs = due - preciseNow()
    if (waitMs > 0) await clock.sleep(waitMs, signal)
    const done = one(number).then(() => preciseNow() - due)
    // Awaited below.
    done.catch(() => undefined)
    delays.push(done)
  }
  return Promise.all(delays)
}

/** What the feeds that are open from beginning to end have to get, and have got. */
function completeness(plan: DayPlan, feeds: UserFeeds, beginning: number) {
  const followers = new Uint32Array(plan.places.length)
  for (let user = beginning; user < plan.feedsOpen; user += 1)
    for (const number of followedBy(user, plan)) followers[number] = (followers[number] as number) + 1
  const expected = plan.messages.reduce((sum, number) => sum + (followers[number] as number), 0)
  const received = (): number => {
    let sum = 0
    for (let user = beginning; user < plan.feedsOpen; user += 1) sum += feeds.entriesOf(user)
    return sum
  }
  return { expected, received, isComplete: () => received() >= expected }
}
