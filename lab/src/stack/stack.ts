import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parsePolicy } from '@parley/cli'
import { Closing, DataDir } from '@parley/cli/roles'
import {
  type Deployment,
  type DeploymentRecord,
  deployPhases,
  devPreset,
  type OpenedAccount,
  openAccounts,
  type Phase,
  type Preset,
} from '@parley/infra'
import { type Bytes20, limits, millis, mwei, sameBytes, toSeconds } from '@parley/protocol'
import { createSenderMetrics } from '@parley/transactions'
import { Registry } from 'prom-client'
import { bytesToHex, hexToBytes } from 'viem'
import { doubleChainId, readTokenOf } from '../celestia-double/double.ts'
import type { Context } from '../context.ts'
import { type Devnet, type DevnetOptions, devnetDefaults, startDevnet } from '../devnet/devnet.ts'
import { LabError } from '../faults.ts'
import type { ChildOptions } from '../process/child.ts'
import { readyWithinMs } from '../process/ready-within.ts'
import { claimDirectory } from './claim-directory.ts'
import { startCommittee, usesCommittee } from './committee.ts'
import { type ChildConfig, environmentOf } from './environment.ts'
import { gatewayShards, messagingPhases, startMessaging } from './messaging-parts.ts'
import { commandOf, daNodeNames, type RoleName, Roles } from './roles.ts'
import { type StackPlaces, stackPollMs } from './stack-config.ts'

export type StackDeps = Pick<Context, 'clock' | 'log' | 'inheritedEnv'>

/** Blocks by what is offered instead of by the clock, so that a run can be repeated. */
export interface VirtualTime {
  /** Milliseconds since 1970; with all blocks of the run in the past, for the L2 takes no claims from the future. */
  readonly genesisTimestamp: bigint
  readonly blockEveryOffers: number
  readonly blockTimeMs: number
}

/** As `parley sequencer` takes it. */
export interface SealingRule {
  readonly minAgeMs: number
  readonly minOperations: number
  readonly maxWaitMs: number
}

export interface StackOptions {
  /** Empty or not there yet. */
  readonly dataDir: string
  /** Layers of the parts, as `--da` takes them. */
  readonly layer: string
  /** When blocks are sealed; the sequencer's own rule when left out. */
  readonly sealing?: SealingRule | undefined
  /** Open feeds that the sequencer and the relay allow, all of them to one address; their own defaults when left out. */
  readonly maxFeeds?: number | undefined
  readonly lanes: number | undefined
  readonly verifier: string
  readonly logLevel: string
  readonly virtual: VirtualTime | undefined
  /** Who gets an account in every shard. */
  readonly owners: readonly Bytes20[]
  /** Whether a verifying node runs beside the rest, and whether it takes wrong claims back. */
  readonly node: boolean | 'challenges'
  /** Whether a relay serves readers beside the sequencer. */
  readonly relay?: boolean
  /** Whether gateways, stores and a post-delivery service run, with the contracts that they need: not with a clock of its own. */
  readonly messaging?: boolean
  /** Milliseconds after which a partial batch is posted. */
  readonly batchAgeMs: number
  /** Whether the batcher moves prices: then blocks of price items follow after whatever was sent. */
  readonly pushPrices: boolean
  /** What is deployed beside the rollup; nothing when left out. */
  readonly besides?: readonly Phase[]
  /** What is other than in the preset for development. */
  readonly changed?: Partial<Preset>
  /** Shards in which owners get an account; all when left out. */
  readonly accountShards?: readonly number[]
  /** The chains, otherwise than for development. */
  readonly chains?: DevnetOptions
  /** Configuration of a role that wins over the stack's own; asked for when the role is started. */
  readonly settings?: (role: RoleName, chains: ChainUrls) => ChildConfig | Promise<ChildConfig>
  /** What others are given in place of the URL at which a role listens. */
  readonly front?: (role: RoleName, url: string) => Promise<string>
}

/** Where the chains of a stack serve. */
export interface ChainUrls {
  readonly l1Url: string
  readonly l2Url: string
}

