import type { L2Position, QueuedItem, SettlementPage } from '@parley/protocol'
import { SequencerError } from '../faults.ts'
import type { InboxStore, StoredItem } from '../store/inbox-store.ts'
import { type FollowDeps, followL2 } from './follow.ts'

export interface InboxFollowerDeps extends FollowDeps {
  readonly store: InboxStore
  /** Milliseconds after which an item must be consumed. */
  readonly forceDelayMs: bigint
  /** Called after each page. */
  readonly moved: () => void
}

/** Follows the inbox on safe blocks of the L2 and keeps its items. */
export class InboxFollower {
  /** Blocks up to this timestamp, exclusive, cannot leave out an item that is due: all such items are known. */
  knownUntil = 0n
  /** The L2 was followed to its head at least once since the start. */
  caughtUp = false

  private consumed: bigint
  private busy: Promise<unknown> = Promise.resolve()
  private readonly deps: InboxFollowerDeps

  /** @param consumed - Items that opened blocks have consumed. */
  constructor(deps: InboxFollowerDeps, consumed: bigint) {
    this.deps = deps
    this.consumed = consumed
  }

  /** Items known. */
  get count(): bigint {
    return this.deps.store.count
  }

  /**
   * Takes items for the next block, for good.
   * @param choose - How many of the at most `most` waiting items the block consumes.
   */
  take(most: number, choose: (waiting: readonly QueuedItem[]) => number): Promise<readonly QueuedItem[]> {
    return this.alone(async () => {
      const end = this.consumed + BigInt(most)
      const waiting = await this.deps.store.items(this.consumed, end < this.count ? end : this.count)
      const items = waiting.map(({ queued }) => queued)
      const taken = items.slice(0, choose(items))
      this.consumed += BigInt(taken.length)
      return taken
    })
  }

  /** Follows until `signal`. @throws {SequencerError} `INBOX_ROLLED_BACK`, `INBOX_GAP`. */
  follow(signal: AbortSignal): Promise<void> {
    const { store } = this.deps
    return followL2(
      this.deps,
      'safe',
      () => store.cursor,
      (page) => this.alone(() => this.takePage(page)),
      signal,
    )
  }

  /** Pages and openings change the queue one at a time. */
  private alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.busy.then(work)
    // Whoever called learns of the failure; the next in line starts all the same.
    this.busy = done.catch(() => undefined)
    return done
  }

  private async takePage(page: SettlementPage): Promise<void> {
    const { store, forceDelayMs, moved, log } = this.deps
    let keep = store.count
    let add: StoredItem[] = []
    for (const event of page.events) {
      if (event.kind === 'rollback') {
        keep = await this.rolledBack(event.to, keep)
        add = add.filter((item) => item.l2Block <= event.to.blockNumber)
      } else if (event.kind === 'item') {
        const expected = keep + BigInt(add.length)
        if (event.queued.index !== expected)
          throw new SequencerError({ code: 'INBOX_GAP', expected, received: event.queued.index })
        add.push({ queued: event.queued, l2Block: event.at.blockNumber })
      }
    }
    const dropped = store.count - keep
    await store.apply({ keep, add, cursor: page.cursor })
    this.knownUntil = page.time + forceDelayMs
    this.caughtUp ||= page.caughtUp
    if (dropped > 0n || add.length > 0)
      log.info({ dropped, added: add.length, items: store.count, l2Block: page.cursor.blockNumber }, 'inbox moved')
    moved()
  }

  /** Number of stored items that stand after a rollback. */
  private async rolledBack(to: L2Position, count: bigint): Promise<bigint> {
    const { store } = this.deps
    let keep = count
    while (keep > 0n) {
      const [item] = await store.items(keep - 1n, keep)
      if (item === undefined || item.l2Block <= to.blockNumber) break
      keep -= 1n
    }
    if (keep < this.consumed) {
      const [item] = await store.items(keep, keep + 1n)
      throw new SequencerError({
        code: 'INBOX_ROLLED_BACK',
        item: keep,
        block: item?.l2Block ?? 0n,
        to: to.blockNumber,
      })
    }
    return keep
  }
}
