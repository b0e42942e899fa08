import { ClientError, type ConversationsFeed, conversationId, type Deployment, type FeedUpdate } from '@parley/client'
import { MessagingError } from '@parley/messaging'
import {
  advance,
  assertSigned,
  beginRecord,
  decodeControl,
  entryOf,
  isNext,
  type LogEntry,
  type RecordState,
  slotAt,
} from '@parley/messaging/serving'
import {
  ChangeMembersType,
  type ConversationEntry,
  ConversationEventKind,
  OperationKind,
  sameBytes,
} from '@parley/protocol'
import { backoffMs, pause } from '@parley/runtime'
import { type BytesOperation, durable } from '@parley/runtime/level'
import type { PdsDeps } from '../deps.ts'
import { entriesOf, entryKey, type Place, type PlaceName, type Places, placeKey, placeNumber } from '../state/places.ts'
import { numberKey } from '../state/table.ts'
import type { StoredEntry, Tables } from '../state/tables.ts'
import type { Mirror } from './mirror.ts'

export interface RecordsDeps extends Pick<PdsDeps, 'feed' | 'clock' | 'log'> {
  readonly deployment: Deployment
  readonly tables: Tables
  readonly places: Places
  readonly mirror: Mirror
}

const backoff = { firstBackoffMs: 250, maxBackoffMs: 30_000 }
/** Milliseconds after which a conversation is asked for again that the feed does not follow. */
const againMs = 10_000
const none = new Uint8Array(0)
const zeros = new Uint8Array(32)

/** Keeps the records of all conversations in users' scopes, over one feed. Every entry is checked to be signed by its members. */
export class Records {
  private readonly deps: RecordsDeps
  private open: ConversationsFeed | undefined
  /** Records that are read again from their beginning, with how far that has come. */
  private readonly again = new Map<number, RecordState | undefined>()
  private readonly refused = new Set<number>()

  constructor(deps: RecordsDeps) {
    this.deps = deps
  }

  /** Whether a sequencer or relay gives records now. */
  get isFed(): boolean {
    return this.open?.isOpen ?? false
  }

  /** Follows a conversation from where its record stands. */
  add(place: Place): void {
    this.open?.add([this.startOf(place)])
  }

  remove(place: PlaceName): void {
    this.refused.delete(placeNumber(place))
    this.again.delete(placeNumber(place))
    this.open?.remove([place])
  }

  /** Reads a record again from its beginning, and takes what it holds now. */
  readAgain(place: Place): void {
    this.again.set(placeNumber(place), undefined)
    this.open?.add([this.startOf(place)])
  }

  async run(signal: AbortSignal): Promise<void> {
    const { feed, clock, log, places } = this.deps
    const asking = this.askAgain(signal)
    let failures = 0
    while (!signal.aborted) {
      try {
        this.open = feed.followMany(
          [...places].map((place) => this.startOf(place)),
          signal,
        )
        for await (const update of this.open) {
          await this.take(update)
          failures = 0
        }
      } catch (error) {
        if (signal.aborted) break
        if (mayBeReplaced(error)) for (const place of places) this.again.set(placeNumber(place), undefined)
        log.warn({ err: error }, 'the feed cannot be followed now')
      }
      this.open = undefined
      await pause(clock, backoffMs(failures, backoff), signal)
      failures += 1
    }
    await asking
  }

  private startOf(place: Place) {
    const { shard, index, record } = place
    const isAgain = this.again.has(placeNumber(place))
    return { shard, index, from: isAgain || record === undefined ? 0n : record.cursor.messages }
  }

