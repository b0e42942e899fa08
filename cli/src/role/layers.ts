import {
  type AltDaOptions,
  type CelestiaOptions,
  celestiaNamespace,
  createAltDa,
  createCelestiaDa,
  createEthereumBlobsDa,
  createLocalDa,
  type EthereumBlobsOptions,
  withMetrics,
} from '@parley/da-adapters'
import type { DataAvailability } from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import { hexToBytes, parseGwei, toHex } from 'viem'
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
  if (config.da.celestiaUrl !== undefined)
    layers.push(await createCelestiaDa({ log, clock, registry }, celestiaOptions(config)))
  if (config.da.altDaUrl !== undefined) layers.push(createAltDa({}, altDaOptions(config)))
  for (const layer of layers) closing.add(() => layer.close())
  return new Map(layers.map((layer) => [layer.layer, withMetrics(layer, { registry, clock })]))
}

export interface PublisherDeps extends LayerDeps {
  /** Chain id of the L2: with the rollup it names the chain on layers that others use, too. */
  readonly chainId: bigint
}

/** The layer that this process publishes on. */
export async function openPublisher(
  deps: PublisherDeps,
  dataDir: DataDir,
  closing: Closing,
): Promise<DataAvailability> {
  const layer = await publishers[deps.config.da.layer](deps, dataDir)
  closing.add(() => layer.close())
  return withMetrics(layer, deps)
}

type OpenPublisher = (deps: PublisherDeps, dataDir: DataDir) => Promise<DataAvailability>

const publishers: Readonly<Record<Config['da']['layer'], OpenPublisher>> = {
  local: ({ config, log }) => createLocalDa({ log }, { dir: needed(config, 'da.localDir') }),
  'ethereum-blobs': async ({ config, clock, log, registry }, dataDir) => {
    const account = privateKeyToAccount(toHex(needed(config, 'l1.key').reveal()))
    const writer = { account, store: await dataDir.texts('blob publications') }
    const { confirmations } = config.da
    return createEthereumBlobsDa({ log, clock, registry, writer }, { ...blobOptions(config), confirmations })
  },
  celestia: async ({ config, clock, log, registry, chainId }, dataDir) => {
    const namespace = celestiaNamespace({ chainId, rollup: hexToBytes(needed(config, 'l2.rollup')) })
    const writer = { namespace, store: await dataDir.texts('celestia publications') }
    return createCelestiaDa({ log, clock, registry, writer }, celestiaOptions(config))
  },
  'alt-da': async ({ config }, dataDir) =>
    createAltDa({ store: await dataDir.texts('alt-DA commitments') }, altDaOptions(config)),
}

function celestiaOptions(config: Config): CelestiaOptions {
  const { celestiaToken, celestiaGasPrice, celestiaMaxGasPrice } = config.da
  return {
    url: needed(config, 'da.celestiaUrl'),
    moreUrls: config.da.celestiaMoreUrls,
    chainId: needed(config, 'da.celestiaChainId'),
    token: celestiaToken?.reveal(),
    gasPrice: celestiaGasPrice,
    maxGasPrice: celestiaMaxGasPrice,
  }
}

function altDaOptions(config: Config): AltDaOptions {
  const { altDaCommitments, altDaMaxBytes, altDaRetentionSeconds } = config.da
  return {
    url: needed(config, 'da.altDaUrl'),
    commitments: altDaCommitments,
    maxBytes: altDaMaxBytes,
    retentionSeconds: altDaRetentionSeconds,
  }
}

function blobOptions(config: Config): EthereumBlobsOptions {
  const rpcUrls = needed(config, 'l1.url')
  const { slots, scanBlocks, tipPercentile, bumpAfterBlocks, settleBlocks, maxPending } = config.l1
  const { maxFeeGwei, maxTipGwei, maxBlobFeeGwei } = config.l1
  return {
    rpcUrls,
    beaconUrls: config.l1.beaconUrl ?? rpcUrls,
    archiveUrls: config.l1.archiveUrl ?? [],
    checkSources: true,
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