/** A whole deployment on this machine. */
export interface Stack {
  /** Each role has a directory of its name in it. */
  readonly dataDir: string
  readonly places: StackPlaces
  readonly deployment: Deployment
  /** Everything that was deployed. */
  readonly record: DeploymentRecord
  readonly accounts: readonly OpenedAccount[]
  readonly roles: Roles
  /** Process ids of the chains. */
  readonly chainPids: { readonly l1: number; readonly l2: number }
  /** Key of an account with money on both chains that nothing of the stack uses. */
  readonly payer: Uint8Array
  /** Keys of more such accounts. */
  readonly users: readonly Uint8Array[]
  /** Keys of who deployed the contracts, and of who records costs. */
  readonly deployer: Uint8Array
  readonly operator: Uint8Array
  /** Rejects when a part of the stack ended by itself. */
  readonly failed: Promise<never>
  /** Ends everything that was started; can be called again. */
  stop(): Promise<void>
}

/** In each account 10 ether, millions of messages at the highest price. */
const accountAmount = mwei(10n ** 13n)
/** The interval of the development deployment. */
const pricesEveryMs = 10_000

/**
 * Starts chains, contracts, accounts and processes. All of them end with this process, however that ends.
 * @throws {CliError} `ARGUMENT_INVALID`, `DATA_DIR_UNUSABLE`; {LabError} `CHILD_ENDED`, `CHILD_NOT_READY`, what chains throw; {InfraError} what contracts throw.
 */
export function startStack(deps: StackDeps, options: StackOptions, signal: AbortSignal): Promise<Stack> {
  return Closing.guard(async (closing) => {
    await claimDirectory(options.dataDir)
    await mkdir(join(options.dataDir, 'logs'))
    const devnet = await startDevnet(deps, chainsOf(options), signal)
    closing.add(() => devnet.stop())
    const record = await deployOn(deps, devnet, options)
    const { preset, chainId, rollup } = record
    const deployment = { preset, chainId, ...(rollup as NonNullable<typeof rollup>) }
    const { accounts, gatewayAccounts } = await openAll(deps, devnet, deployment, options, signal)
    const roles = new Roles(deps, signal)
    closing.add(() => roles.stop())
    const places = await startRoles(deps, { ...options, record, gatewayAccounts }, devnet, deployment, roles, signal)
    const chainEnded = devnet.exited.then(({ chain, exit }): Promise<never> => {
      // Stopping was asked for: nothing failed.
      if (exit.stopped) return new Promise(() => undefined)
      throw new LabError({ code: 'CHILD_ENDED', role: chain, reason: 'a development chain ended', exitCode: exit.code })
    })
    const failed = Promise.race([roles.failed, chainEnded])
    failed.catch(() => undefined)
    const [payer, ...users] = devnet.roles.users.map(({ secret }) => secret) as [Uint8Array, ...Uint8Array[]]
    const chainPids = { l1: devnet.l1.pid, l2: devnet.l2.pid }
    const keys = { payer, users, deployer: devnet.roles.deployer.secret, operator: devnet.roles.pricePusher.secret }
    const { dataDir } = options
    const found = { dataDir, places, deployment, record, accounts, roles, chainPids, failed, ...keys }
    return { ...found, stop: () => closing.close() }
  })
}

/** By how much the L2 is ahead of a repeatable run's genesis: room for 72,000 blocks, and within the day that the contracts allow. */
const l2AheadSeconds = 72_000n

/** A repeatable run has chains of its own time: the contracts take no genesis that is far from the L2's. */
function chainsOf({ virtual, chains = devnetDefaults }: StackOptions): DevnetOptions {
  if (virtual === undefined) return chains
  const genesisTimestamp = toSeconds(millis(virtual.genesisTimestamp)) + l2AheadSeconds
  return { ...chains, l2: { ...chains.l2, genesisTimestamp } }
}

function deployOn({ log }: StackDeps, devnet: Devnet, options: StackOptions): Promise<DeploymentRecord> {
  const { virtual, besides = [], changed, messaging = false } = options
  const asked = messaging ? [...besides, ...messagingPhases] : besides
  const { sequencer, bondOwner, batcher, pricePusher } = devnet.roles
  const rollup = {
    sequencer: hexToBytes(sequencer.address),
    bondOwner: hexToBytes(bondOwner.address),
    fillBond: true,
    operator: hexToBytes(pricePusher.address),
    claimer: hexToBytes(batcher.address),
    ...(virtual === undefined ? {} : { genesisTimestamp: virtual.genesisTimestamp }),
  }
  const preset = { ...devPreset, ...changed }
  return deployPhases({ log }, { ...devDeployment(devnet), preset, phases: phasesOf(options.layer, asked), rollup })
}

