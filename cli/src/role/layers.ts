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
import { type Config, isGiven, type Key, needed } from '../config/config.ts'
import { type LayerName, layerNames } from '../config/da-policy.ts'
import type { Closing } from './closing.ts'
import { openCommitteePublisher, openCommitteeReader } from './committee-layer.ts'
import type { DataDir } from './data-dir.ts'

export interface LayerDeps {
  readonly config: Config
  readonly clock: Clock
  readonly log: Logger
  readonly registry: Registry
}

/** What reading a layer cannot do without. */
export const readingKeys = {
  local: 'da.localUrl',
  'ethereum-blobs': 'l1.url',
  celestia: 'da.celestiaUrl',
  committee: 'l2.rollup',
  'alt-da': 'da.altDaUrl',
} as const satisfies Record<LayerName, Key>

/** What publishing on a layer cannot do without. */
export const publishingKeys = {
  local: ['da.localDir'],
  'ethereum-blobs': ['l1.url', 'l1.key'],
  celestia: ['da.celestiaUrl', 'da.celestiaChainId', 'da.celestiaToken'],
  committee: ['l2.url', 'l2.rollup', 'l2.key'],
  'alt-da': ['da.altDaUrl'],
} as const satisfies Record<LayerName, readonly Key[]>

/** Undefined where there turns out to be none: the configured rollup has no committee. */
type Opened = Promise<DataAvailability | undefined>

const readers: Readonly<Record<LayerName, (deps: LayerDeps, closing: Closing) => Opened>> = {
  local: ({ config, log }) => createLocalDa({ log }, { url: needed(config, 'da.localUrl') }),
  'ethereum-blobs': (deps) => createEthereumBlobsDa(toRead(deps), blobOptions(deps.config)),
  celestia: (deps) => createCelestiaDa(toRead(deps), celestiaOptions(deps.config)),
  committee: openCommitteeReader,
  'alt-da': async ({ clock, config }) => createAltDa({ clock }, altDaOptions(config)),
}

const toRead = ({ log, clock, registry }: LayerDeps) => ({ log, clock, registry })

/** The layers that this process can read, by their numbers in claims; those that are configured. */
export async function openLayers(deps: LayerDeps, closing: Closing): Promise<ReadonlyMap<number, DataAvailability>> {
  const opened = layerNames
    .filter((name) => isGiven(deps.config, readingKeys[name]))
    .map(async (name) => keep(await readers[name](deps, closing), deps, closing))
  return byNumber(await Promise.all(opened))
}

/** Closes it with the process, and counts what goes through it. */
function keep<L extends DataAvailability | undefined>(
  layer: L,
  deps: LayerDeps,
  closing: Closing,
): L | DataAvailability {
  if (layer === undefined) return layer
  closing.add(() => layer.close())
  return withMetrics(layer, deps)
}

const byNumber = (layers: readonly (DataAvailability | undefined)[]): ReadonlyMap<number, DataAvailability> =>
  new Map(layers.flatMap((layer) => (layer === undefined ? [] : [[layer.layer, layer]])))

export interface PublisherDeps extends LayerDeps {
  /** Chain id of the L2: with the rollup it names the chain on layers that others use, too. */
  readonly chainId: bigint
}

/** The layers of a policy, opened for publishing, each once; undefined what the deployment does not have. */
export async function openPublishers(
  deps: PublisherDeps,
  dataDir: DataDir,
  closing: Closing,
): Promise<ReadonlyMap<LayerName, DataAvailability | undefined>> {
  const opened = new Map<LayerName, DataAvailability | undefined>()
  for (const name of deps.config.da.layer.layers)
    opened.set(name, keep(await publishers[name](deps, dataDir, closing), deps, closing))
  return opened
}

/**
 * The layers besides to which parts may have gone before, by their numbers: for publishing where there is what that takes, so
 * that what was begun there can be ended, else for reading.
 */
export async function openOtherLayers(
  deps: PublisherDeps,
  dataDir: DataDir,
  closing: Closing,
): Promise<ReadonlyMap<number, DataAvailability>> {
  const { config } = deps
  const others: (DataAvailability | undefined)[] = []
  for (const name of layerNames.filter((each) => !config.da.layer.layers.includes(each))) {
    const writes = publishingKeys[name].every((key) => isGiven(config, key))
    if (writes) others.push(keep(await publishers[name](deps, dataDir, closing), deps, closing))
    else if (isGiven(config, readingKeys[name])) others.push(keep(await readers[name](deps, closing), deps, closing))
  }
  return byNumber(others)
}

type OpenPublisher = (deps: PublisherDeps, dataDir: DataDir, closing: Closing) => Opened

const publishers: Readonly<Record<LayerName, OpenPublisher>> = {
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
  committee: openCommitteePublisher,
  'alt-da': async ({ config, clock }, dataDir) =>
    createAltDa({ clock, store: await dataDir.texts('alt-DA commitments') }, altDaOptions(config)),
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

export function blobOptions(config: Config): EthereumBlobsOptions {
  const rpcUrls = needed(config, 'l1.url')
  const { slots, scanBlocks, tipPercentile, bumpAfterBlocks, settleBlocks, maxPending } = config.l1
  const { maxFeeGwei, maxTipGwei, maxBlobFeeGwei, maxCostPerPartGwei } = config.l1
  return {
    rpcUrls,
    beaconUrls: config.l1.beaconUrl ?? rpcUrls,
    archiveUrls: config.l1.archiveUrl ?? [],
    checkSources: true,
    followSchedule: true,
    slots,
    scanBlocks,
    tipPercentile,
    bumpAfterBlocks,
    settleBlocks,
    maxPending,
    ...(maxCostPerPartGwei !== undefined && { maxCostPerPart: parseGwei(`${maxCostPerPartGwei}`) }),
    fees: {
      maxFeePerGas: parseGwei(`${maxFeeGwei}`),
      maxPriorityFeePerGas: parseGwei(`${maxTipGwei}`),
      maxFeePerBlobGas: parseGwei(`${maxBlobFeeGwei}`),
    },
  }
}
