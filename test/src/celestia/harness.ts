import { createHash, randomBytes } from 'node:crypto'
import { celestiaNamespace, createCelestiaDa } from '@parley/da-adapters'
import { decodeCelestiaPointer, decodeHeader, encodeCelestiaPointer } from '@parley/da-adapters/decoders'
import type { DaHarness, DaTraits } from '@parley/protocol/compliance'
import { systemClock } from '@parley/runtime'
import { MemoryLevel } from 'memory-level'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { startNodeProxy } from './proxy.ts'

/** Sizes at the edges of shares; small, for a live node is paid. */
export const liveTraits: DaTraits = {
  remote: true,
  chain: true,
  provesAbsence: true,
  priced: true,
  sizes: [478, 479, 961],
}

const submitTimeoutMs = 180_000

export interface LiveNode {
  readonly rpc: string
  readonly token: string
}

/** A harness over a celestia-node that others run, with a namespace of its own in every run. */
export async function openLiveHarness({ rpc, token }: LiveNode): Promise<DaHarness & { close(): Promise<void> }> {
  const header = decodeHeader(await ask(rpc, token, 'header.LocalHead', []))
  const proxy = await startNodeProxy(rpc, submitTimeoutMs)
  const namespace = celestiaNamespace({ chainId: 0n, rollup: randomBytes(20) })
  const store = new MemoryLevel<string, string>()
  const { chainId } = header
  const chain = Uint8Array.from(createHash('sha256').update(chainId).digest().subarray(0, 4))
  const commitmentsIn = (pointer: Uint8Array) =>
    decodeCelestiaPointer(pointer, { chain, maxBytes: 2 ** 24 }).blobs.map(({ commitment }) =>
      Buffer.from(commitment).toString('base64'),
    )
  const changeBlobs = (pointer: Uint8Array, change: (told: Told) => unknown) => {
    const wanted = commitmentsIn(pointer)
    proxy.meddle((method, params) => {
      if (method !== 'blob.Get' || !wanted.includes(String(params[2]))) return 'pass'
      return { change: (body) => JSON.stringify(change(JSON.parse(body) as Told)) }
    })
  }
  let free: (() => void) | undefined
  return {
    open: () =>
      createCelestiaDa(
        {
          log: pino({ level: 'silent' }),
          clock: systemClock,
          registry: new Registry(),
          writer: { namespace, store },
        },
        { url: proxy.url, token, chainId, maxBlobBytes: 20_000, submitTimeoutMs },
      ),
    publications: async () => proxy.done.filter((method) => method === 'blob.Submit').length,
    unknownPointer: () => {
      const bytes = (value: number) => new Uint8Array(32).fill(value)
      const blobs = [{ commitment: bytes(7), length: 500 }]
      const { height, dataRoot } = header
      return encodeCelestiaPointer({ chain, height, namespace, blobs, dataRoot, digest: bytes(8) })
    },
    corrupt: async (pointer) =>
      changeBlobs(pointer, (told) => {
        const data = Buffer.from(told.result.data, 'base64')
        data.writeUInt8(data.readUInt8(0) ^ 1, 0)
        return { ...told, result: { ...told.result, data: data.toString('base64') } }
      }),
    withhold: async (pointer) =>
      changeBlobs(pointer, ({ id }) => ({ jsonrpc: '2.0', id, error: { code: 1, message: 'blob: not found' } })),
    disconnect: async () => proxy.meddle(() => 'cut'),
    stall: async () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      free = resolve
      proxy.meddle((method) => (method === 'blob.Submit' ? { until: promise } : 'pass'))
    },
    heal: async () => {
      proxy.meddle(() => 'pass')
      free?.()
    },
    close: () => proxy.close(),
  }
}

interface Told {
  readonly id: unknown
  readonly result: { readonly data: string }
}

async function ask(rpc: string, token: string, method: string, params: readonly unknown[]): Promise<unknown> {
  const answer = await fetch(rpc, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    signal: AbortSignal.timeout(30_000),
  })
  if (answer.status === 401) throw new Error('the node wants another token')
  const { result, error } = (await answer.json()) as { result?: unknown; error?: { message?: string } }
  if (result === undefined) throw new Error(`the node says: ${error?.message}`)
  return result
}
