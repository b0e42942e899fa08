import type { ServerResponse } from 'node:http'
import type { Address, Hex } from 'viem'
import { blobPriceBump, refusalOf } from './blob-pool.ts'
import { startProxy } from './layer-proxy.ts'
import { type PooledTransaction, readTransaction } from './pooled-transaction.ts'

/** Stands before an anvil, whose pool takes anything, and has the rules of geth's pools and a blob fee that is told to it. */
export interface BlobPoolProxy {
  readonly url: string
  /** Every refusal, in the words of the answer. */
  readonly refusals: readonly string[]
  /** Every transaction that it took, replaced ones too, in order; without the bytes that were sent. */
  readonly taken: readonly TakenTransaction[]
  /** From now on no block takes blobs that offer less, in wei a gas. */
  setBlobBaseFee(wei: bigint): Promise<void>
  /** What a replacement among blobs must offer more, in hundredths: 100 in geth's pool, and at first here. */
  setPriceBump(percent: bigint): void
  /** What it has of one account, mined ones left out, by nonce. */
  pooled(from: Address): Promise<readonly TakenTransaction[]>
  /** Fee and bump as at first. */
  reset(): Promise<void>
  /** Loses all that it has, as a node does that restarts without its pool's journal. @returns how many that was. */
  drop(): Promise<number>
  close(): Promise<void>
}

export interface TakenTransaction extends Omit<PooledTransaction, 'raw'> {
  /** Transactions of the account that the chain had then. */
  readonly mined: number
}

/** An anvil. */
export interface PoolChain {
  readonly url: string
  rpc<T = unknown>(method: string, ...params: unknown[]): Promise<T>
}

interface Held {
  readonly transaction: PooledTransaction
  /** Whether anvil has it, so that the next block may. */
  atAnvil: boolean
}

interface Request {
  readonly id: number
  readonly method: string
  readonly params?: readonly unknown[]
}

type Outcome = { readonly result: unknown } | { readonly error: { readonly code: number; readonly message: string } }

const leastBlobBaseFee = 1n