const phasesOf = (layer: string, besides: readonly Phase[]): ReadonlySet<Phase> =>
  new Set<Phase>(['rollup', ...(usesCommittee(layer) ? ['committee' as const] : []), ...besides])

/** How contracts are deployed on a development chain: the deployer governs them, receives the fees and has all votes. */
export function devDeployment({ l2, roles: { deployer, pricePusher } }: Pick<Devnet, 'l2' | 'roles'>) {
  const governance = hexToBytes(deployer.address)
  const operator = hexToBytes(pricePusher.address)
  return {
    url: l2.url,
    deployer: deployer.secret,
    preset: devPreset,
    governance,
    treasury: governance,
    operator,
    withinMs: readyWithinMs,
  }
}

interface OpenedAccounts {
  readonly accounts: readonly OpenedAccount[]
  /** What each gateway owns. */
  readonly gatewayAccounts: readonly (readonly OpenedAccount[])[]
}

/** Opens an account in every shard for every owner, and in some for every gateway. */
function openAll(
  { clock, log }: StackDeps,
  { l2, roles }: Devnet,
  deployment: Deployment,
  { dataDir, owners, accountShards, messaging = false }: StackOptions,
  signal: AbortSignal,
): Promise<OpenedAccounts> {
  return Closing.guard(async (closing) => {
    const store = await new DataDir({ path: dataDir, deployment: bytesToHex(deployment.inbox) }, closing).texts(
      'deposit transactions',
    )
    const shards = accountShards ?? Array.from({ length: limits.shards }, (_, shard) => shard)
    const sending = {
      clock,
      log: log.child({}, { level: 'warn' }),
      metrics: createSenderMetrics(new Registry()),
      store,
    }
    const paying = { url: l2.url, deployment, funder: roles.funder.secret, amount: accountAmount }
    const accounts = await openAccounts(sending, { ...paying, owners, shards }, signal)
    const gateways = messaging ? roles.gateways.map(({ address }) => hexToBytes(address)) : []
    const theirs = await openAccounts(sending, { ...paying, owners: gateways, shards: gatewayShards }, signal)
    await closing.close()
    return { accounts, gatewayAccounts: gateways.map((each) => theirs.filter(({ owner }) => sameBytes(owner, each))) }
  })
}

