import { type Rates, weiOf } from '@parley/batcher'
import { type DataAvailability, type Mwei, partOfWei, sameBytes } from '@parley/protocol'
import type { ClaimerSettlement, DataCosts, DataQuotes } from '@parley/settlement'
import { needed } from '../config/config.ts'
import { CliError } from '../faults.ts'
import type { Context } from '../process/context.ts'
import type { Closing } from './closing.ts'
import type { DataDir } from './data-dir.ts'
import { openQuotes } from './l2.ts'
import type { PriceSource } from './price-keeper.ts'

/** The layers of the two parts of a batch. */
export interface PartLayers {
  readonly core: DataAvailability
  readonly witness: DataAvailability
}

export interface PriceSourceDeps {
  readonly settlement: ClaimerSettlement
  /** Those in use now. */
  readonly layers: () => PartLayers
  readonly dataDir: DataDir
}

/**
 * What moves prices: what the L2 knows of its L1, unless that is switched off, and what the layers ask for, where there is a
 * key to quote it by.
 * @throws {CliError} `CONFIG_VALUE_INVALID`; {SettlementError} `QUOTER_UNKNOWN`, `QUOTES_UNWANTED`.
 */
export async function openPriceSources(
  context: Context,
  { settlement, layers, dataDir }: PriceSourceDeps,
  closing: Closing,
): Promise<PriceSource[]> {
  const { config, log } = context
  const { pushPrices, quoteKey } = config.batcher
  const sources: PriceSource[] = []
  if (pushPrices) sources.push({ name: 'l2', push: (signal) => settlement.pushPrices(signal) })
  if (quoteKey !== undefined) {
    const key = 'batcher.quoteKey'
    const reason = 'must not be l2.key: one account has one sender'
    if (sameBytes(quoteKey.reveal(), needed(config, 'l2.key').reveal()))
      throw new CliError({ code: 'CONFIG_VALUE_INVALID', key, source: context.sources.get(key) ?? 'fallback', reason })
    const { rates } = config
    if (config.da.layer.layers.includes('celestia')) needed(config, 'rates.tia')
    sources.push(layerPrices(await openQuotes(context, quoteKey, dataDir, closing), layers, rates))
  } else if (settlement.dataQuoted) {
    log.warn('the prices of data stay as they are: this deployment has them quoted. Set batcher.quoteKey')
  }
  return sources
}

/** Quotes what the layers ask for now. */
export function layerPrices(
  quotes: Pick<DataQuotes, 'bytes' | 'push'>,
  layers: () => PartLayers,
  rates: Rates,
): PriceSource {
  const costs = async (signal: AbortSignal): Promise<DataCosts> => {
    const { core, witness } = layers()
    const [coreByte, witnessByte] = await Promise.all([
      byteCost(core, quotes.bytes, rates, signal),
      byteCost(witness, quotes.bytes, rates, signal),
    ])
    return { coreByte, witnessByte }
  }
  return { name: 'layers', push: async (signal) => quotes.push(await costs(signal), signal) }
}

/**
 * What a byte of a publication of `bytes` bytes costs on `layer`, or of the largest that it takes; rounded up.
 * @throws {DaError} `DA_UNAVAILABLE`.
 */
async function byteCost(layer: DataAvailability, bytes: number, rates: Rates, signal: AbortSignal): Promise<Mwei> {
  const quote = await layer.quote(Math.min(bytes, layer.limits().maxBytes), signal)
  const cost = weiOf(quote.cost, rates)
  if (cost === undefined)
    throw new RangeError(`${layer.name} is paid in ${quote.cost.token}, for which there is no rate`)
  return partOfWei(cost, BigInt(quote.bytes))
}
