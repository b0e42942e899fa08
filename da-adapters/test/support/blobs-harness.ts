import type { DaHarness, DaTraits } from '@parley/protocol/compliance'
import type { Clock } from '@parley/runtime'
import { systemClock } from '@parley/runtime'
import { MemoryLevel } from 'memory-level'
import { Registry } from 'prom-client'
import { emptyVersionedHash } from '../../src/ethereum-blobs/empty-blob.ts'
import {
  type BlobAccount,
  type BlobStore,
  createEthereumBlobsDa,
  type EthereumBlobsOptions,
  type Kzg,
} from '../../src/index.ts'
import { startProxy } from '../../src/testing/index.ts'
import { type Anvil, richAccount, somebodyElse } from './anvil.ts'
import { badly } from './bad-answers.ts'
import { minedBlobTransactions } from './blob-chain.ts'
import { silentLog } from './silent-log.ts'

export const blobsTraits: DaTraits = {
  remote: true,
  chain: true,
  served: true,
  priced: true,
  copied: true,
  sizes: [130_042, 130_043],
}

/** Fast looks and short waits; one confirmation, as a chain that mines only on demand gives no more. */
export const quickOptions = { confirmations: 1, pollMs: 20, slots: 'block-number', maxBlobs: 2 } as const

export interface BlobsBench {
  readonly anvil: Anvil
  readonly kzg: Kzg
  readonly store: BlobStore
  readonly registry: Registry
  /** The rich one when left out. */
  readonly account?: BlobAccount
  /** The system's when left out. */
  readonly clock?: Clock
}

export function openBlobsDa(
  { anvil, kzg, store, registry, clock, account = richAccount }: BlobsBench,
  options: Partial<EthereumBlobsOptions> = {},
) {
  return createEthereumBlobsDa(
    { log: silentLog, clock: clock ?? systemClock, registry, kzg, writer: { account, store } },
    { rpcUrls: [anvil.url], beaconUrls: [anvil.url], ...quickOptions, ...options },
  )
}

export async function blobsHarness(anvil: Anvil, kzg: Kzg): Promise<DaHarness & { close(): Promise<void> }> {
  const proxy = await startProxy(() => anvil.url)
  const bench: BlobsBench = { anvil, kzg, store: new MemoryLevel(), registry: new Registry() }
  const hashesOf = (pointer: Uint8Array) => Buffer.from(pointer.subarray(17)).toString('hex').match(/.{64}/g) ?? []
  const concerns = (pointer: Uint8Array, path: string) => hashesOf(pointer).some((hash) => path.includes(hash))
  let stalled = false
  let counted = { blocks: 0, publications: 0 }

  /** Blob transactions of our account that carry something: what takes one back has a blob of zeros. */
  async function publications(): Promise<number> {
    const blocks = Number(await anvil.rpc('eth_blockNumber'))
    const mined = await minedBlobTransactions(anvil, counted.blocks + 1)
    const ours = mined.filter(({ from, blobVersionedHashes }) => {
      return (
        from.toLowerCase() === richAccount.address.toLowerCase() && !blobVersionedHashes?.includes(emptyVersionedHash)
      )
    })
    counted = { blocks, publications: counted.publications + ours.length }
    return counted.publications
  }

  return {
    // No reorg moves anything far here.
    open: () => openBlobsDa(bench, { rpcUrls: [proxy.url], beaconUrls: [proxy.url], scanBlocks: 16 }),
    publications,
    async copy(data) {
      const other = {
        anvil,
        kzg,
        store: new MemoryLevel<string, string>(),
        registry: new Registry(),
        account: somebodyElse,
      }
      const da = await openBlobsDa(other)
      await da.submit(data, {}, AbortSignal.timeout(60_000))
      await da.close()
    },
    unknownPointer() {
      const pointer = new Uint8Array(17 + 32).fill(7)
      pointer.set([1, 0, 0, 0, 0, 0, 0, 0, 1])
      // Of now: what is too old to be kept is told apart.
      new DataView(pointer.buffer).setBigUint64(9, BigInt(Math.floor(Date.now() / 1000)))
      pointer[17] = 1
      return pointer
    },
    async corrupt(pointer) {
      proxy.meddle(({ path }) => {
        if (!concerns(pointer, path)) return 'pass'
        return {
          answer: (real) => {
            const body = real.body.slice()
            if (body.length > 1000) body[999]! ^= 1
            return { ...real, body }
          },
        }
      })
    },
    async withhold(pointer) {
      proxy.meddle(({ path }) => {
        if (!concerns(pointer, path)) return 'pass'
        return { answer: () => ({ status: 200, type: 'application/octet-stream', body: new Uint8Array(0) }) }
      })
    },
    answerBadly: async (pointer, how) => proxy.meddle(({ path }) => (concerns(pointer, path) ? badly(how) : 'pass')),
    openImpatient: () => openBlobsDa(bench, { rpcUrls: [anvil.url], beaconUrls: [proxy.url], timeoutMs: 2_000 }),
    disconnect: async () => proxy.meddle(() => 'cut'),
    async stall() {
      stalled = true
      await anvil.rpc('evm_setAutomine', false)
    },
    async heal() {
      proxy.heal()
      if (!stalled) return
      stalled = false
      await anvil.rpc('evm_setAutomine', true)
      await anvil.mine()
    },
    close: () => proxy.close(),
  }
}
