import { createEthereumBlobsDa, createLocalDa, type EthereumBlobsOptions, withMetrics } from '@parley/da-adapters'
import type { DataAvailability } from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import { parseGwei, toHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { type Config, needed } from '../config/config.ts'
import type { Closing } from './closing.ts'
import type { DataDir } from './data-dir.ts'

export interface LayerDeps {
  readonly config: Config
  readonly clock: Clock
  readonly log: Logger
  readonly registry: Registry
}

/** The layers that this process can read, by their numbers in claims; those that are configured. */
export async function openLayers(
  { config, clock, log, registry }: LayerDeps,
  closing: Closing,
): Promise<ReadonlyMap<number, DataAvailability>> {
  const layers: DataAvailability[] = []
  if (config.da.localUrl !== undefined) layers.push(await createLocalDa({ log }, { url: config.da.localUrl }))
  if (config.l1.url !== undefined)
    layers.push(await createEthereumBlobsDa({ log, clock, registry }, blobOptions(config)))
  for (const layer of layers) closing.add(() => layer.close())
  return new Map(layers.map((layer) => [layer.layer, withMetrics(layer, { registry, clock })]))
}

/** The layer that this process publishes on. */
export async function openPublisher(
  { config, clock, log, registry }: LayerDeps,
  dataDir: DataDir,
  closing: Closing,
): Promise<DataAvailability> {
  const layer =
    config.da.layer === 'local'
      ? await createLocalDa({ log }, { dir: needed(config, 'da.localDir') })
      : await createEthereumBlobsDa(
          {
            log,
            clock,
            registry,
            writer: {
              account: privateKeyToAccount(toHex(needed(config, 'l1.key').reveal())),
              store: await dataDir.texts('blob publications'),
            },
          },
          { ...blobOptions(config), confirmations: config.da.confirmations },
        )
  closing.add(() => layer.close())
  return withMetrics(layer, { registry, clock })
}

function blobOptions(config: Config): EthereumBlobsOptions {
  const rpcUrl = needed(config, 'l1.url')
  const { slots, scanBlocks, tipPercentile, bumpAfterBlocks, settleBlocks, maxPending } = config.l1
  const { maxFeeGwei, maxTipGwei, maxBlobFeeGwei } = config.l1
  return {
    rpcUrl,
    beaconUrl: config.l1.beaconUrl ?? rpcUrl,
    slots,
    scanBlocks,
    tipPercentile,
    bumpAfterBlocks,
    settleBlocks,
    maxPending,
    fees: {
      maxFeePerGas: parseGwei(`${maxFeeGwei}`),
      maxPriorityFeePerGas: parseGwei(`${maxTipGwei}`),
      maxFeePerBlobGas: parseGwei(`${maxBlobFeeGwei}`),
    },
  }
}
