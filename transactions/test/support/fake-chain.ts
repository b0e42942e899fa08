import { type Hash, type Hex, keccak256, parseTransaction, type TransactionReceipt } from 'viem'
import type { Broadcast, Head, TransactionChain } from '../../src/chain.ts'
import { TransactionError } from '../../src/faults.ts'

/** Hash of the first block of every fake chain. */
export const genesis: Hash = `0x${'00'.repeat(32)}`

interface Pooled {
  readonly hash: Hash
  readonly nonce: number
  readonly maxFeePerGas: bigint
  readonly maxPriorityFeePerGas: bigint
  readonly to: string | undefined
}

interface Block {
  readonly hash: Hash
  readonly transactions: readonly Pooled[]
}

let blocks = 0

/** No two blocks share a hash, whatever their height. */
function freshHash(): Hash {
  blocks += 1
  return `0x${blocks.toString(16).padStart(64, '0')}`
}

const emptyBlock = (): Block => ({ hash: freshHash(), transactions: [] })

/** How the next broadcast goes wrong: `lost` before it arrives, `unanswered` after, or a node's definite answer. */
export type Trouble = 'lost' | 'unanswered' | Broadcast

/** A chain of one account that mines when told to, with a pool that replaces by a tenth as nodes do. */
export class FakeChain implements TransactionChain {
  readonly chainId = 901
  readonly genesis: Hash = genesis
  readonly troubles: Trouble[] = []
  readonly broadcasts: Pooled[] = []
  readonly failing = new Set<string>()
  readonly #pool = new Map<number, Pooled>()
  /** Included transactions by block. */
  #blocks: readonly Block[] = [emptyBlock()]
  baseFee = 1_000_000_000n
  receiptLooks = 0
  heads = 0
  away = false
  /** Questions for a transaction that are answered as by a node that has not heard of it yet. */
  forgetful = 0
  /** The answer to every broadcast, where it is set. */
  refusal: Broadcast | undefined
  /** Set by tests of a chain that tells what is final. */
  finalized?: () => Promise<bigint | undefined>
  beforeBroadcast: (raw: Hex) => Promise<void> = async () => undefined

  get included(): Pooled[] {
    return this.#blocks.flatMap(({ transactions }) => transactions)
  }

  /** Includes what the pool holds in order of nonces, `limit` transactions at most. */
  mine(limit = Number.POSITIVE_INFINITY): void {
    const block: Pooled[] = []
    for (let nonce = this.included.length; this.#pool.has(nonce) && block.length < limit; nonce += 1) {
      block.push(this.#pool.get(nonce) as Pooled)
      this.#pool.delete(nonce)
    }
    this.#blocks = [...this.#blocks, { hash: freshHash(), transactions: block }]
  }

  /** Takes the last `depth` blocks back and forgets their transactions. */
  reorg(depth: number): void {
    this.#blocks = [...this.#blocks.slice(0, -depth), ...Array.from({ length: depth }, emptyBlock)]
  }

  /** Ends `depth` blocks earlier, as a node that lags. */
  behind(depth: number): void {
    this.#blocks = this.#blocks.slice(0, -depth)
  }

  /** Empties the pool, as a node does that restarts. */
  forgetPool(): void {
    this.#pool.clear()
  }

  /** Whom the transaction of a nonce is for that waits in the pool. */
  pooled(nonce: number): string | undefined {
    return this.#pool.get(nonce)?.to
  }

  /** Something else sends from the account. */
  intrude(nonce: number, fee = 2_000_000_000n): void {
    const hash = keccak256(`0x${nonce.toString(16).padStart(4, '0')}`)
    this.#pool.set(nonce, { hash, nonce, maxFeePerGas: fee, maxPriorityFeePerGas: fee, to: undefined })
  }

  async transactionCount(_: string, at: 'latest' | 'pending' | bigint): Promise<number> {
    if (typeof at === 'bigint')
      return this.#blocks.slice(0, Number(at) + 1).flatMap(({ transactions }) => transactions).length
    let count = this.included.length
    if (at === 'pending') while (this.#pool.has(count)) count += 1
    return count
  }

  async head(): Promise<Head> {
    this.heads += 1
    if (this.away) throw new TransactionError({ code: 'CHAIN_UNAVAILABLE', reason: 'planted' })
    return this.#headOf(this.#blocks.length - 1)
  }

  async block(number: bigint): Promise<Head | undefined> {
    return number < BigInt(this.#blocks.length) ? this.#headOf(Number(number)) : undefined
  }

  #headOf(number: number): Head {
    const { hash } = this.#blocks[number] as Block
    return { number: BigInt(number), hash, timestamp: BigInt(number), baseFeePerGas: this.baseFee }
  }

  async knows(hash: Hash): Promise<boolean> {
    if (this.forgetful > 0) {
      this.forgetful -= 1
      return false
    }
    return [...this.#pool.values(), ...this.included].some((each) => each.hash === hash)
  }

  async tip(): Promise<bigint> {
    return 1_000_000n
  }

  async fees(): Promise<{ baseFee: bigint; tip: bigint }> {
    return { baseFee: this.baseFee, tip: await this.tip() }
  }

  async estimateGas(): Promise<bigint> {
    return 50_000n
  }

  async broadcast(raw: Hex): Promise<Broadcast> {
    await this.beforeBroadcast(raw)
    const trouble = this.troubles.shift() ?? this.refusal
    const lost = new TransactionError({ code: 'CHAIN_UNAVAILABLE', reason: 'planted' })
    if (trouble === 'lost') throw lost
    if (trouble !== undefined && trouble !== 'unanswered') return trouble
    const answer = this.#take(raw)
    if (trouble === 'unanswered') throw lost
    return answer
  }

  #take(raw: Hex): Broadcast {
    const { nonce = 0, maxFeePerGas = 0n, maxPriorityFeePerGas = 0n, to } = parseTransaction(raw)
    const pooled: Pooled = { hash: keccak256(raw), nonce, maxFeePerGas, maxPriorityFeePerGas, to: to ?? undefined }
    this.broadcasts.push(pooled)
    if (nonce < this.included.length) return { kind: 'nonceUsed' }
    const present = this.#pool.get(nonce)
    if (present?.hash === pooled.hash) return { kind: 'accepted' }
    if (present !== undefined) {
      const enough = (now: bigint, before: bigint): boolean => now * 10n >= before * 11n
      if (!enough(maxFeePerGas, present.maxFeePerGas) || !enough(maxPriorityFeePerGas, present.maxPriorityFeePerGas))
        return { kind: 'underpriced' }
    }
    this.#pool.set(nonce, pooled)
    return { kind: 'accepted' }
  }

  async receipt(hash: Hash): Promise<TransactionReceipt | undefined> {
    this.receiptLooks += 1
    for (const [number, { transactions }] of this.#blocks.entries()) {
      if (!transactions.some((transaction) => transaction.hash === hash)) continue
      const status = this.failing.has(hash) ? 'reverted' : 'success'
      const { hash: blockHash, baseFeePerGas } = this.#headOf(number)
      const at = { transactionHash: hash, blockNumber: BigInt(number), blockHash }
      return { ...at, status, gasUsed: 21_000n, effectiveGasPrice: baseFeePerGas } as TransactionReceipt
    }
    return undefined
  }

  async failure(): Promise<string> {
    return 'Planted()'
  }
}
