import type { PeerId } from '@libp2p/interface'
import { type BlockView, type Bytes32, CodedError, toHex } from '@parley/protocol'
import { Turns } from '@parley/runtime'
import { NetworkError } from '../faults.ts'
import { networkLimits } from '../limits.ts'
import type { NetworkMetrics } from '../metrics.ts'
import type { Exchange } from '../wire/exchange.ts'
import { protocols, RangeType } from '../wire/forms.ts'
import type { FrameBounds } from '../wire/frames.ts'
import { checkBlock } from './check-block.ts'

const { blockBytes, blocksAnswerBytes, pullAttempts, pullMs, answerMs, pullsAtOnce } = networkLimits

/** What blocks are answered with. */
const answered: FrameBounds = {
  protocol: protocols.blocks,
  maximum: blockBytes,
  buffered: blocksAnswerBytes + blockBytes,
}

export interface PullerDeps {
  readonly exchange: Exchange
  readonly metrics: NetworkMetrics
  /** Whom a block is asked of beside its sender, the best first. */
  readonly servers: (number: bigint) => readonly PeerId[]
  /** What a peer did wrong. */
  readonly failed: (peer: PeerId, error: NetworkError) => void
  /**
   * A peer served a block with another header than the one asked for: whether the key of that number signed it, too.
   * @throws {CodedError} when the L2 does not answer.
   */
  readonly isOtherSigned: (bytes: Uint8Array, number: bigint) => Promise<boolean>
  readonly signal: AbortSignal
}

/** Pulls blocks from peers and checks them against headers that are known. */
export class Puller {
  private readonly deps: PullerDeps
  private readonly turns = new Turns(pullsAtOnce)
  /** Single blocks that are being pulled, by their roots. */
  private readonly pulling = new Map<string, Promise<BlockView | undefined>>()

  constructor(deps: PullerDeps) {
    this.deps = deps
  }

  /** The block of a header, of the peer that sent the header or of others; undefined when none of those asked serves it. */
  one(number: bigint, root: Bytes32, sender: PeerId | undefined): Promise<BlockView | undefined> {
    const key = toHex(root)
    const pulling = this.pulling.get(key) ?? this.ask(number, root, sender).finally(() => this.pulling.delete(key))
    this.pulling.set(key, pulling)
    return pulling
  }

  /** Waits for a block that `one` is pulling; false at once when none is. */
  async isComing(root: Bytes32): Promise<boolean> {
    return (await this.pulling.get(toHex(root))) !== undefined
  }

  private ask(number: bigint, root: Bytes32, sender: PeerId | undefined): Promise<BlockView | undefined> {
    const { servers, signal } = this.deps
    return this.turns.take(async () => {
      const others = servers(number).filter((peer) => sender === undefined || !peer.equals(sender))
      const all = sender === undefined ? others : [sender, ...others]
      for (const peer of all.slice(0, pullAttempts)) {
        const [found] = await this.back(peer, number, root, 1)
        if (found !== undefined) return found
        signal.throwIfAborted()
      }
      return undefined
    }, signal)
  }

  /**
   * Blocks of one peer, `last` first and each the parent of the one before: as many of `count` as it serves.
   * @param root - Of the header of `last`.
   */
  async back(peer: PeerId, last: bigint, root: Bytes32, count: number): Promise<readonly BlockView[]> {
    const { exchange, metrics, signal } = this.deps
    const checked: BlockView[] = []
    let bytes: Uint8Array | undefined
    let total = 0
    try {
      await exchange.ask(peer, answered, count === 1 ? pullMs : answerMs, async (frames, inner) => {
        await frames.write(RangeType.serialize({ from: last, count }), inner)
        await frames.end(inner)
        for (let expected = root; checked.length < count; ) {
          bytes = await frames.read(inner)
          if (bytes === undefined) return
          total += bytes.length
          metrics.pulledBytes.inc(bytes.length)
          if (total > blocksAnswerBytes) throw tooLong(total)
          const view = checkBlock(bytes, last - BigInt(checked.length), expected)
          checked.push(view)
          expected = view.header.parent
        }
      })
    } catch (error) {
      if (signal.aborted) throw signal.reason
      if (!(error instanceof NetworkError)) throw error
      metrics.pulls.inc({ outcome: error.fault.code })
      if (!(await this.isSequencers(error, bytes))) this.deps.failed(peer, error)
      return checked
    }
    metrics.pulls.inc({ outcome: checked.length === 0 ? 'not there' : 'served' })
    return checked
  }

  /** Two headers of one place are the sequencer's doing: who has the block of the other one serves what it accepted. */
  private async isSequencers({ fault }: NetworkError, bytes: Uint8Array | undefined): Promise<boolean> {
    if (fault.code !== 'PEER_BLOCK_DIFFERS' || fault.field !== 'header' || bytes === undefined) return false
    try {
      return await this.deps.isOtherSigned(bytes, fault.block)
    } catch (error) {
      // The L2 does not answer, so it cannot be told: nobody is sent away for that.
      if (error instanceof CodedError) return true
      throw error
    }
  }
}

const tooLong = (bytes: number): NetworkError =>
  new NetworkError({ code: 'PEER_FRAME_SIZE', protocol: protocols.blocks, bytes, maximum: blocksAnswerBytes })
