import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ManualClock } from '@parley/runtime/testing'
import type { Logger } from 'pino'
import { Registry } from 'prom-client'
import { createAddressing, type SlotAddressing } from '../../src/ethereum-blobs/addressing.ts'
import { createBeacon } from '../../src/ethereum-blobs/beacon.ts'
import { createBlobArchive } from '../../src/ethereum-blobs/blob-archive.ts'
import { type BlobReader, createBlobReader } from '../../src/ethereum-blobs/blob-reader.ts'
import { createBlobSources } from '../../src/ethereum-blobs/blob-sources.ts'
import { createInclusions } from '../../src/ethereum-blobs/inclusions.ts'
import type { L1 } from '../../src/ethereum-blobs/l1.ts'
import { packBlobs, usableBytesPerBlob } from '../../src/ethereum-blobs/packing.ts'
import { encodeBlobPointer } from '../../src/ethereum-blobs/pointer.ts'
import { checkSources } from '../../src/ethereum-blobs/start-check.ts'
import { versionedHash } from '../../src/ethereum-blobs/versioned-hash.ts'
import type { Kzg } from '../../src/index.ts'
import { silentLog } from './silent-log.ts'

/** Two blobs that the L1 has in block 100, at 1,200 s since 1970. */
export const data = Uint8Array.from({ length: usableBytesPerBlob + 10 }, (_, i) => i & 0xff)
export const blobs = packBlobs(data)
/** A blob that nobody asks for. */
export const stranger = packBlobs(Uint8Array.of(1))[0] as Uint8Array

export const hashesOf = (kzg: Kzg): Promise<Uint8Array[]> =>
  Promise.all(
    blobs.map(async (blob) => {
      const commitment = await kzg.commitment(blob, AbortSignal.timeout(340_000))
      return versionedHash(commitment as Uint8Array)
    }),
  )

export interface Reply {
  readonly status?: number
  readonly type?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string
  /** Writes the answer itself, or never. */
  readonly write?: (response: ServerResponse) => void
}

/** What a server answers to a path: the block and the blob that it names, −1 for one that nobody knows. */
export type Replies = (block: string, blob: number, path: string) => Reply

export const root = (number: number) => `0x${number.toString(16).padStart(64, 'a')}` as const

interface Chain {
  /** The block that has the blobs. */
  readonly moved?: number
  readonly head?: number
  readonly roots?: boolean
}

/** An L1 with blocks every 12 s, which have roots when told so. */
function l1With(hashes: readonly Uint8Array[], { moved = 100, head = 200, roots = false }: Chain) {
  const looked: number[] = []
  const block = (at: number) => ({
    number: BigInt(at),
    hash: root(at),
    timestamp: BigInt(at * 12),
    baseFeePerGas: 1n,
    parentBeaconBlockRoot: roots && at > 0 ? root(at - 1) : undefined,
  })
  const hexes = hashes.map((hash) => `0x${Buffer.from(hash).toString('hex')}` as const)
  const l1: Pick<L1, 'head' | 'block' | 'blobBlock'> = {
    head: async () => block(head),
    block: async (at) => (at > head ? undefined : block(Number(at))),
    async blobBlock(at) {
      looked.push(Number(at))
      if (at > head) return undefined
      const ours = { versionedHashes: hexes, maxFeePerGas: 2n, maxPriorityFeePerGas: 1n }
      return { ...block(Number(at)), blobTransactions: Number(at) === moved ? [ours] : [] }
    },
  }
  return { l1: l1 as L1, looked }
}

export interface StageOptions {
  readonly slots?: SlotAddressing
  readonly chain?: Chain
  readonly scanBlocks?: number
  /** Path and query of the first server’s URL. */
  readonly place?: string
  readonly timeoutMs?: number
  /** Seconds since 1970; while the blobs are kept when left out. */
  readonly now?: number
  readonly log?: Logger
  /** Answer after all others, as archives. */
  readonly archives?: readonly Replies[]
}

