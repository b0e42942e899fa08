import {
  BodyKind,
  limits,
  OperationKind,
  type QueuedItem,
  type SignedOperation,
  type TransitionFault,
} from '@parley/protocol'
import type { ByteWriter } from '../codec/bytes.ts'
import {
  type LoggedBody,
  type LoggedMessages,
  type LoggedSegment,
  LoggedWord,
  loggedWords,
  signatureWords,
} from '../codec/logged-segment.ts'
import { writeSealedRun } from '../codec/sealed-runs.ts'
import { excessAfterMessages, type SegmentStart, segmentStart } from './fee-market.ts'
import type { LaneContext } from './lane-context.ts'
import { MessageDigests } from './message-digests.ts'
import type { MessageChecks, MessageExecutor } from './message-executor.ts'
import type { MessageLogs } from './message-logs.ts'
import { executeItem, tryOperation } from './operations.ts'
import { chunkWords } from './pair-hasher.ts'
import type { RecordedMessages } from './recorded-messages.ts'
import type { SegmentRoom } from './room.ts'
import { type RunRoots, runRoot } from './run-roots.ts'
import type { ShardState } from './shard-state.ts'
import { ShardView } from './shard-view.ts'

/** What the runs of one block and lane share. */
export interface RunSurroundings {
  readonly context: LaneContext
  readonly messages: MessageExecutor
  readonly room: SegmentRoom
  readonly roots: RunRoots
  /** Nobody else takes from them while the block is open. */
  readonly logs: MessageLogs
  /** What a replay reads messages from. */
  readonly recorded: RecordedMessages
  /** What sealed runs are written with, block after block: fresh memory costs more than writing to it. */
  readonly sealed: ByteWriter
}

/** The block has no segment left for the entry; nothing was done. */
export const noRoom = Symbol('no room')

/** Builds the run of one shard: the last segment of messages stays open until it is full or something else comes. */
export class RunBuilder {
  private readonly segments: LoggedSegment[] = []
  private readonly segmentRoots: Uint8Array[] = []
  private open: LoggedMessages | undefined
  /** Prices of the open segment, or of the next; undefined while they are not worked out. */
  private start: SegmentStart | undefined
  private standing: Uint8Array
  private readonly state: ShardState
  private readonly around: RunSurroundings

  constructor(state: ShardState, around: RunSurroundings) {
    this.state = state
    this.around = around
    this.standing = state.root()
  }

  get isEmpty(): boolean {
    return this.segments.length === 0 && this.open === undefined
  }

  item(queued: QueuedItem): void {
    executeItem(this.state, queued.item, this.around.context)
    this.close({ selector: BodyKind.inboxItem, index: queued.index })
  }

  /** Executes the message in the executor's fields. @param trusted - It is known to be part of the block. */
  message(checks: MessageChecks, trusted: boolean): TransitionFault | undefined | typeof noRoom {
    const { messages, room, context } = this.around
    const opens = this.open === undefined
    if (opens && !trusted && !room.reserve()) return noRoom
    this.start ??= segmentStart(this.state, context)
    const fault = messages.execute(this.state, this.start.price, checks)
    if (fault !== undefined) return fault
    if (opens) this.beginMessages(trusted, this.start)
    this.log(this.open as LoggedMessages, messages)
    if (this.open?.count === limits.messagesPerSegment) this.flush()
    return undefined
  }

  /** @returns index of the conversation it created, 0 for others, or why it is refused. */
  operation(signed: SignedOperation, trusted: boolean): bigint | TransitionFault | typeof noRoom {
    const { room, context } = this.around
    if (!trusted && !room.reserve()) return noRoom
    const { open, state } = this
    const excess = open === undefined ? state.feeExcess : excessAfterMessages(state.feeExcess, open.count, context)
    const position = BigInt(state.conversations.count)
    const view = tryOperation(state, signed, excess, context, trusted)
    if (!(view instanceof ShardView)) return view
    if (trusted) room.force()
    else room.use()
    this.flush()
    view.commit(context.verifier)
    this.close({ selector: BodyKind.operation, signed })
    return signed.operation.selector === OperationKind.createConversation ? position : 0n
  }

  /** Closes the open segment of messages. */
  flush(): void {
    if (this.open === undefined) return
    const body = this.open
    this.open = undefined
    this.state.feeExcess = excessAfterMessages(this.state.feeExcess, body.count, this.around.context)
    this.close(body)
  }

  write(writer: ByteWriter): void {
    writeSealedRun(writer, runRoot(this.state.index, this.segmentRoots, this.standing), this.state.index, this.segments)
  }

  private beginMessages(trusted: boolean, start: SegmentStart): void {
    const { room, context, logs } = this.around
    if (trusted) room.force()
    else room.use()
    this.state.feeExcess = start.feeExcess
    this.state.feeTime = context.timestamp
    this.open = logs.take()
  }

  private log(to: LoggedMessages, message: MessageExecutor): void {
    const word = to.count * loggedWords
    to.words[word + LoggedWord.conversation] = message.conversation
    to.words[word + LoggedWord.member] = message.member
    for (let i = 0; i < chunkWords; i += 1)
      to.words[word + LoggedWord.content + i] = message.contentWords[MessageDigests.contentWord + i] as number
    for (let i = 0; i < signatureWords; i += 1)
      to.signatures[to.count * signatureWords + i] = message.signature[i] as number
    to.count += 1
  }

  private close(body: LoggedBody): void {
    const segment = { preRoot: this.standing, body, postRoot: this.state.root() }
    this.segments.push(segment)
    this.segmentRoots.push(this.around.roots.segment(segment))
    this.standing = segment.postRoot
    this.start = undefined
  }
}
