import { inboxAbi, rollupAbi } from '@parley/contracts'
import { ask, createBlocks, LogPages, type Trail } from '@parley/l2'
import {
  type Bytes20,
  type L2Position,
  SettlementError,
  type SettlementPage,
  type SettlementReader,
  sameBytes,
} from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import type { TextStore } from '@parley/transactions'
import type { Logger } from 'pino'
import { createPublicClient, hexToBytes, type PublicClient, type Transport } from 'viem'
import { headerFromAbi } from './claims/convert.ts'
import { type ClaimFinder, createClaimFinder, type StandingClaim } from './claims/find.ts'
import { type Contracts, readContracts } from './deployment.ts'
import { Follower } from './events/follow.ts'
import { openTrail } from './events/trail.ts'
import type { SettlementMetrics } from './metrics.ts'
import { readSilence } from './rescue/silence.ts'
import { readSchedule } from './schedule.ts'

export interface ReaderDeps {
  /** To the L2; see `rpcTransport`. */
  readonly transport: Transport
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: SettlementMetrics
  /**
   * Keeps the way that was gone, so that a cursor from before a restart finds its way back after a reorg; without it such a
   * cursor goes back to the deployment. Not to be shared with another reader.
   */
  readonly trail?: TextStore
}

export interface ReaderOptions {
  /** Address of the rollup contract; everything else is read from it. */
  readonly rollup: Bytes20
  /** Milliseconds between looks for new blocks, at least 1. */
  readonly pollMs: number
  /** Blocks of one request for logs, 1 to what the node allows. */
  readonly maxBlocksPerPage: bigint
  /** Blocks behind the head that are read one by one by hash; more than a lagging node of a pool may miss, 1 to 1,000. */
  readonly nearBlocks: bigint
  /** Positions kept to find common ancestors by; a reorg behind them goes back to the deployment. At least 1. */
  readonly trailLength: number
}

export const readerDefaults: Omit<ReaderOptions, 'rollup'> = {
  pollMs: 1000,
  maxBlocksPerPage: 2000n,
  nearBlocks: 32n,
  trailLength: 4096,
}

/** What is read of a deployment on a chain. */
export interface ChainReader extends SettlementReader {
  /** Seconds for which a bond answers beyond the finality of what it answers for. */
  readonly evidencePeriod: number
  /** Seconds that an item waits until a silence may be declared. */
  readonly silenceLimit: number
  /** L2 block of the deployment. */
  readonly deploymentBlock: bigint
  /** The claim that stands under a number, searched backwards from the latest block; undefined when none does. */
  standing(number: bigint, signal: AbortSignal): Promise<StandingClaim | undefined>
}

/** What reader and settlement of one deployment share. */
export interface Connection {
  readonly client: PublicClient
  readonly contracts: Contracts
  readonly claims: ClaimFinder
  readonly trail: Trail
  readonly pages: LogPages
  /** The block before the deployment. */
  readonly origin: L2Position
}

/** @throws {SettlementError} `DEPLOYMENT_UNKNOWN`, `SETTLEMENT_UNAVAILABLE`, `OPTION_INVALID`, `RECORD_INVALID`. */
export async function connect(deps: ReaderDeps, options: ReaderOptions, signal: AbortSignal): Promise<Connection> {
  checkOptions(options)
  const client = createPublicClient({ transport: deps.transport, cacheTime: 0 })
  const pages = new LogPages(options.maxBlocksPerPage)
  const contracts = await readContracts(client, options.rollup, signal)
  const before = await ask(() => client.getBlock({ blockNumber: contracts.deploymentBlock - 1n }), signal)
  return {
    client,
    contracts,
    claims: createClaimFinder(client, contracts, pages),
    pages,
    trail: await openTrail(deps.trail, options.trailLength),
    origin: { blockNumber: before.number, blockHash: hexToBytes(before.hash) },
  }
}

/**
 * Opens the events and views of the deployment at `options.rollup`.
 * @throws {SettlementError} `DEPLOYMENT_UNKNOWN` when the contracts there are not Parley's, `SETTLEMENT_UNAVAILABLE`,
 * `OPTION_INVALID`, `RECORD_INVALID`.
 */