async function startRoles(
  { clock, inheritedEnv }: StackDeps,
  options: StackOptions & Pick<OpenedAccounts, 'gatewayAccounts'> & { readonly record: DeploymentRecord },
  { l1, l2, roles: accounts }: Devnet,
  deployment: Deployment,
  roles: Roles,
  signal: AbortSignal,
): Promise<StackPlaces> {
  const { dataDir, layer, virtual, record, gatewayAccounts } = options
  const committee = record.contracts.DataCommittee?.address
  const used: ReadonlySet<string> = new Set(parsePolicy(layer).layers)
  const rollup = bytesToHex(deployment.rollup)
  const daDir = used.has('local') ? join(dataDir, 'da') : undefined
  const start = async (role: RoleName, config: ChildConfig): Promise<string> => {
    const common: ChildConfig = {
      'log.level': options.logLevel,
      'run.dataDir': join(dataDir, role),
      'run.lanes': options.lanes,
      'run.verifier': options.verifier,
      'l2.url': l2.url,
      'l2.rollup': rollup,
      'l2.pollMs': stackPollMs,
    }
    const own = await options.settings?.(role, { l1Url: l1.url, l2Url: l2.url })
    const child: ChildOptions = {
      role: commandOf(role),
      env: environmentOf(inheritedEnv, { ...common, ...config, ...own }),
      logFile: join(dataDir, 'logs', `${role}.log`),
      readyWithinMs,
    }
    const url = (await roles.start(role, child)).ready.url as string
    return options.front === undefined ? url : options.front(role, url)
  }
  const daNodeUrls =
    committee === undefined
      ? []
      : await startCommittee(
          { clock, start: (place, config) => start(daNodeNames[place] as RoleName, config) },
          { l2Url: l2.url, committee, deployer: accounts.deployer.secret },
          signal,
        )
  if (daDir !== undefined) await mkdir(daDir, { recursive: true })
  const daLocalUrl = daDir === undefined ? undefined : await start('da', { 'da.localDir': daDir })
  const altDaUrl = used.has('alt-da')
    ? await start('alt-da-double', { 'da.localDir': join(dataDir, 'alt-da') })
    : undefined
  const writeToken = randomBytes(24).toString('hex')
  const celestia = used.has('celestia')
    ? {
        url: await start('celestia-double', { 'da.celestiaToken': writeToken }),
        chainId: doubleChainId,
        token: readTokenOf(writeToken),
      }
    : undefined
  const onCelestia: ChildConfig = { 'da.celestiaUrl': celestia?.url, 'da.celestiaChainId': celestia?.chainId }
  const reading: ChildConfig = {
    'l1.url': l1.url,
    'l1.slots': 'block-number',
    'da.localUrl': daLocalUrl,
    'da.altDaUrl': altDaUrl,
    ...onCelestia,
    'da.celestiaToken': celestia?.token,
  }
  // Beside its feeds a benchmark has the connections of its load.
  const connections: ChildConfig = {
    'http.maxConnectionsPerAddress': options.maxFeeds === undefined ? undefined : options.maxFeeds + 500,
  }
  const sequencerUrl = await start('sequencer', {
    'sequencer.markDir': join(dataDir, 'sequencer-mark'),
    // One stack, made anew: nobody else can have signed for it.
    'sequencer.alone': true,
    'sequencer.key': bytesToHex(accounts.sequencer.secret),
    'da.layer': layer,
    'sequencer.minAgeMs': options.sealing?.minAgeMs,
    'sequencer.minOperations': options.sealing?.minOperations,
    'sequencer.maxWaitMs': options.sealing?.maxWaitMs,
    'sequencer.maxFeeds': options.maxFeeds,
    'sequencer.maxFeedsPerAddress': options.maxFeeds,
    ...connections,
    'sequencer.blockEveryOffers': virtual?.blockEveryOffers,
    'sequencer.blockTimeMs': virtual?.blockTimeMs,
    'sequencer.inboxItemsFirst': virtual === undefined ? undefined : limits.shards * options.owners.length,
  })
  const challenging: ChildConfig =
    options.node === 'challenges'
      ? {
          'node.challenge': true,
          'node.challengeKey': bytesToHex(accounts.verifier.secret),
          // Nobody else contests here.
          'node.challengeAfterMs': 1_000,
          'node.challengeSpreadMs': 0,
        }
      : {}
  const nodeStarts = options.node === false ? Promise.resolve(undefined) : start('node', { ...reading, ...challenging })
  const [batcherUrl, nodeUrl, relayUrl, messaging] = await Promise.all([
    start('batcher', {
      'sequencer.url': sequencerUrl,
      'l2.key': bytesToHex(accounts.batcher.secret),
      'l1.key': used.has('ethereum-blobs') ? bytesToHex(accounts.batcher.secret) : undefined,
      'l1.url': l1.url,
      'l1.slots': 'block-number',
      'da.layer': layer,
      'da.localDir': daDir,
      'da.localIsNotDa': used.has('local'),
      'da.altDaUrl': altDaUrl,
      ...onCelestia,
      'da.celestiaToken': celestia && writeToken,
      'da.confirmations': 1,
      'batcher.maxAgeMs': options.batchAgeMs,
      'batcher.watchEveryMs': 1_000,
      'batcher.pushPrices': options.pushPrices,
      'batcher.pricesEveryMs': pricesEveryMs,
    }),
    nodeStarts,
    options.relay === true
      ? start('relay', {
          'sequencer.url': sequencerUrl,
          'feeds.maxFeeds': options.maxFeeds,
          'feeds.maxFeedsPerAddress': options.maxFeeds,
          ...connections,
        })
      : undefined,
    options.messaging === true
      ? startMessaging(start, {
          record,
          sequencerUrl,
          nodeUrl: nodeStarts,
          gateways: accounts.gateways,
          gatewayAccounts,
        })
      : undefined,
  ])
  return {
    l1Url: l1.url,
    l2Url: l2.url,
    rollup,
    daLocalUrl,
    altDaUrl,
    celestia,
    daNodeUrls,
    sequencerUrl,
    batcherUrl,
    nodeUrl,
    relayUrl,
    messaging,
  }
}
