import { type BlockFault, BodyKind, type QueuedItem, sameBytes, type TransitionFault } from '@parley/protocol'
import { ByteReader } from '../codec/bytes.ts'
import { LoggedWord, loggedWords, signatureWords } from '../codec/logged-segment.ts'
import { packedMessageBytes, readOperationBody, readSignatures } from '../codec/packed-runs.ts'
import { excessAfterMessages, segmentStart } from './fee-market.ts'
import type { LaneContext } from './lane-context.ts'
import type { MessageExecutor } from './message-executor.ts'
import { executeItem, tryOperation } from './operations.ts'
import type { SegmentDigests } from './segment-digests.ts'
import type { ShardState } from './shard-state.ts'
import { ShardView } from './shard-view.ts'

const checks = { nonce: false, signature: true } as const
const rootBytes = 32

/** A fault of one segment, but for the block's number. */
export type SegmentFault = BlockFault extends infer F ? (F extends BlockFault ? Omit<F, 'block'> : never) : never

/** Executes packed runs of whole blocks, comparing every root. */
export class SegmentVerifier {
  private readonly messages: MessageExecutor
  private readonly context: LaneContext
  private readonly digests: SegmentDigests
  private readonly items: ReadonlyMap<bigint, QueuedItem>

  constructor(messages: MessageExecutor, digests: SegmentDigests, context: LaneContext, items: readonly QueuedItem[]) {
    this.messages = messages
    this.digests = digests
    this.context = context
    this.items = new Map(items.map((queued) => [queued.index, queued]))
  }

  /** @returns the first difference; the state is then of no use. */
  verify(runs: Uint8Array, stateOf: (shard: number) => ShardState): SegmentFault | undefined {
    const reader = new ByteReader(runs)
    while (reader.left > 0) {
      reader.read(rootBytes)
      const state = stateOf(reader.uint32())
      const segments = reader.uint32()
      for (let segment = 0; segment < segments; segment += 1) {
        const fault = this.segment(state, reader, runs)
        if (fault !== undefined) return { ...fault, shard: state.index, segment } as SegmentFault
      }
    }
    return undefined
  }

  private segment(state: ShardState, reader: ByteReader, bytes: Uint8Array): SegmentFault | undefined {
    const selector = reader.uint32()
    const preRoot = reader.read(rootBytes)
    const postRoot = reader.read(rootBytes)
    const before = state.root()
    if (!sameBytes(before, preRoot)) return { code: 'CONTINUITY', expected: before, received: preRoot.slice() }
    const fault = this.body(state, selector, reader, bytes)
    if (fault !== undefined) return fault
    const expected = state.root()
    if (!sameBytes(expected, postRoot)) return { code: 'POST_ROOT', expected, received: postRoot.slice() }
    return undefined
  }

  private body(state: ShardState, selector: number, reader: ByteReader, bytes: Uint8Array): SegmentFault | undefined {
    if (selector === BodyKind.messages) return this.messageSegment(state, reader, bytes)
    if (selector === BodyKind.operation) {
      const operation = readOperationBody(reader)
      const signed = { operation, signatures: readSignatures(reader) }
      const view = tryOperation(state, signed, state.feeExcess, this.context)
      if (!(view instanceof ShardView)) return { code: 'SEGMENT_INVALID', entry: 0, fault: view }
      view.commit(this.context.verifier)
      return undefined
    }
    const index = reader.uint64()
    readSignatures(reader)
    const queued = this.items.get(index)
    if (queued === undefined) return { code: 'INBOX_MISSING', item: index }
    executeItem(state, queued.item, this.context)
    return undefined
  }

  private messageSegment(state: ShardState, reader: ByteReader, bytes: Uint8Array): SegmentFault | undefined {
    const count = reader.uint32()
    const words = wordsOf(bytes, reader, count * packedMessageBytes)
    const received = reader.uint32()
    const signatures = wordsOf(bytes, reader, 4 * signatureWords * received)
    if (received !== count)
      return { code: 'SEGMENT_INVALID', entry: 0, fault: { code: 'SIGNATURE_COUNT', expected: count, received } }
    const { feeExcess, price } = segmentStart(state, this.context)
    state.feeExcess = feeExcess
    state.feeTime = this.context.timestamp
    const { messages, digests } = this
    digests.prepare(state.conversations, words, count)
    for (let entry = 0; entry < count; entry += 1) {
      this.load(words, signatures, entry)
      digests.give(entry, messages)
      const fault: TransitionFault | undefined = messages.execute(state, price, checks)
      messages.takeBack()
      if (fault !== undefined) return { code: 'SEGMENT_INVALID', entry, fault }
    }
    state.feeExcess = excessAfterMessages(feeExcess, count, this.context)
    return undefined
  }

  private load(words: Int32Array, signatures: Int32Array, entry: number): void {
    const { messages } = this
    const word = entry * loggedWords
    messages.conversation = (words[word + LoggedWord.conversation] as number) >>> 0
    messages.member = words[word + LoggedWord.member] as number
    for (let i = 0; i < signatureWords; i += 1) messages.signature[i] = signatures[entry * signatureWords + i] as number
  }
}

/** The next bytes as words; the packed form keeps everything on word boundaries. */
function wordsOf(bytes: Uint8Array, reader: ByteReader, length: number): Int32Array {
  const at = reader.offset
  reader.read(length)
  return new Int32Array(bytes.buffer, bytes.byteOffset + at, length / 4)
}
