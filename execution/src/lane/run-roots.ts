import { hashInto } from '@chainsafe/hashtree'
import { BodyKind, BodyType, chunkOf, hashFour, limits, merkleize, mixIn, OperationType } from '@parley/protocol'
import { type LoggedBody, type LoggedMessages, type LoggedSegment, loggedWords } from '../codec/logged-segment.ts'
import { chunkWords, copyChunk, prefixViews } from './pair-hasher.ts'

const messageChunks = 4
const segmentsDepth = Math.log2(limits.segmentsPerBlock)

/** hash_tree_root of runs from the log, laid out by hand; tests hold it equal to the SSZ types. */
export class RunRoots {
  private readonly messages = new Int32Array(limits.messagesPerSegment * messageChunks * chunkWords)
  private readonly messageViews = prefixViews(this.messages, limits.messagesPerSegment, 32 * messageChunks)
  private readonly halves = new Int32Array(limits.messagesPerSegment * 2 * chunkWords)
  private readonly halfViews = prefixViews(this.halves, limits.messagesPerSegment, 64)
  /** Level k of a list of messages: 32 / 2^k nodes. */
  private readonly levels = Array.from(
    { length: Math.log2(limits.messagesPerSegment) + 1 },
    (_, k) => new Uint8Array((limits.messagesPerSegment * 32) / 2 ** k),
  )
  private readonly leafViews = prefixViews(new Int32Array(this.leaves.buffer), limits.messagesPerSegment, 32)

  /** Root of a segment. */
  segment({ preRoot, body, postRoot }: LoggedSegment): Uint8Array {
    return hashFour([preRoot, this.body(body), postRoot])
  }

  private get leaves(): Uint8Array {
    return this.levels[0] as Uint8Array
  }

  private body(body: LoggedBody): Uint8Array {
    switch (body.selector) {
      case BodyKind.messages:
        return mixIn(this.messageList(body), body.selector)
      case BodyKind.operation:
        return mixIn(OperationType.hashTreeRoot(body.signed.operation), body.selector)
      case BodyKind.inboxItem:
        return BodyType.hashTreeRoot({ selector: body.selector, value: body.index })
    }
  }

  private messageList({ words, count }: LoggedMessages): Uint8Array {
    const { messages } = this
    for (let i = 0; i < count; i += 1) {
      const from = i * loggedWords
      const to = i * messageChunks * chunkWords
      messages[to] = words[from] as number
      messages[to + chunkWords] = words[from + 1] as number
      copyChunk(words, from + 2, messages, to + 2 * chunkWords)
    }
    hashInto(this.messageViews[count] as Uint8Array, this.halfViews[count] as Uint8Array)
    this.leaves.fill(0, 32 * count)
    hashInto(this.halfViews[count] as Uint8Array, this.leafViews[count] as Uint8Array)
    for (let k = 1; k < this.levels.length; k += 1)
      hashInto(this.levels[k - 1] as Uint8Array, this.levels[k] as Uint8Array)
    return mixIn(this.levels.at(-1) as Uint8Array, count)
  }
}

/** Root of a run from the roots of its segments. */
export function runRoot(shard: number, segments: readonly Uint8Array[], postRoot: Uint8Array): Uint8Array {
  return hashFour([chunkOf(shard), mixIn(merkleize(segments, segmentsDepth), segments.length), postRoot])
}