export interface BeaconStage {
  readonly reader: BlobReader
  /** What is done at the start. */
  check(): Promise<void>
  readonly clock: ManualClock
  /** The pointer to the blobs, and one to the same at another block. */
  pointer(block?: number): Uint8Array
  /** Blocks whose blobs were asked for, of all servers. */
  readonly blocks: string[]
  /** Requests that each server got, beacon nodes first. */
  readonly requests: number[]
  /** L1 blocks that were searched. */
  readonly looked: number[]
  readonly registry: Registry
}

/** Real HTTP servers that answer as told, behind the reader. */
export async function onBeaconStage<T>(
  { kzg, hashes }: { readonly kzg: Kzg; readonly hashes: readonly Uint8Array[] },
  beacons: readonly Replies[],
  use: (stage: BeaconStage) => Promise<T>,
  options: StageOptions = {},
): Promise<T> {
  const { slots = 'block-number', chain = {}, scanBlocks = 20, place = '' } = options
  const { timeoutMs = 5_000, now = 4_800, log = silentLog } = options
  const blocks: string[] = []
  const all = [...beacons, ...(options.archives ?? [])]
  const requests = all.map(() => 0)
  const servers = all.map((reply, i) =>
    createServer((request, response) => {
      const path = request.url ?? ''
      requests[i] = (requests[i] ?? 0) + 1
      const block = /blobs\/(\w+)/.exec(path)?.[1]
      if (block !== undefined) blocks.push(block)
      const blob = hashes.findIndex((hash) => path.includes(Buffer.from(hash).toString('hex')))
      const answer = reply(block ?? '', blob, path)
      if (answer.write !== undefined) return answer.write(response)
      const { status = 200, type = 'application/octet-stream', headers = {}, body = '' } = answer
      response.writeHead(status, { 'content-type': type, ...headers }).end(body)
    }).listen(0, '127.0.0.1'),
  )
  await Promise.all(servers.map((server) => once(server, 'listening')))
  try {
    const clock = new ManualClock(now * 1000)
    const registry = new Registry()
    const named = servers.map((server, i) => ({
      name: `source ${i + 1}`,
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${i === 0 ? place : ''}`,
      timeoutMs,
    }))
    const mayCountBlocks = slots === 'block-number'
    const { l1, looked } = l1With(hashes, chain)
    const sources = createBlobSources(
      {
        beacons: named.slice(0, beacons.length).map((one) => createBeacon({ ...one, mayCountBlocks }, clock)),
        archives: named.slice(beacons.length).map((one) => createBlobArchive(one, clock)),
        kzg,
        clock,
        log,
        registry,
      },
      { retentionSeconds: 1_572_864 },
    )
    const addressing = createAddressing(sources, l1, slots)
    const inclusions = createInclusions(l1, { scanBlocks })
    const reader = createBlobReader({ sources, l1, addressing, inclusions })
    const pointer = (block = 100) =>
      encodeBlobPointer({ blockNumber: BigInt(block), timestamp: BigInt(12 * block), versionedHashes: hashes })
    const check = () => checkSources({ l1, addressing, sources, log }, AbortSignal.timeout(340_000))
    return await use({ reader, check, clock, pointer, blocks, requests, looked, registry })
  } finally {
    for (const server of servers) {
      server.closeAllConnections()
      server.close()
    }
  }
}

/** Serves the blobs in one block and has no other. */
export const serving =
  (wanted = '100') =>
  (block: string, blob: number): Reply =>
    block === wanted ? { body: blobs[blob] ?? '' } : { status: 404 }

export const jsonOf = (...served: readonly Uint8Array[]): Reply => ({
  type: 'application/json; charset=utf-8',
  body: JSON.stringify({ finalized: false, data: served.map((blob) => `0x${Buffer.from(blob).toString('hex')}`) }),
})

export const errorOf = (status: number, message: string): Reply => ({
  status,
  type: 'application/json',
  body: JSON.stringify({ code: status, message }),
})

/** A beacon node that knows some blocks by their ids, beside what it answers for blobs. */
export const beaconWith =
  (known: ReadonlySet<string>, served: Replies): Replies =>
  (block, blob, path) => {
    if (path.includes('/headers/')) return { status: known.has(path.split('/').at(-1) ?? '') ? 200 : 404 }
    return served(block, blob, path)
  }
