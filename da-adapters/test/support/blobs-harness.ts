import type { DataAvailability } from '@parley/protocol'
import type { DaHarness, DaTraits } from '@parley/protocol/compliance'
import type { Clock } from '@parley/runtime'
import { systemClock } from '@parley/runtime'
import { ClassicLevel } from 'classic-level'
import { MemoryLevel } from 'memory-level'
import { Registry } from 'prom-client'
import { emptyVersionedHash } from '../../src/ethereum-blobs/empty-blob.ts'
import { decodeBlobPointer } from '../../src/ethereum-blobs/pointer.ts'
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
import { scratchDirectory } from './scratch.ts'
import { silentLog } from './silent-log.ts'
import { until } from './until.ts'

export const blobsTraits: DaTraits = {
  remote: true,
  chain: true,
  served: true,
  priced: true,
  copied: true,
  loses: true,
  stored: true,
  sizes: [130_042, 130_043],
}

/** More than are watched by default, and than anvil takes to call a block final. */
const blocksToSettle = 70

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
  const scratch = await scratchDirectory()
  const registry = new Registry()
  let store: BlobStore

  /** Over the directory that a publisher of this machine has to itself. */
  async function open(options: Partial<EthereumBlobsOptions>): Promise<DataAvailability> {
    const opened = new ClassicLevel<string, string>(scratch.path)
    await opened.open()
    store = opened
    const da = await openBlobsDa({ anvil, kzg, store, registry }, options)
    return {
      ...da,
      async close() {
        await da.close()
        await opened.close()
      },
    }
  }

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
    open: () => open({ rpcUrls: [proxy.url], beaconUrls: [proxy.url], scanBlocks: 16 }),
    async lose(pointer) {
      // So deep that nothing is watched any more, and final.
      await anvil.mine(blocksToSettle)
      await until('nothing is watched', async () => {
        const keys = await store.sublevel('unsettled').keys().all()
        return keys.length === 0
      })
      const head = Number(await anvil.rpc('eth_blockNumber'))
      const { blockNumber } = decodeBlobPointer(pointer)
      await anvil.rpc('anvil_reorg', head - Number(blockNumber) + 1, [])
    },
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
    // It only reads: the publisher has the store.
    openImpatient: () =>
      openBlobsDa(
        { anvil, kzg, store: new MemoryLevel(), registry: new Registry() },
        { rpcUrls: [anvil.url], beaconUrls: [proxy.url], timeoutMs: 2_000 },
      ),
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
    async close() {
      await proxy.close()
      await scratch[Symbol.asyncDispose]()
    },
  }
}
