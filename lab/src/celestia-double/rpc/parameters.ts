import { type Blob, namespaceBytes } from '@parley/da-adapters/celestia'
import { RpcError } from './rpc-error.ts'

const undecodable = (what: string): RpcError => new RpcError(`unmarshaling params: ${what}`, -32_700)

export function heightOf(value: unknown): bigint {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw undecodable('height')
  if (value === 0) throw new RpcError('header: height is equal to 0')
  return BigInt(value)
}

export function bytesOf(value: unknown, what: string, length?: number): Uint8Array {
  if (typeof value !== 'string') throw undecodable(what)
  const bytes = Buffer.from(value, 'base64')
  if (bytes.toString('base64') !== value || (length !== undefined && bytes.length !== length)) throw undecodable(what)
  return bytes
}

export const namespaceOf = (value: unknown): Uint8Array => bytesOf(value, 'namespace', namespaceBytes)

export function namespacesOf(value: unknown): Uint8Array[] {
  if (!Array.isArray(value)) throw undecodable('namespaces')
  return value.map(namespaceOf)
}

export function blobsOf(value: unknown): Blob[] {
  if (!Array.isArray(value) || value.length === 0) throw undecodable('blobs')
  return value.map((each: unknown) => {
    const { namespace, data, share_version: version } = (each ?? {}) as Record<string, unknown>
    if (version !== 0 && version !== undefined) throw new RpcError(`unsupported share version: ${String(version)}`)
    const bytes = bytesOf(data, 'data')
    if (bytes.length === 0) throw new RpcError('blob data cannot be empty')
    return { namespace: namespaceOf(namespace), data: bytes }
  })
}

/** How a transaction is paid for. */
export interface TransactionConfig {
  /** In utia a gas; undefined when the node is to estimate it. */
  readonly gasPrice: number | undefined
  readonly gas: number | undefined
}

export function configOf(value: unknown): TransactionConfig {
  if (typeof value !== 'object' || value === null) throw undecodable('TxConfig')
  const { gas_price: price, is_gas_price_set: set, gas } = value as Record<string, unknown>
  return {
    gasPrice: set === true && typeof price === 'number' ? price : undefined,
    gas: typeof gas === 'number' && gas > 0 ? gas : undefined,
  }
}
