import {
  ClientError,
  conversationId,
  type Deployment,
  type Receipt,
  type Refusal,
  type SequencerClient,
} from '@parley/client'
import {
  type ChangeMembers,
  CodedError,
  type Conversation,
  type ConversationEntry,
  ConversationEventKind,
  type Millis,
  OperationKind,
  type Signature,
  type SignedMessage,
  sameBytes,
  type TransitionFault,
  transitionFaults,
} from '@parley/protocol/light'
import { advance, beginRecord, isNext, type RecordState } from '../engine/record.ts'
import { MessagingError } from '../faults.ts'
import { messagingLimits } from '../limits.ts'
import type { Cursor, Genesis, Log, LogEvent, OutgoingMessage, Place, RecordPlace } from '../ports/log.ts'
import { assertSigned, entryOf } from './checked-entry.ts'
import type { Forcing } from './forcing.ts'

/**
 * The L3 by a sequencer or a relay. What it says was signed by members is checked; that nothing is left out or in another order is
 * its word, until a node's proof shows it or another member has seen another head.
 */
export class ChainLog implements Log {
  readonly chainId: bigint
  private readonly sequencer: SequencerClient
  private readonly feed: Pick<SequencerClient, 'followMany'>
  private readonly deployment: Deployment
  private readonly forcing: Forcing | undefined
  private readonly begun = new Map<string, Genesis>()

  /**
   * @param feed - Where entries are read: a relay's client, or the sequencer itself.
   * @param forcing - The way past the sequencer; none when left out.
   */
  constructor(
    sequencer: SequencerClient,
    deployment: Deployment,
    feed: Pick<SequencerClient, 'followMany'> = sequencer,
    forcing?: Forcing,
  ) {
    this.chainId = deployment.chainId
    this.sequencer = sequencer
    this.feed = feed
    this.deployment = deployment
    this.forcing = forcing
  }

  async genesis(place: Place, signal: AbortSignal): Promise<Genesis> {
    const name = `${place.shard}/${place.index}`
    const known = this.begun.get(name) ?? (await this.readGenesis(place, signal))
    this.begun.set(name, known)
    return known
  }

  async standing({ shard, index }: Place, signal: AbortSignal): Promise<Conversation> {
    const found = await this.sequencer.conversation(shard, index, signal)
    if (found === undefined) throw new MessagingError({ code: 'CONVERSATION_MISSING', shard, index })
    return found
  }

  async send({ shard, index }: Place, message: OutgoingMessage, signal: AbortSignal): Promise<void> {
    const { slot, nonce, content, signature } = message
    const sent = { shard, conversation: index, member: slot, nonce, content, signature }
    if (this.forcing?.isForced(sent) === true) return
    const receipt = await this.submit(sent, signal)
    if (receipt?.accepted === false) throw refused(receipt)
  }

  /** @returns undefined for a message that was forced, for the sequencer gives no answer. */
  private async submit(message: SignedMessage, signal: AbortSignal): Promise<Receipt | undefined> {
    try {
      const [receipt] = await this.sequencer.submitMessages([message], signal)
      this.forcing?.settle(message)
      return receipt
    } catch (error) {
      signal.throwIfAborted()
      if ((await this.forcing?.unanswered(message, signal)) === true) return undefined
      throw error
    }
  }

  async change(change: ChangeMembers, signatures: readonly Signature[], signal: AbortSignal): Promise<void> {
    const operation = { selector: OperationKind.changeMembers, value: change } as const
    const receipt = await this.sequencer.submitOperation({ operation, signatures: [...signatures] }, signal)
    if (!receipt.accepted) throw refused(receipt)
  }

  async *follow(place: Place, from: RecordPlace, signal: AbortSignal): AsyncGenerator<LogEvent> {
    const read = new ReadRecord({ ...from, chainId: this.chainId, time: 0n as Millis })
    if (await this.isReplaced(place, from, signal)) yield* this.goBack(place, read, 'another head', signal)
    for (;;) {
      try {
        yield* this.readOn(place, read, signal)
      } catch (error) {
        const reason = reasonToReadAnew(error)
        if (reason === undefined) throw error
        const before = read.last
        yield* this.goBack(place, read, reason, signal)
        // Nothing was replaced, so the server just says what cannot be.
        if (read.last === before && reason !== 'LINEAGE_ENDED') throw error
      }
    }
  }

  /** Whether the record that the log has now is another one at the very place that was read last. */
  private async isReplaced(place: Place, { cursor, head }: RecordPlace, signal: AbortSignal): Promise<boolean> {
    if (cursor.messages + cursor.changes === 0n) return false
    const standing = await this.standing(place, signal)
    if (standing.messageCount < cursor.messages || standing.epoch < cursor.changes) return true
    const isSamePlace = standing.messageCount === cursor.messages && standing.epoch === cursor.changes
    return isSamePlace && !sameBytes(standing.head, head)
  }

