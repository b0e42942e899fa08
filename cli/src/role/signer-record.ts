import { beginRecord, type Watermark } from '@parley/signer'
import { hexToBytes } from 'viem'
import { tell } from '../action/tell.ts'
import { type Config, needed } from '../config/config.ts'
import { CliError } from '../faults.ts'
import type { Context } from '../process/context.ts'
import { createRegistry } from '../process/registry.ts'
import { Closing } from './closing.ts'
import { keyFrom } from './header-key.ts'
import { openDataDir, openReader } from './l2.ts'

/** Begins a signer's record, or raises its marks. */
export function initSigner(context: Context): Promise<number> {
  const { config, signal, log } = context
  const key = keyFrom(needed(config, 'signer.key'))
  const watermarks = watermarksOf(config)
  return Closing.guard(async (closing) => {
    const dataDir = await openDataDir(context, closing)
    const settlement = await openReader(context, createRegistry(), dataDir)
    const { chainId, inbox } = await settlement.config(signal)
    const owner = { address: key.address, config: { chainId, inbox } }
    await beginRecord({ store: await dataDir.bytes('signer record'), owner, settlement }, watermarks, signal)
    if (watermarks.length === 0)
      log.warn('a record without a watermark is for a key that has never signed a header of this chain')
    await closing.close()
    return tell(context, { address: key.address, watermarks: watermarks.length })
  })
}

/** @throws {CliError} `CONFIG_VALUE_INVALID`. */
function watermarksOf({ signer }: Config): readonly Watermark[] {
  return (signer.watermark?.split(',') ?? []).map((given) => {
    const [, lineage, number] = /^(0x[0-9a-f]{64}):(\d{1,19})$/.exec(given.trim()) ?? []
    if (lineage === undefined || number === undefined)
      throw new CliError({
        code: 'CONFIG_VALUE_INVALID',
        key: 'signer.watermark',
        source: 'the configuration',
        reason: 'must be LINEAGE:N, 0x and 64 small hexadecimal digits, a colon and a whole number',
      })
    return { lineage: hexToBytes(lineage as `0x${string}`), number: BigInt(number) }
  })
}
