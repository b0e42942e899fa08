import {
  type BlockHeader,
  BlockHeaderType,
  type ChainConfig,
  genesisHeader,
  type L2Position,
  type Millis,
  type QueuedItem,
  type SettlementEvent,
  type SettlementPage,
} from '@parley/protocol'
import { SequencerError } from '../faults.ts'
import type { InboxStore, Removal, RescuedHeader, Standing, StoredItem } from '../store/inbox-store.ts'
import { type FollowDeps, followL2, L2Fault } from './follow.ts'
import { ToldClaims } from './told-claims.ts'

export interface InboxFollowerDeps extends FollowDeps {
  readonly store: InboxStore
  readonly config: ChainConfig
  /** Called after each page. */
  readonly moved: () => void
}

/** Removals that were acted on, and items that opened blocks have consumed: the L2 must not take them back. */
export interface Taken {
  readonly items: bigint
  readonly removals: number
  /** Whether following goes on when a removal was stored that was not acted on. @default false */
  readonly passesRemovals?: boolean
}

/** Follows the inbox on safe blocks of the L2 and keeps its items, and the removals of claims. */
export class InboxFollower {
  /** Blocks up to this timestamp, exclusive, cannot leave out an item that is due: all such items are known. */
  knownUntil = 0n
  /** L2 time of the last block read; undefined before the first. */
  time: Millis | undefined
  /** The L2 was followed to its head at least once since the start. */
  caughtUp = false
  readonly fault = new L2Fault()

  private consumed: bigint
  private readonly actedOn: number
  private readonly passesRemovals: boolean
  private busy: Promise<unknown> = Promise.resolve()
  private readonly deps: InboxFollowerDeps

  constructor(deps: InboxFollowerDeps, taken: Taken) {
    this.deps = deps
    this.consumed = taken.items
    this.actedOn = taken.removals
    this.passesRemovals = taken.passesRemovals ?? false
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

  /**
   * Follows until `signal`, or until a removal is stored that was not acted on.
   * @throws {SequencerError} `LINEAGE_CHANGED`, `INBOX_ROLLED_BACK`, `REMOVAL_ROLLED_BACK`, `INBOX_GAP`.
   */
  follow(signal: AbortSignal): Promise<void> {
    const { store } = this.deps
    return followL2(
      this.deps,
      'safe',
      () => store.cursor,
      (page) => this.alone(() => this.takePage(page)),
      this.fault,
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
    const { store, config, moved, log } = this.deps
    let keep = store.count
    let add: StoredItem[] = []
    const turn = new Turn(store.standing, config)
    for (const event of page.events) {
      turn.take(event)
      if (event.kind === 'rollback') {
        keep = await this.rolledBack(event.to, keep)
        this.assertActedStand(turn.removals, event.to)
        add = add.filter((item) => item.l2Block <= event.to.blockNumber)
      } else if (event.kind === 'item') {
        const expected = keep + BigInt(add.length)
        if (event.queued.index !== expected)
          throw new SequencerError({ code: 'INBOX_GAP', expected, received: event.queued.index })
        add.push({ queued: event.queued, l2Block: event.at.blockNumber })
      }
    }
    const dropped = store.count - keep
    const before = store.lineage(config.genesis.lineage)
    await store.apply({ keep, add, standing: turn.changed(), cursor: page.cursor })
    this.time = page.time
    this.knownUntil = page.time + config.forceDelayMs
    this.caughtUp ||= page.caughtUp
    if (dropped > 0n || add.length > 0)
      log.info({ dropped, added: add.length, items: store.count, l2Block: page.cursor.blockNumber }, 'inbox moved')
    moved()
    const removal = store.standing.removals.at(-1)
    if (removal !== undefined && store.standing.removals.length > this.actedOn && !this.passesRemovals)
      throw new SequencerError({
        code: 'LINEAGE_CHANGED',
        expected: before,
        received: removal.lineage,
        standing: removal.block,
      })
  }

  private assertActedStand(removals: readonly Removal[], { blockNumber }: L2Position): void {
    if (removals.length < this.actedOn)
      throw new SequencerError({ code: 'REMOVAL_ROLLED_BACK', removal: removals.length, to: blockNumber })
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

/** Claims and removals while a page is taken in. */
class Turn {
  removals: readonly Removal[]
  private readonly claims: ToldClaims
  private rescues: readonly RescuedHeader[]
  private readonly config: ChainConfig
  private lastHeader: BlockHeader | undefined
  private moved = false

  constructor({ claims, removals, rescues }: Standing, config: ChainConfig) {
    this.claims = new ToldClaims(claims)
    this.removals = removals
    this.rescues = rescues
    this.config = config
  }

  take(event: SettlementEvent): void {
    const isAboutClaims = this.claims.take(event)
    this.moved ||= isAboutClaims
    if (event.kind === 'rollback' && this.removals.some(({ at }) => at > event.to.blockNumber))
      this.removals = this.removals.filter(({ at }) => at <= event.to.blockNumber)
    if (event.kind === 'rollback') this.rescues = this.rescues.filter(({ at }) => at <= event.to.blockNumber)
    if (event.kind === 'claim') this.lastHeader = event.claim.lastHeader
    // It follows its claim.
    if (event.kind === 'rescue' && this.lastHeader !== undefined)
      this.rescues = [...this.rescues, { header: this.lastHeader, at: event.at.blockNumber }]
    if (event.kind === 'removal') this.removals = [...this.removals, this.removalOf(event)]
  }

  /** What has to be stored; undefined when nothing changed. */
  changed(): Standing | undefined {
    return this.moved ? { claims: this.claims.all, removals: this.removals, rescues: this.rescues } : undefined
  }

  private removalOf({ standing, lineage, at }: Extract<SettlementEvent, { readonly kind: 'removal' }>): Removal {
    const removal = { lineage, at: at.blockNumber }
    if (standing === 0n)
      return { ...removal, block: 0n, root: BlockHeaderType.hashTreeRoot(genesisHeader(this.config)) }
    const claim = this.claims.standing(standing)
    if (claim === undefined)
      throw new SequencerError({
        code: 'STORE_CORRUPT',
        what: 'claim',
        number: standing,
        reason: 'a removal leaves it standing, and it is not known',
      })
    return { ...removal, block: claim.block, root: claim.root }
  }
}