export async function openSettlementReader(
  deps: ReaderDeps,
  options: ReaderOptions,
  signal: AbortSignal,
): Promise<ChainReader> {
  return createReader(deps, options, await connect(deps, options, signal))
}

export function createReader(deps: ReaderDeps, options: ReaderOptions, connection: Connection): ChainReader {
  const { client, contracts, claims, trail, origin } = connection
  const { inbox } = contracts
  const rollup = { address: contracts.rollup, abi: rollupAbi } as const
  const genesis: SettlementReader['genesis'] = async (signal) =>
    headerFromAbi(await ask(() => client.readContract({ ...rollup, functionName: 'genesisHeader' }), signal))
  let highest = 0n
  /** A node that lags tells of claims as they were: the one who asks would take later ones for lost. */
  async function notBehind(signal: AbortSignal): Promise<void> {
    const head = await ask(() => client.getBlockNumber({ cacheTime: 0 }), signal)
    if (head < highest) throw new SettlementError({ code: 'L2_BEHIND', head, read: highest })
    highest = head
  }
  return {
    evidencePeriod: contracts.evidencePeriod,
    silenceLimit: contracts.silenceLimit,
    deploymentBlock: contracts.deploymentBlock,
    standing: claims.standing,
    genesis,
    config: async () => contracts.config,
    schedule: (signal) => readSchedule(client, contracts.rollup, signal),
    silence: (signal) => readSilence(client, contracts.rollup, signal),
    lineage: async (signal) =>
      hexToBytes(await ask(() => client.readContract({ ...rollup, functionName: 'lineage' }), signal)),
    async head(signal) {
      const [{ number, hash }] = await Promise.all([claims.head(signal), notBehind(signal)])
      if (number === 0n) return { number, hash, lastHeader: await genesis(signal), rescued: false }
      const [standing, [, , rescued]] = await Promise.all([
        claims.standing(number, signal),
        ask(() => client.readContract({ ...rollup, functionName: 'contestOf', args: [number] }), signal),
      ])
      if (standing === undefined || !sameBytes(standing.hash, hash))
        throw new SettlementError({
          code: 'SETTLEMENT_UNAVAILABLE',
          reason: `claim ${number} was taken back meanwhile`,
        })
      return { number, hash, lastHeader: standing.claim.lastHeader, rescued }
    },
    follow(cursor, confidence, signal, watch): AsyncGenerator<SettlementPage> {
      const hashAt = async (count: bigint, inner: AbortSignal) =>
        hexToBytes(
          await ask(
            () => client.readContract({ address: inbox, abi: inboxAbi, functionName: 'hashAt', args: [count] }),
            inner,
          ),
        )
      const addresses = { inbox, rollup: contracts.rollup }
      const blocks = createBlocks(
        client,
        { address: [inbox, contracts.rollup] },
        { pages: connection.pages, nearBlocks: options.nearBlocks },
      )
      const { clock, log, metrics } = deps
      const followerDeps = { blocks, trail, addresses, hashAt, origin, clock, log, metrics: metrics.reading, watch }
      return new Follower(followerDeps, options, cursor, confidence).pages(signal)
    },
  }
}

function checkOptions(options: ReaderOptions): void {
  const check = (field: keyof ReaderOptions, ok: boolean, reason: string): void => {
    if (!ok) throw new SettlementError({ code: 'OPTION_INVALID', field, reason })
  }
  check('rollup', options.rollup.length === 20, `has ${options.rollup.length} bytes instead of 20`)
  check('pollMs', Number.isInteger(options.pollMs) && options.pollMs >= 1, 'is not a whole number from 1')
  check('maxBlocksPerPage', options.maxBlocksPerPage >= 1n, 'is not from 1')
  check('nearBlocks', options.nearBlocks >= 1n && options.nearBlocks <= 1000n, 'is not 1 to 1000')
  check(
    'trailLength',
    Number.isInteger(options.trailLength) && options.trailLength >= 1,
    'is not a whole number from 1',
  )
}
