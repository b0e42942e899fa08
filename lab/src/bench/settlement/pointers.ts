import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Closing } from '@parley/cli/roles'
import { DataDir } from '@parley/cli/roles'
import { createEthereumBlobsDa, createLocalDa } from '@parley/da-adapters'
import { DaLayer, type DataAvailability } from '@parley/protocol'
import { Registry } from 'prom-client'
import { toHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import type { Context } from '../../context.ts'
import type { BenchContext } from '../bench-context.ts'

export type PointerContext = BenchContext & Pick<Context, 'clock'>

/** A layer with the pointers that it gives for bytes. */
export interface PointerSource {
  readonly name: 'local' | 'ethereum-blobs' | 'celestia'
  readonly layer: number
  /** Whether the bytes were published; otherwise the pointer only has the length of a real one. */
  readonly published: boolean
  pointer(bytes: Uint8Array): Promise<Uint8Array>
}

/** Of a publication of one blob; docs/spec/da-celestia.md. */
const celestiaPointerBytes = 143

/** Opens what can be published on, and stands in for the layer that no development chain has. */
export async function openPointerSources(
  { clock, log, signal }: PointerContext,
  { dataDir, l1Url, secret }: { readonly dataDir: string; readonly l1Url: string; readonly secret: Uint8Array },
  closing: Closing,
): Promise<PointerSource[]> {
  const publishing = (name: PointerSource['name'], da: DataAvailability): PointerSource => {
    closing.add(() => da.close())
    const pointer = async (bytes: Uint8Array): Promise<Uint8Array> => (await da.submit(bytes, {}, signal)).pointer
    return { name, layer: da.layer, published: true, pointer }
  }
  const store = await new DataDir({ path: dataDir }, closing).texts('blob publications')
  const writer = { account: privateKeyToAccount(toHex(secret)), store }
  const options = {
    rpcUrls: [l1Url],
    beaconUrls: [l1Url],
    slots: 'block-number' as const,
    confirmations: 1,
    pollMs: 200,
  }
  return [
    publishing('local', await createLocalDa({ log }, { dir: join(dataDir, 'da') })),
    publishing(
      'ethereum-blobs',
      await createEthereumBlobsDa({ log, clock, registry: new Registry(), writer }, options),
    ),
    {
      name: 'celestia',
      layer: DaLayer.celestia,
      published: false,
      pointer: async (bytes) => standIn(bytes, celestiaPointerBytes),
    },
  ]
}

/** Bytes that are as dear to send as hashes are. */
function standIn(of: Uint8Array, length: number): Uint8Array {
  return createHash('shake256', { outputLength: length }).update(of).digest()
}
