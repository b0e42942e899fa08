import { BlockHeaderType, BlockView, type Bytes32, sameBytes } from '@parley/protocol'
import {
  type BytesLevel,
  type BytesOperation,
  checksummed,
  keyOf,
  lastNumberOf,
  lazy,
  unchecksummed,
} from '@parley/runtime/level'

const prefix = 'block/'
const range = { gte: keyOf(prefix, 0n), lte: keyOf(prefix, 2n ** 64n - 1n) }
const blockKey = (number: bigint): Uint8Array => keyOf(prefix, number)

interface Kept {
  readonly root: Bytes32
  readonly parent: Bytes32
  readonly lineage: Bytes32
  readonly bytes: number
}

/** A block that is missing: its number, and the root that its header must have. */
export interface Missing {
  readonly number: bigint
  readonly root: Bytes32
}

/**
 * Blocks that were pulled, one of each number, within bounds: the oldest go first. They may be pulled again, so none is
 * waited for on disk.
 */
export class KeptBlocks {
  private readonly db: BytesLevel
  private readonly maximum: { readonly blocks: number; readonly bytes: number }
  private readonly blocks = new Map<bigint, Kept>()
  private highest = 0n
  private total = 0

  private constructor(db: BytesLevel, maximum: KeptBlocks['maximum']) {
    this.db = db
    this.maximum = maximum
  }

  /** What is damaged is left out, and pulled again. */
  static async open(db: BytesLevel, maximum: KeptBlocks['maximum']): Promise<KeptBlocks> {
    const kept = new KeptBlocks(db, maximum)
    for await (const [key, value] of db.iterator(range)) {
      const content = unchecksummed(key, value)
      if (content !== undefined) kept.note(lastNumberOf(key), BlockView.read(Uint8Array.from(content)))
    }
    return kept
  }

  /** Number of the highest block; 0 when there is none. */
  get head(): bigint {
    return this.highest
  }

  get size(): number {
    return this.blocks.size
  }

  get bytes(): number {
    return this.total
  }

  /** First of the blocks that lead without a gap to the highest; 0 when there is none. */
  get first(): bigint {
    if (this.highest === 0n) return 0n
    let first = this.highest
    while (this.isLinked(first)) first -= 1n
    return first
  }

  has(number: bigint, root: Bytes32): boolean {
    const kept = this.blocks.get(number)
    return kept !== undefined && sameBytes(kept.root, root)
  }

  async read(number: bigint): Promise<Uint8Array | undefined> {
    if (!this.blocks.has(number)) return undefined
    const key = blockKey(number)
    const value = await this.db.get(key)
    return value && unchecksummed(key, value)
  }

  /** The missing block nearest to the highest, down to `floor`; undefined when there is none. */
  missing(floor: bigint): Missing | undefined {
    if (this.highest === 0n) return undefined
    const number = this.first
    const parent = (this.blocks.get(number) as Kept).parent
    return number <= floor || number <= 1n ? undefined : { number: number - 1n, root: parent }
  }

  /** Keeps a block that was checked, in place of another one of its number. */
  async put(view: BlockView): Promise<void> {
    const { number } = view.header
    this.note(number, view)
    const key = blockKey(number)
    const operations: BytesOperation[] = [{ type: 'put', key, value: checksummed(key, view.bytes) }]
    if (this.isOver()) for (const old of this.oldest()) operations.push({ type: 'del', key: blockKey(old) })
    await this.db.batch(operations, lazy)
  }

  /** Keeps a block that was checked if there is room for it: nothing goes for its sake. @returns whether there was. */
  async putOlder(view: BlockView): Promise<boolean> {
    const before = this.blocks.get(view.header.number)?.bytes ?? 0
    if (this.total - before + view.bytes.length > this.maximum.bytes) return false
    await this.put(view)
    return this.blocks.has(view.header.number)
  }

  /** Forgets what is above `standing` and of another lineage: a removal voided it. */
  async dropVoid(lineage: Bytes32, standing: bigint): Promise<void> {
    const operations: BytesOperation[] = []
    for (const [number, kept] of this.blocks)
      if (number > standing && !sameBytes(kept.lineage, lineage)) {
        this.forget(number)
        operations.push({ type: 'del', key: blockKey(number) })
      }
    this.highest = [...this.blocks.keys()].reduce((a, b) => (a > b ? a : b), 0n)
    if (operations.length > 0) await this.db.batch(operations, lazy)
  }

  private isOver(): boolean {
    return this.blocks.size > this.maximum.blocks || this.total > this.maximum.bytes
  }

  private oldest(): bigint[] {
    const gone: bigint[] = []
    for (const number of [...this.blocks.keys()].sort((a, b) => (a < b ? -1 : 1))) {
      if (!this.isOver() || number === this.highest) break
      this.forget(number)
      gone.push(number)
    }
    return gone
  }

  private note(number: bigint, view: BlockView): void {
    this.forget(number)
    const { parent, lineage } = view.header
    const root = BlockHeaderType.hashTreeRoot(view.header)
    this.blocks.set(number, { root, parent, lineage, bytes: view.bytes.length })
    this.total += view.bytes.length
    if (number > this.highest) this.highest = number
  }

  private forget(number: bigint): void {
    const kept = this.blocks.get(number)
    if (kept === undefined) return
    this.blocks.delete(number)
    this.total -= kept.bytes
  }

  /** Whether the parent of a block is kept. */
  private isLinked(number: bigint): boolean {
    const [kept, parent] = [this.blocks.get(number), this.blocks.get(number - 1n)]
    return kept !== undefined && parent !== undefined && sameBytes(kept.parent, parent.root)
  }
}