  /** What the feed refused may have been created since. */
  private async askAgain(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(this.deps.clock, againMs, signal)
      for (const place of this.deps.places) if (this.refused.delete(placeNumber(place))) this.add(place)
    }
  }

  private async take(update: FeedUpdate): Promise<void> {
    if (update.kind === 'refused' || update.kind === 'gone') {
      const places = update.kind === 'gone' ? [update.place] : update.places
      for (const place of places) this.refused.add(placeNumber(place))
      this.deps.log.warn({ ...update, places }, 'a conversation is not followed')
    } else if (update.kind === 'live') {
      for (const name of update.places) {
        const place = this.deps.places.find(name)
        if (place !== undefined) await this.caughtUp(place)
      }
    } else if (update.kind === 'entries') {
      const place = this.deps.places.find(update.place)
      if (place !== undefined) await this.takeEntries(place, update.entries)
    }
  }

  private async takeEntries(place: Place, entries: readonly ConversationEntry[]): Promise<void> {
    const { tables, places, mirror } = this.deps
    const operations: BytesOperation[] = []
    const wants: bigint[] = []
    let record = place.record
    for (const item of entries) {
      if (this.begins(place, item)) {
        const begun = beginRecord(this.deps.deployment.chainId, place.genesis as NonNullable<Place['genesis']>)
        if (this.again.has(placeNumber(place))) this.again.set(placeNumber(place), begun)
        record ??= begun
        continue
      }
      const entry = entryOf(item)
      if (entry === undefined || record === undefined) continue
      const before = this.again.get(placeNumber(place))
      if (before !== undefined && entriesOf(before) < entriesOf(record)) {
        if (await this.isSame(place, before, entry)) {
          this.again.set(placeNumber(place), advance(before, entry))
          continue
        }
        await this.cut(place, before)
        record = before
      }
      if (entry.kind === 'change' && entry.change.epoch < record.cursor.changes) continue
      if (!isNext(record, entry)) throw new MessagingError({ code: 'LOG_GAP', ...record.cursor })
      assertSigned(record, entry, item)
      const next: RecordState = advance(record, entry)
      operations.push(tables.entries.put([entryKey(place, entriesOf(record))], rowOf(record, entry, next)))
      if (entry.kind === 'message') {
        const control = decodeControl(entry.content)
        if (control === undefined) operations.push(mirror.wanted(entry.content))
        else if (control.kind === 'want') wants.push(control.position)
      }
      record = next
      if (before !== undefined) this.again.set(placeNumber(place), next)
    }
    if (record === place.record && operations.length === 0) return
    const was = place.record
    place.record = record
    place.changed = places.next()
    try {
      await tables.db.batch([...operations, places.row(place)], durable)
    } catch (error) {
      place.record = was
      throw error
    }
    mirror.look()
    for (const position of wants) await this.serveWant(place, position)
  }

  /** Whether an entry is the creation of the conversation, which says its id. */
  private begins(place: Place, { event }: ConversationEntry): boolean {
    if (event.selector !== ConversationEventKind.operation) return false
    const { operation } = event.value
    if (operation.selector !== OperationKind.createConversation) return false
    const { shard, members } = operation.value
    if (shard !== place.shard) return false
    // Whoever says another one has none here.
    place.id = conversationId(this.deps.deployment, operation.value)
    place.genesis = { id: place.id, members: members.map(({ key, role }) => ({ key, role })) }
    return true
  }

  /** Everything there was is here: what a record had beyond that is void. */
  private async caughtUp(place: Place): Promise<void> {
    const read = this.again.get(placeNumber(place))
    this.again.delete(placeNumber(place))
    if (read !== undefined && entriesOf(read) < entriesOf(place.record)) await this.cut(place, read)
  }

  /** Whether a record has just this entry at a place. */
  private async isSame(place: Place, before: RecordState, entry: LogEntry): Promise<boolean> {
    if (!isNext(before, entry)) return false
    const stored = await this.deps.tables.entries.get(entryKey(place, entriesOf(before)))
    return stored !== undefined && sameBytes(stored.head, advance(before, entry).head)
  }

  /** Takes back what a record has beyond a place: the L3 has something else there now. */
  private async cut(place: Place, to: RecordState): Promise<void> {
    const { tables, places, log } = this.deps
    const { shard, index, final } = place
    // What is final stays: a feed that says otherwise is not believed.
    if (entriesOf(to) < final.messages + final.changes)
      throw new MessagingError({ code: 'RECORD_FORGED', ...to.cursor })
    log.info({ shard, index, entries: String(entriesOf(to)) }, 'what lies behind here was replaced')
    await tables.entries.clear([placeKey(place)], numberKey(entriesOf(to)))
    place.record = to
    place.changed = places.next()
    await tables.db.batch([places.row(place)], durable)
  }

  /** A member lacks a content: it is looked for at once, or put to the stores if it is here. */
  private async serveWant(place: Place, position: bigint): Promise<void> {
    const { tables, mirror } = this.deps
    for await (const { value } of tables.entries.rows([placeKey(place)], { from: numberKey(position) })) {
      if (value.position > position) return
      if (value.position < position || value.change.length > 0) continue
      if ((await mirror.keptUntil(value.content)) > 0n) mirror.giveBack(value.content)
      else await tables.db.batch([mirror.wanted(value.content)], durable)
      mirror.look()
      return
    }
  }
}

function rowOf(record: RecordState, entry: LogEntry, { head }: RecordState): StoredEntry {
  const { cursor } = record
  const placed = { position: cursor.messages, time: entry.time, head }
  if (entry.kind === 'change')
    return { ...placed, slot: 0, nonce: 0n, content: zeros, change: ChangeMembersType.serialize(entry.change) }
  const { nonce } = slotAt(record, entry.slot)
  return { ...placed, slot: entry.slot, nonce, content: entry.content, change: none }
}

/** Whether after a fault what was read may not stand any more. */
function mayBeReplaced(error: unknown): boolean {
  if (error instanceof ClientError) return error.fault.code === 'LINEAGE_ENDED' || error.fault.code === 'FEED_GAP'
  return error instanceof MessagingError && (error.fault.code === 'RECORD_FORGED' || error.fault.code === 'LOG_GAP')
}
