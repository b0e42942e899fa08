import { createHash } from 'node:crypto'
import type { Blob } from '@parley/da-adapters/celestia'
import { type ExtendedSquare, extend } from '../square/extended-square.ts'
import { layOut } from '../square/square.ts'
import {
  type BlockName,
  type BlockTime,
  type CometHeader,
  type CommitSignature,
  commitHash,
  headerHash,
  voteBytes,
} from './comet-header.ts'
import { makeValidators, signedBy, type Validator, validatorsHash } from './validators.ts'

/** Version of the application that headers state; the newest that the oracle of the tests knows. */
const appVersion = 6n

/** Of `version.block`: CometBFT's protocol of blocks. */
const blockVersion = 11n

/** A block with everything that a node tells of it. */
export interface Block {
  readonly header: CometHeader
  readonly name: BlockName
  readonly commit: readonly CommitSignature[]
  readonly square: ExtendedSquare
}

export interface ChainOptions {
  readonly chainId: string
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Blocks kept; older ones are below the tail. */
  readonly keepBlocks: number
}

/** A transaction that waits to be included. */
interface Waiting {
  readonly bytes: Uint8Array
  readonly included: (height: bigint) => void
}

const emptyHash = createHash('sha256').digest()
const hashOf = (text: string): Uint8Array => createHash('sha256').update(text).digest()

/** A chain of real squares under headers that four validators sign, all of them here. */
export class Chain {
  readonly chainId: string
  readonly validators: readonly Validator[]
  private readonly options: ChainOptions
  private readonly blocks = new Map<bigint, Block>()
  private waiting: Waiting[] = []
  private height = 0n

  constructor(options: ChainOptions) {
    this.options = options
    this.chainId = options.chainId
    this.validators = makeValidators(options.chainId, 4)
    this.produce()
  }

  get head(): bigint {
    return this.height
  }

  /** Lowest height that is still kept. */
  get tail(): bigint {
    const kept = BigInt(this.options.keepBlocks)
    return this.height > kept ? this.height - kept + 1n : 1n
  }

  /** Transactions that wait. */
  get pending(): number {
    return this.waiting.length
  }

  /** Undefined below the tail and above the head. */
  block(height: bigint): Block | undefined {
    return this.blocks.get(height)
  }

  /** Puts a transaction into the pool; resolves with the height that includes it. */
  add(bytes: Uint8Array): Promise<bigint> {
    return new Promise((included) => this.waiting.push({ bytes, included }))
  }

  /** Forgets what waits, as a mempool may: nobody is told. */
  drop(): void {
    this.waiting = []
  }

  /** Makes the next block of what waits, as much as fits, and signs it. */
  produce(): Block {
    const { taken, square } = this.fill()
    this.height += 1n
    const previous = this.blocks.get(this.height - 1n)
    const header = this.headerOf(square, previous)
    const hash = headerHash(header)
    const name: BlockName = { hash, parts: { total: 1, hash: hashOf(`parts of ${Buffer.from(hash).toString('hex')}`) } }
    const block: Block = { header, name, square, commit: this.validators.map((one) => this.signed(one, header, name)) }
    this.blocks.set(this.height, block)
    this.blocks.delete(this.tail - 1n)
    for (const { included } of taken) included(this.height)
    return block
  }

  /** Every blob of a height, in the order of the square. */
  blobsAt(height: bigint): readonly { readonly blob: Blob; readonly start: number; readonly shares: number }[] {
    return this.block(height)?.square.original.blobs ?? []
  }

  private fill(): { readonly taken: readonly Waiting[]; readonly square: ExtendedSquare } {
    for (let count = this.waiting.length; ; count--) {
      try {
        const taken = this.waiting.slice(0, count)
        const square = extend(layOut(taken.map(({ bytes }) => bytes)))
        this.waiting = this.waiting.slice(count)
        return { taken, square }
      } catch (error) {
        // Too much for one square: the last ones wait for the next.
        if (!(error instanceof RangeError) || count === 0) throw error
      }
    }
  }

  private headerOf({ dataRoot }: ExtendedSquare, previous: Block | undefined): CometHeader {
    const hash = validatorsHash(this.validators)
    const none = new Uint8Array(0)
    return {
      version: { block: blockVersion, app: appVersion },
      chainId: this.chainId,
      height: this.height,
      time: this.timeAfter(previous?.header.time),
      lastBlock: previous?.name ?? { hash: none, parts: { total: 0, hash: none } },
      lastCommitHash: commitHash(previous?.commit ?? []),
      dataHash: dataRoot,
      validatorsHash: hash,
      nextValidatorsHash: hash,
      consensusHash: hashOf('parameters of the double'),
      appHash: hashOf('state of the double'),
      lastResultsHash: emptyHash,
      evidenceHash: emptyHash,
      proposer: this.validators[0]?.address ?? none,
    }
  }

  /** Times rise, however fast blocks follow one another. */
  private timeAfter(last: BlockTime | undefined): BlockTime {
    const lastMs = last === undefined ? 0 : Number(last.seconds) * 1000 + Math.floor(last.nanos / 1e6)
    const now = Math.max(this.options.now(), lastMs + 1)
    return { seconds: BigInt(Math.floor(now / 1000)), nanos: (now % 1000) * 1_000_000 }
  }

  private signed(validator: Validator, { height, time }: CometHeader, name: BlockName): CommitSignature {
    const signature = signedBy(validator, voteBytes(this.chainId, height, name, time))
    return { address: validator.address, time, signature }
  }
}
