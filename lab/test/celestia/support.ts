import { createCipheriv, randomBytes } from 'node:crypto'
import { type CelestiaOptions, type CelestiaStore, celestiaNamespace, createCelestiaDa } from '@parley/da-adapters'
import { DaError, type DaFault, type DataAvailability } from '@parley/protocol'
import { systemClock } from '@parley/runtime'
import { MemoryLevel } from 'memory-level'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { onTestFinished } from 'vitest'
import { CelestiaDouble, doubleChainId } from '../../src/celestia-double/double.ts'

export const silent = pino({ level: 'silent' })
export const namespace = celestiaNamespace({ chainId: 901n, rollup: new Uint8Array(20).fill(7) })
export const patience = (): AbortSignal => AbortSignal.timeout(100_000)

/** Quick looks, small blobs, short waits. */
export const quickOptions = { pollMs: 10, maxBlobBytes: 20_000, timeoutMs: 5_000, submitTimeoutMs: 20_000 } as const

export interface Stage {
  readonly double: CelestiaDouble
  readonly token: string
  readonly store: CelestiaStore
  readonly registry: Registry
  open(options?: Partial<CelestiaOptions>): Promise<DataAvailability>
  /** Blobs of the stage's namespace on the chain. */
  published(): number
}

export async function startDouble(token: string, options: { keepBlocks?: number; balance?: bigint } = {}) {
  return CelestiaDouble.start(
    { clock: systemClock, log: silent },
    { host: '127.0.0.1', port: 0, token, blockMs: 20, ...options },
  )
}

export function stageOver(double: CelestiaDouble, token: string): Stage {
  const store = new MemoryLevel<string, string>()
  const registry = new Registry()
  return {
    double,
    token,
    store,
    registry,
    open: (options = {}) =>
      createCelestiaDa(
        { log: silent, clock: systemClock, registry, writer: { namespace, store } },
        { url: double.url, token, chainId: doubleChainId, ...quickOptions, ...options },
      ),
    published() {
      let count = 0
      for (let height = double.chain.tail; height <= double.chain.head; height++)
        count += double.chain
          .blobsAt(height)
          .filter(({ blob }) => Buffer.compare(blob.namespace, namespace) === 0).length
      return count
    },
  }
}

/** A double of this test's own with an adapter's place beside it. */
export async function stage(options: { keepBlocks?: number; balance?: bigint } = {}): Promise<Stage> {
  const token = randomBytes(24).toString('hex')
  const double = await startDouble(token, options)
  onTestFinished(() => double.close())
  return stageOver(double, token)
}

/** Bytes that look random and are the same for the same length. */
export function sample(length: number): Uint8Array {
  const key = Buffer.alloc(32, length & 0xff)
  return Uint8Array.from(createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(length)))
}

/** The fault that a promise rejects with. */
export async function faultOf(promise: Promise<unknown>): Promise<DaFault | string> {
  try {
    await promise
    return 'none'
  } catch (error) {
    return error instanceof DaError ? error.fault : String(error)
  }
}

/** The result of a call of the double's JSON-RPC, as somebody else makes it. */
export async function callDouble(
  url: string,
  token: string,
  method: string,
  params: readonly unknown[],
): Promise<unknown> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  return ((await answer.json()) as { result: unknown }).result
}
