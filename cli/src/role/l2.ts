import { rpcTransport } from '@parley/http'
import type { ClaimContester, EvidenceSender } from '@parley/node'
import { BlockHeaderType, SettlementError } from '@parley/protocol'
import {
  type ChainReader,
  type ChunkAnswerer,
  type ClaimerSettlement,
  type Committee,
  createSettlementMetrics,
  type DataQuotes,
  openChunkAnswerer,
  openCommittee,
  openContester,
  openDataQuotes,
  openRescuer,
  openSettlement,
  openSettlementReader,
  type ReaderDeps,
  type ReaderOptions,
  type Rescuer,
  readerDefaults,
  type SettlementDeps,
  settlementDefaults,
} from '@parley/settlement'
import { Registry } from 'prom-client'
import { bytesToHex, hexToBytes, parseGwei, type Transport } from 'viem'
import { type Config, needed } from '../config/config.ts'
import type { Secret } from '../config/secret.ts'
import type { Context } from '../process/context.ts'
import type { Closing } from './closing.ts'
import { DataDir } from './data-dir.ts'

type Surroundings = Pick<Context, 'config' | 'clock' | 'log' | 'signal'>

function readerDeps({ config, clock, log, signal }: Surroundings, registry: Registry): Omit<ReaderDeps, 'trail'> {
  const transport = l2TransportOf({ config, signal })
  return { transport, clock, log: log.child({ part: 'settlement' }), metrics: createSettlementMetrics(registry) }
}

/** To the configured L2; ends with the process. */
export function l2TransportOf({ config, signal }: Pick<Surroundings, 'config' | 'signal'>, retries = 0): Transport {
  const { maxBatch, requestTimeoutMs } = config.l2
  return rpcTransport(needed(config, 'l2.url'), { timeoutMs: requestTimeoutMs, maxBatch, retries, signal })
}

function readerOptions({ config }: Surroundings): ReaderOptions {
  const { pollMs, maxBlocksPerPage, nearBlocks } = config.l2
  return {
    ...readerDefaults,
    rollup: hexToBytes(needed(config, 'l2.rollup')),
    pollMs,
    maxBlocksPerPage: BigInt(maxBlocksPerPage),
    nearBlocks: BigInt(nearBlocks),
  }
}

/** Opens the L2 for reading. With a directory a cursor survives restarts. */
export async function openReader(
  surroundings: Surroundings,
  registry: Registry,
  dataDir: DataDir | undefined,
): Promise<ChainReader> {
  const deps = readerDeps(surroundings, registry)
  const trail = dataDir === undefined ? {} : { trail: await dataDir.texts('L2 trail') }
  return openSettlementReader({ ...deps, ...trail }, readerOptions(surroundings), surroundings.signal)
}

/** The role's data directory, tied to the deployment that the L2 has: chain, contract and genesis. */
export async function openDataDir(surroundings: Surroundings, closing: Closing): Promise<DataDir> {
  const { config, signal } = surroundings
  const path = needed(config, 'run.dataDir')
  const options = readerOptions(surroundings)
  const reader = await openSettlementReader(readerDeps(surroundings, new Registry()), options, signal)
  const [{ chainId }, genesis] = await Promise.all([reader.config(signal), reader.genesis(signal)])
  const root = bytesToHex(BlockHeaderType.hashTreeRoot(genesis))
  return new DataDir(
    { path, deployment: `chain ${chainId}, rollup ${bytesToHex(options.rollup)}, genesis ${root}` },
    closing,
  )
}

/** Opens the L2 for claiming; sees to it that the claimer's bond is there. */
export async function openClaimer(
  surroundings: Surroundings,
  registry: Registry,
  dataDir: DataDir,
  closing: Closing,
): Promise<ClaimerSettlement> {
  const store = await dataDir.texts('settlement transactions')
  const deps = { ...readerDeps(surroundings, registry), store, secret: needed(surroundings.config, 'l2.key').reveal() }
  const settlement = await openSettlement(
    deps,
    { ...settlementDefaults, ...readerOptions(surroundings), sending: sendingOptions(surroundings) },
    surroundings.signal,
  )
  closing.add(() => settlement.close())
  const bond = await settlement.ensureBond(surroundings.signal)
  surroundings.log.info({ bondWei: bond }, 'claimer has its bond')
  return settlement
}