export async function startBlobPoolProxy(anvil: PoolChain): Promise<BlobPoolProxy> {
  const pools = new Map<string, Map<number, Held>>()
  const refusals: string[] = []
  const taken: TakenTransaction[] = []
  let blobBaseFee = leastBlobBaseFee
  let priceBump = blobPriceBump
  let turn: Promise<unknown> = Promise.resolve()

  /** One at a time: what a pool takes depends on what it has. */
  function inTurn<T>(task: () => Promise<T>): Promise<T> {
    const result = turn.then(task)
    turn = result.catch(() => undefined)
    return result
  }

  const countOf = async (from: string, at: string) => Number(await anvil.rpc<Hex>('eth_getTransactionCount', from, at))

  async function poolOf(from: string): Promise<{ mined: number; held: Map<number, Held> }> {
    const key = from.toLowerCase()
    const held = pools.get(key) ?? new Map<number, Held>()
    pools.set(key, held)
    const mined = await countOf(from, 'latest')
    for (const nonce of held.keys()) if (nonce < mined) held.delete(nonce)
    return { mined, held }
  }

  /** Gives anvil what a block would take now, and takes back what it would not. */
  async function settle(): Promise<void> {
    const { baseFeePerGas } = await anvil.rpc<{ baseFeePerGas: Hex }>('eth_getBlockByNumber', 'latest', false)
    for (const from of pools.keys())
      for (const one of [...(await poolOf(from)).held.values()].sort(byNonce)) {
        const { carriesBlobs, maxFeePerBlobGas, maxFeePerGas, raw, hash } = one.transaction
        const fits = maxFeePerGas >= BigInt(baseFeePerGas) && (!carriesBlobs || maxFeePerBlobGas >= blobBaseFee)
        if (fits && !one.atAnvil) await anvil.rpc('eth_sendRawTransaction', raw)
        if (!fits && one.atAnvil) await anvil.rpc('anvil_dropTransaction', hash)
        one.atAnvil = fits
      }
  }

  async function take(raw: Hex): Promise<Outcome> {
    const transaction = await readTransaction(raw)
    const { mined, held } = await poolOf(transaction.from)
    const pooled = new Map([...held].map(([nonce, one]) => [nonce, one.transaction]))
    const refusal = refusalOf(transaction, { mined, pooled }, priceBump)
    if (refusal !== undefined) {
      refusals.push(refusal)
      return { error: { code: -32_000, message: refusal } }
    }
    const before = held.get(transaction.nonce)
    held.set(transaction.nonce, { transaction, atAnvil: false })
    try {
      await settle()
    } catch (error) {
      // Anvil has rules of its own, funds for one.
      if (before === undefined) held.delete(transaction.nonce)
      else held.set(transaction.nonce, before)
      return { error: { code: -32_000, message: error instanceof Error ? error.message : String(error) } }
    }
    taken.push(withoutBytes(transaction, mined))
    return { result: transaction.hash }
  }

  /** What is answered here; undefined for what goes on to anvil. */
  async function answer({ method, params = [] }: Request): Promise<Outcome | undefined> {
    const [first, second] = params as readonly string[]
    switch (method) {
      case 'eth_sendRawTransaction':
        return take(first as Hex)
      case 'eth_blobBaseFee':
        return { result: `0x${blobBaseFee.toString(16)}` }
      case 'eth_getTransactionByHash': {
        const found = [...pools.values()]
          .flatMap((held) => [...held.values()])
          .find(({ transaction, atAnvil }) => transaction.hash === first && !atAnvil)
        return found && { result: { hash: first, from: found.transaction.from, blockNumber: null } }
      }
      case 'eth_getTransactionCount': {
        if (second !== 'pending') return undefined
        const { mined, held } = await poolOf(first as string)
        let next = mined
        while (held.has(next)) next += 1
        return { result: `0x${next.toString(16)}` }
      }
      default:
        return undefined
    }
  }

  async function respond(request: Request, body: Buffer, response: ServerResponse): Promise<void> {
    const outcome = await inTurn(() => answer(request))
    const text =
      outcome === undefined
        ? await (
            await fetch(anvil.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: `${body}` })
          ).text()
        : JSON.stringify({ jsonrpc: '2.0', id: request.id, ...outcome })
    response.writeHead(200, { 'content-type': 'application/json' }).end(text)
  }

  const proxy = await startProxy(() => anvil.url, { remember: false })
  proxy.meddle(({ method, body }) => {
    if (method !== 'POST') return 'pass'
    const request = JSON.parse(`${body}`) as Request
    return { write: (response) => void respond(request, body, response).catch(() => response.destroy()) }
  })
  return {
    url: proxy.url,
    refusals,
    taken,
    setBlobBaseFee: (wei) =>
      inTurn(async () => {
        blobBaseFee = wei
        await settle()
      }),
    reset: () =>
      inTurn(async () => {
        blobBaseFee = leastBlobBaseFee
        priceBump = blobPriceBump
        await settle()
      }),
    setPriceBump: (percent) => {
      priceBump = percent
    },
    pooled: (from) =>
      inTurn(async () => {
        const { mined, held } = await poolOf(from)
        return [...held.values()].sort(byNonce).map(({ transaction }) => withoutBytes(transaction, mined))
      }),
    drop: () =>
      inTurn(async () => {
        const dropped = await Promise.all([...pools.keys()].map(async (from) => (await poolOf(from)).held.size))
        pools.clear()
        await anvil.rpc('anvil_dropAllTransactions')
        return dropped.reduce((sum, each) => sum + each, 0)
      }),
    close: () => proxy.close(),
  }
}

const withoutBytes = ({ raw: _, ...rest }: PooledTransaction, mined: number): TakenTransaction => ({ ...rest, mined })

const byNonce = (a: Held, b: Held): number => a.transaction.nonce - b.transaction.nonce
