import { MemoryLevel } from 'memory-level'
import { Registry } from 'prom-client'
import type { BlobAccount, EthereumBlobsOptions, Kzg } from '../../src/index.ts'
import { type BlobPoolProxy, type LayerProxy, startBlobPoolProxy, startProxy } from '../../src/testing/index.ts'
import { type Anvil, richAccount } from './anvil.ts'
import { closeBlocks, pooled, poolSize, reopenBlocks } from './blob-chain.ts'
import { openBlobsDa } from './blobs-harness.ts'
import { until } from './until.ts'

/** A chain that mines only when told, an empty store, and a proxy between the adapter and the chain. */
export interface BlobStage {
  readonly anvil: Anvil
  readonly proxy: LayerProxy
  /** Between the proxy and the chain, when the stage was asked for geth's pool. */
  readonly pool: BlobPoolProxy | undefined
  readonly store: MemoryLevel
  readonly registry: Registry
  /** Opens the adapter over the stage; closed with it. */
  open(options?: Partial<EthereumBlobsOptions>, account?: BlobAccount): ReturnType<typeof openBlobsDa>
  /** Waits until the pool has this many transactions of the account. */
  inPool(count?: number): ReturnType<typeof pooled>
  /** Mines blocks that leave the pool's transactions out, in one go as far as the adapter sees. */
  mineWithout(blocks: number): Promise<void>
  /** Waits until the adapter has looked at the chain's head this often more. */
  looks(count: number): Promise<void>
  /** How often a method was called. */
  calls(method: string): number
}

/** Uses a chain started with `--no-mining` from its first block on, and leaves it as it was: starting one takes seconds. */
export async function onBlobStage(
  { kzg, anvil }: { kzg: Kzg; anvil: Anvil },
  use: (stage: BlobStage) => Promise<void>,
  { gethPool = false }: { readonly gethPool?: boolean } = {},
): Promise<void> {
  const snapshot = await anvil.rpc<string>('evm_snapshot')
  const pool = gethPool ? await startBlobPoolProxy(anvil) : undefined
  const proxy = await startProxy(() => pool?.url ?? anvil.url)
  const bench = { anvil, kzg, store: new MemoryLevel(), registry: new Registry() }
  const opened: Array<Awaited<ReturnType<typeof openBlobsDa>>> = []
  const calls = (method: string) => proxy.requests.filter(({ body }) => body.includes(`"${method}"`)).length
  const heads = () => proxy.requests.filter(({ body }) => body.includes('"latest",false')).length
  const stage: BlobStage = {
    ...bench,
    proxy,
    pool,
    calls,
    async open(options = {}, account = richAccount) {
      const da = await openBlobsDa({ ...bench, account }, { rpcUrls: [proxy.url], beaconUrls: [proxy.url], ...options })
      opened.push(da)
      return da
    },
    async inPool(count = 1) {
      // The pool's content has the blobs as well: it is asked for once only.
      await until(`${count} transactions are in the pool`, async () => (await poolSize(anvil)) === count)
      return pooled(anvil, richAccount.address)
    },
    async mineWithout(blocks) {
      // Anvil takes no transaction while its blocks have no room for one.
      proxy.meddle(() => 'hold')
      await closeBlocks(anvil)
      await anvil.mine(blocks)
      await reopenBlocks(anvil)
      proxy.heal()
    },
    async looks(count) {
      const enough = heads() + count
      await until(`the adapter has looked ${count} times`, async () => heads() >= enough)
    },
  }
  try {
    await use(stage)
  } finally {
    await Promise.all(opened.map((da) => da.close()))
    await proxy.close()
    await pool?.close()
    await anvil.rpc('anvil_dropAllTransactions')
    await anvil.rpc('evm_revert', snapshot)
    // What a snapshot leaves out.
    await reopenBlocks(anvil)
    await anvil.rpc('anvil_setNextBlockBaseFeePerGas', '0x3b9aca00')
  }
}

/** Publishes once and forgets it: the worker and anvil load the trusted setup at the first blob, for seconds. */
export async function warmUp(chain: { kzg: Kzg; anvil: Anvil }, all: readonly Uint8Array[]): Promise<void> {
  await onBlobStage(chain, async ({ anvil, open }) => {
    const da = await open()
    const submitted = Promise.all(all.map((data) => da.submit(data, {}, AbortSignal.timeout(340_000))))
    await until('everything is in the pool', async () => (await poolSize(anvil)) === all.length)
    await anvil.mine()
    await submitted
  })
}
