import { createHash } from 'node:crypto'
import {
  type BlockHeader,
  BlockHeaderType,
  type BlockSource,
  BlockView,
  type ChainConfig,
  domainSeparator,
  genesisHeader,
  headerDigest,
  OperationKind,
  ownerAddress,
  type Run,
  runsRoot,
  type SealedBlock,
  type Segment,
  signaturesOf,
  signDigestRecoverable,
} from '@parley/protocol'

export const sequencerKey = digestOf('sequencer')
export const sequencer = ownerAddress(sequencerKey)

export const config: ChainConfig = {
  chainId: 901n,
  inbox: digestOf('inbox').subarray(12),
  fees: { minPrice: 1n, target: 10_000n, fraction: 100_000n },
  forceDelayMs: 60_000n,
  genesis: {
    timestamp: 1_700_000_000_000n,
    prices: { coreByte: 1n, witnessByte: 1n, settlement: 1n, stateByte: 1n },
    lineage: digestOf('lineage'),
  },
}

export function digestOf(text: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(text).digest())
}

function segmentOf(shard: number, place: string, messages: number, preRoot: Uint8Array): Segment {
  const postRoot = digestOf(`root ${place}`)
  if (messages === 0) {
    const value = { shard, account: 1, nonce: 0n, amount: 5n }
    return { preRoot, body: { selector: 1, value: { selector: OperationKind.withdraw, value } }, postRoot }
  }
  const value = Array.from({ length: messages }, (_, i) => ({
    conversation: i % 7,
    member: i % 3,
    content: digestOf(`content ${place} ${i}`),
  }))
  return { preRoot, body: { selector: 0, value }, postRoot }
}

export interface ChainShape {
  readonly blocks: number
  /** Messages of each block, in one shard each. */
  readonly messages?: number
  readonly lineage?: Uint8Array
}

/**
 * Signed blocks that follow one another by every rule a batcher can check; their roots are made up, for it does not
 * execute.
 */
export function sealedChain(shape: ChainShape, parent: BlockHeader = genesisHeader(config)): SealedBlock[] {
  const lineage = shape.lineage ?? config.genesis.lineage
  const separator = domainSeparator(config.chainId, config.inbox)
  const standing = new Map<number, Uint8Array>()
  let previous = parent
  return Array.from({ length: shape.blocks }, () => {
    const number = previous.number + 1n
    const shard = Number(number % 64n)
    const place = `${Buffer.from(lineage).toString('hex')} ${number}`
    const before = standing.get(shard) ?? digestOf(`start of ${shard}`)
    const operation = segmentOf(shard, `${place} operation`, 0, before)
    const segments = [operation]
    for (let left = shape.messages ?? 3; left > 0; left -= 32)
      segments.push(segmentOf(shard, `${place} ${left}`, Math.min(32, left), (segments.at(-1) as Segment).postRoot))
    const runs: Run[] = [{ shard, segments, postRoot: (segments.at(-1) as Segment).postRoot }]
    standing.set(shard, (runs[0] as Run).postRoot)
    const header: BlockHeader = {
      number,
      parent: BlockHeaderType.hashTreeRoot(previous),
      timestamp: previous.timestamp + 500n,
      lineage,
      inboxCount: previous.inboxCount,
      segmentCount: previous.segmentCount + BigInt(segments.length),
      inboxHash: previous.inboxHash,
      prices: previous.prices,
      runsRoot: runsRoot(runs),
      stateRoot: digestOf(`state ${place}`),
    }
    const witness = runs.map((run) =>
      run.segments.map(({ body }, s) =>
        Array.from({ length: signaturesOf(body) }, (_, i) =>
          Buffer.concat([digestOf(`r ${place} ${s} ${i}`), digestOf(`s ${place} ${s} ${i}`)]),
        ),
      ),
    )
    previous = header
    return {
      block: { header, runs },
      witness,
      signature: signDigestRecoverable(sequencerKey, headerDigest(separator, header)),
    }
  })
}

/** A block with other runs under a header that commits to them, signed anew. */
export function resealed({ block, witness }: SealedBlock, runs: Run[]): SealedBlock {
  const header = { ...block.header, runsRoot: runsRoot(runs) }
  const digest = headerDigest(domainSeparator(config.chainId, config.inbox), header)
  return { block: { header, runs }, witness, signature: signDigestRecoverable(sequencerKey, digest) }
}

/** Gives what it was given; waits at its end for more or for the signal. */
export class ScriptedSource implements BlockSource {
  readonly asked: bigint[] = []
  private readonly sealed: SealedBlock[]
  private wake: () => void = () => undefined
  failAt: { readonly block: bigint; readonly error: Error } | undefined

  constructor(sealed: readonly SealedBlock[]) {
    this.sealed = [...sealed]
  }

  add(...sealed: SealedBlock[]): void {
    this.sealed.push(...sealed)
    this.wake()
  }

  replace(sealed: readonly SealedBlock[]): void {
    this.sealed.splice(0, this.sealed.length, ...sealed)
    this.wake()
  }

  range(first: bigint, count: number): SealedBlock[] {
    const at = this.sealed.findIndex(({ block }) => block.header.number === first)
    return this.sealed.slice(at, at + count)
  }

  async *blocks(from: bigint, signal: AbortSignal): AsyncGenerator<BlockView> {
    this.asked.push(from)
    let next = from
    while (!signal.aborted) {
      if (this.failAt?.block === next) {
        const { error } = this.failAt
        this.failAt = undefined
        throw error
      }
      const block = this.sealed.find(({ block: { header } }) => header.number === next)
      if (block !== undefined) {
        next += 1n
        yield BlockView.encode(block)
        continue
      }
      await new Promise<void>((resolve) => {
        this.wake = resolve
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
    }
  }
}
