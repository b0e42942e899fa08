import {
  type BlockHeader,
  BlockHeaderType,
  BlockView,
  BodyKind,
  type Bytes20,
  domainSeparator,
  firstSchedule,
  headerDigest,
  ownerAddress,
  type Run,
  RunsType,
  type SequencerKey,
  signDigestRecoverable,
} from '@parley/protocol'

export interface SignedChainOptions {
  /** 32 bytes of a key. */
  readonly secret: Uint8Array
  readonly rollup: Bytes20
  /** Milliseconds of the first block; a second between blocks. */
  readonly startMs: number
  /** Messages of each block; some 130 bytes each. @default 2 */
  readonly messages?: number
}

const inbox = new Uint8Array(20).fill(7)
const chainId = 31_337n
const messagesPerSegment = 32

/** Signed blocks of messages without sense: what peers gossip, and nobody executes. */
export class SignedChain {
  readonly chainId = chainId
  readonly inbox: Bytes20 = inbox
  readonly rollup: Bytes20
  readonly genesis: Uint8Array
  readonly blocks: BlockView[] = []
  readonly keys: readonly SequencerKey[]
  lineage: Uint8Array = new Uint8Array(32)
  private readonly options: SignedChainOptions
  private readonly separator = domainSeparator(chainId, inbox)

  constructor(options: SignedChainOptions) {
    this.options = options
    this.rollup = options.rollup
    this.genesis = BlockHeaderType.hashTreeRoot(BlockHeaderType.defaultValue())
    this.keys = firstSchedule(ownerAddress(options.secret), { minPrice: 1n, target: 1n, fraction: 1n }).keys
  }

  get head(): BlockView | undefined {
    return this.blocks.at(-1)
  }

  /** Seals the next block. */
  seal(): BlockView {
    const view = this.draw(0)
    this.blocks.push(view)
    return view
  }

  /** Another block of the place of the next one, or of the last one when `ofLast`: `variant` makes it differ. */
  draw(variant: number, ofLast = false): BlockView {
    const parent = this.blocks.at(ofLast ? -2 : -1)?.header ?? BlockHeaderType.defaultValue()
    const number = parent.number + 1n
    const { runs, witness } = this.runsOf(Number(number) * 1_000 + variant)
    const header: BlockHeader = {
      ...BlockHeaderType.defaultValue(),
      number,
      parent: BlockHeaderType.hashTreeRoot(parent),
      timestamp: BigInt(this.options.startMs) + 250n * number,
      lineage: this.lineage,
      runsRoot: RunsType.hashTreeRoot(runs),
    }
    return BlockView.encode({ block: { header, runs }, witness, signature: this.sign(header) })
  }

  sign(header: BlockHeader, secret: Uint8Array = this.options.secret): Uint8Array {
    return signDigestRecoverable(secret, headerDigest(this.separator, header))
  }

  private runsOf(seed: number): { runs: Run[]; witness: Uint8Array[][][] } {
    const { messages = 2 } = this.options
    const signatures: Uint8Array[][] = []
    const segments: Run['segments'] = []
    for (let sent = 0; sent < messages; sent += messagesPerSegment) {
      const count = Math.min(messagesPerSegment, messages - sent)
      const value = Array.from({ length: count }, (_, i) => ({
        conversation: i,
        member: 0,
        content: drawn(32, seed, sent + i),
      }))
      segments.push({
        preRoot: drawn(32, seed, 1),
        body: { selector: BodyKind.messages, value },
        postRoot: drawn(32, seed, 2),
      })
      signatures.push(value.map((_, i) => drawn(64, seed, sent + i)))
    }
    const run: Run = { shard: 0, segments, postRoot: drawn(32, seed, 3) }
    return { runs: [run], witness: [signatures] }
  }
}

function drawn(length: number, seed: number, place: number): Uint8Array {
  const bytes = new Uint8Array(length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, seed)
  view.setUint32(4, place)
  return bytes
}