  private async *readOn(place: Place, read: ReadRecord, signal: AbortSignal): AsyncGenerator<LogEvent> {
    for await (const item of this.entries(place, read.last.cursor.messages, signal)) {
      if (item === 'end') {
        yield { kind: 'end' }
        continue
      }
      const event = read.take(item)
      if (event !== undefined) yield event
    }
  }

  /** Reads the record from its beginning, and says from where on it is another one, if it is. */
  private async *goBack(place: Place, read: ReadRecord, reason: string, signal: AbortSignal): AsyncGenerator<LogEvent> {
    const anew = new ReadRecord(beginRecord(this.chainId, await this.genesis(place, signal)))
    let common = anew.last
    for await (const item of this.entries(place, 0n, signal)) {
      if (item === 'end') break
      anew.take(item)
      if (read.has(anew.last)) common = anew.last
      if (isSamePlace(anew.last.cursor, read.last.cursor)) break
    }
    if (isSamePlace(common.cursor, read.last.cursor)) return
    read.restart(common)
    yield { kind: 'void', from: common.cursor, reason }
  }

  private async readGenesis(place: Place, signal: AbortSignal): Promise<Genesis> {
    const stop = new AbortController()
    try {
      for await (const item of this.entries(place, 0n, AbortSignal.any([signal, stop.signal]))) {
        // A conversation that was accepted and is not sealed yet has no entries for a moment.
        if (item === 'end') continue
        const genesis = genesisOf(item, place, this.deployment)
        if (genesis !== undefined) return genesis
        break
      }
    } finally {
      stop.abort()
    }
    throw new MessagingError({ code: 'RECORD_FORGED', messages: 0n, changes: 0n })
  }

  /** Entries as the feed has them, and `end` whenever it says that there are no more now. */
  private async *entries(
    { shard, index }: Place,
    from: bigint,
    signal: AbortSignal,
  ): AsyncGenerator<ConversationEntry | 'end'> {
    const stop = new AbortController()
    let isLive = false
    try {
      const updates = this.feed.followMany([{ shard, index, from }], AbortSignal.any([signal, stop.signal]))
      for await (const update of updates) {
        if (update.kind === 'entries') yield* update.entries
        if (update.kind === 'live') isLive = true
        else if (update.kind === 'behind') isLive = false
        else if (update.kind === 'refused') throw new MessagingError({ code: 'CONVERSATION_MISSING', shard, index })
        else if (update.kind === 'gone') throw new MessagingError({ code: 'RECORD_FORGOTTEN', from: update.from })
        if (isLive) yield 'end'
      }
    } finally {
      stop.abort()
    }
  }
}

/** What was read of a record, with the last places on the way. */
class ReadRecord {
  last: RecordState
  private marks: RecordState[]

  constructor(from: RecordState) {
    this.last = from
    this.marks = [from]
  }

  /** The next entry; undefined for one that was taken before. @throws {MessagingError} `RECORD_FORGED`, `LOG_GAP`. */
  take(item: ConversationEntry): LogEvent | undefined {
    const entry = entryOf(item)
    if (entry === undefined) return undefined
    if (entry.kind === 'change' && entry.change.epoch < this.last.cursor.changes) return undefined
    if (!isNext(this.last, entry)) throw new MessagingError({ code: 'LOG_GAP', ...this.last.cursor })
    assertSigned(this.last, entry, item)
    this.last = advance(this.last, entry)
    this.marks = [...this.marks.slice(1 - messagingLimits.marks), this.last]
    return entry
  }

  /** Whether the record was the same at some place. */
  has({ cursor, head }: RecordState): boolean {
    return this.marks.some((mark) => isSamePlace(mark.cursor, cursor) && sameBytes(mark.head, head))
  }

  restart(from: RecordState): void {
    this.last = from
    this.marks = [from]
  }
}

function isSamePlace(a: Cursor, b: Cursor): boolean {
  return a.messages === b.messages && a.changes === b.changes
}

/** What a conversation began with, if the entry is its creation. */
function genesisOf({ event }: ConversationEntry, place: Place, deployment: Deployment): Genesis | undefined {
  if (event.selector !== ConversationEventKind.operation) return undefined
  const { operation } = event.value
  if (operation.selector !== OperationKind.createConversation || operation.value.shard !== place.shard) return undefined
  return { id: conversationId(deployment, operation.value), members: operation.value.members }
}

/** Why a record must be read anew after a fault; undefined where that would not help. */
function reasonToReadAnew(error: unknown): string | undefined {
  if (error instanceof ClientError) {
    const { code } = error.fault
    return code === 'LINEAGE_ENDED' || code === 'FEED_GAP' ? code : undefined
  }
  if (!(error instanceof MessagingError)) return undefined
  return error.fault.code === 'RECORD_FORGED' || error.fault.code === 'LOG_GAP' ? error.fault.code : undefined
}

/** A refusal of the L3, by the transition's code. */
function refused({ refusal, expected }: Refusal): LogRefusal {
  return new LogRefusal({ code: refusal, expected }, transitionFaults)
}

/** What the L3 refused to take. */
class LogRefusal extends CodedError<{ readonly code: TransitionFault['code']; readonly expected: bigint }> {}