/** Opens the L2 for quoting the prices of data, by the key that the configuration has for it. */
export async function openQuotes(
  surroundings: Surroundings,
  secret: Secret<Uint8Array>,
  dataDir: DataDir,
  closing: Closing,
): Promise<DataQuotes> {
  const { deps, options } = ownSender(surroundings, secret, await dataDir.texts('quote transactions'))
  const quotes = await openDataQuotes(deps, options, surroundings.signal)
  closing.add(() => quotes.close())
  return quotes
}

/** Opens the account that takes wrong claims back and shows second headers. */
export async function openClaimContester(
  surroundings: Surroundings,
  dataDir: DataDir,
  closing: Closing,
): Promise<ClaimContester & EvidenceSender> {
  const secret = needed(surroundings.config, 'node.challengeKey')
  const { deps, options } = ownSender(surroundings, secret, await dataDir.texts('contest transactions'))
  const contester = await openContester(deps, options, surroundings.signal)
  closing.add(() => contester.close())
  return contester
}

/** Opens the account of PARLEY_L2_KEY for ending a silence. */
export async function openClaimRescuer(
  surroundings: Surroundings,
  dataDir: DataDir,
  closing: Closing,
): Promise<Rescuer> {
  const secret = needed(surroundings.config, 'l2.key')
  const { deps, options } = ownSender(surroundings, secret, await dataDir.texts('rescue transactions'))
  const rescuer = await openRescuer(deps, options, surroundings.signal)
  closing.add(() => rescuer.close())
  return rescuer
}

/** The data committee that the rollup's rules name; undefined when they name none. @throws {SettlementError} `DEPLOYMENT_UNKNOWN`, `SETTLEMENT_UNAVAILABLE`. */
export function openDataCommittee(surroundings: Omit<Surroundings, 'log'>): Promise<Committee | undefined> {
  const { config, clock, signal } = surroundings
  const transport = l2TransportOf(surroundings)
  const options = {
    rollup: hexToBytes(needed(config, 'l2.rollup')),
    maxBlocksPerPage: BigInt(config.l2.maxBlocksPerPage),
  }
  return openCommittee({ transport, clock }, options, signal)
}

/** For who cannot do without a committee. */
export function noCommittee(config: Config): SettlementError {
  const address = hexToBytes(needed(config, 'l2.rollup'))
  return new SettlementError({ code: 'DEPLOYMENT_UNKNOWN', address, reason: 'its rules name no data committee' })
}

/** Opens the account that answers what a committee's member is asked; undefined without its key. */
export async function openChunkAnswers(
  surroundings: Surroundings,
  { instance }: Committee,
  dataDir: DataDir,
  closing: Closing,
): Promise<ChunkAnswerer | undefined> {
  const secret = surroundings.config.daNode.answerKey
  if (secret === undefined) return undefined
  const { deps, options } = ownSender(surroundings, secret, await dataDir.texts('answer transactions'))
  const { committee } = instance
  const answerer = await openChunkAnswerer(deps, { committee, sending: options.sending }, surroundings.signal)
  closing.add(() => answerer.close())
  return answerer
}

/** What an account beside the claimer's is opened with. */
function ownSender(surroundings: Surroundings, secret: Secret<Uint8Array>, store: SettlementDeps['store']) {
  return {
    // The names of its sender's metrics are those of the claimer's.
    deps: { ...readerDeps(surroundings, new Registry()), store, secret: secret.reveal() },
    options: { ...readerOptions(surroundings), sending: sendingOptions(surroundings) },
  }
}

function sendingOptions({ config }: Surroundings) {
  return { ...settlementDefaults.sending, maxFeePerGas: parseGwei(`${config.l2.maxFeeGwei}`) }
}
