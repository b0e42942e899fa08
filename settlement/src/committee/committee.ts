import { dataCommitteeAbi, rollupAbi } from '@parley/contracts'
import { ask, LogPages } from '@parley/l2'
import { fromSeconds } from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import {
  type Address,
  bytesToHex,
  createPublicClient,
  hexToBytes,
  type PublicClient,
  type Transport,
  zeroAddress,
} from 'viem'
import { readContracts } from '../deployment.ts'
import { readSchedule } from '../schedule.ts'
import { type ChunkQuestion, ChunkQuestions } from './chunk-questions.ts'
import { type Epoch, Epochs } from './epochs.ts'

export interface CommitteeDeps {
  /** To the L2; see `rpcTransport`. */
  readonly transport: Transport
  readonly clock: Clock
}

export interface CommitteeOptions {
  /** Address of the rollup contract, whose rules name the committee; 20 bytes. */
  readonly rollup: Uint8Array
  /** Blocks of one request for logs at most. */
  readonly maxBlocksPerPage: bigint
}

/** The L2's head as far as a committee is concerned; times in seconds since 1970. */
export interface CommitteeHead {
  readonly time: bigint
  /** The epoch that runs; undefined before the first. */
  readonly epoch: Epoch | undefined
  /** Numbers of the epochs whose certificates a claim may carry. */
  readonly accepted: readonly number[]
  /** When a certificate that a claim carries must end at the earliest and at the latest. */
  readonly minExpiresAt: bigint
  readonly maxExpiresAt: bigint
}

/** The data committee that the rules of a rollup name. Everything throws `SETTLEMENT_UNAVAILABLE` when the L2 does not answer. */
export interface Committee {
  readonly instance: { readonly chainId: bigint; readonly committee: Uint8Array }
  /** Seconds for which a claim's data must be kept from the claim on, and for which members may be asked to keep it. */
  readonly neededSeconds: number
  readonly maxRetentionSeconds: number
  now(signal: AbortSignal): Promise<CommitteeHead>
  epoch(number: number, signal: AbortSignal): Promise<Epoch | undefined>
  /** Whether the account may claim, 20 bytes. */
  mayClaim(address: Uint8Array, signal: AbortSignal): Promise<boolean>
  /** Chunks that `member` signed for and that wait for an answer, the most urgent first. */
  questions(member: Uint8Array, signal: AbortSignal): Promise<readonly ChunkQuestion[]>
}

/** Seconds from a look to the claim that follows it. */
const untilClaimed = 30n

/**
 * Opens the committee that the rules of the rollup at `options.rollup` name; undefined when they name none.
 * @throws {SettlementError} `DEPLOYMENT_UNKNOWN`, `SETTLEMENT_UNAVAILABLE`.
 */
export async function openCommittee(
  { transport, clock }: CommitteeDeps,
  { rollup, maxBlocksPerPage }: CommitteeOptions,
  signal: AbortSignal,
): Promise<Committee | undefined> {
  const client = createPublicClient({ transport, cacheTime: 0 })
  const contracts = await readContracts(client, rollup, signal)
  const committee = await committeeOf(client, contracts.rollup, signal)
  if (committee === undefined) return undefined
  const contract = { address: committee, abi: dataCommitteeAbi } as const
  const [rules, { windows }] = await Promise.all([
    ask(() => client.readContract({ ...contract, functionName: 'rules' }), signal),
    ask(() => client.readContract({ address: contracts.rollup, abi: rollupAbi, functionName: 'parameters' }), signal),
  ])
  const { grace, answerWindow, maxRetention } = rules
  const asked = Math.max(windows.challenge, windows.data + windows.answer)
  const neededSeconds = asked + windows.proof + answerWindow
  const epochs = new Epochs(client, clock, committee)
  const place = { client, pages: new LogPages(maxBlocksPerPage), firstBlock: contracts.deploymentBlock }
  const questions = new ChunkQuestions(place, committee, epochs)

  return {
    instance: { chainId: contracts.config.chainId, committee: hexToBytes(committee) },
    neededSeconds,
    maxRetentionSeconds: maxRetention,
    async now(inner) {
      const { timestamp: time } = await ask(() => client.getBlock({ blockTag: 'latest' }), inner)
      const begun = await epochs.begun(time, time - BigInt(grace), inner)
      return {
        time,
        epoch: begun.find(({ endsAt }) => endsAt === undefined || time < endsAt),
        accepted: begun.map(({ number }) => number),
        minExpiresAt: time + BigInt(neededSeconds) + untilClaimed,
        maxExpiresAt: time + BigInt(maxRetention),
      }
    },
    epoch: (number, inner) => epochs.find(number, inner),
    mayClaim: (address, inner) =>
      ask(
        () =>
          client.readContract({
            address: contracts.rollup,
            abi: rollupAbi,
            functionName: 'isClaimer',
            args: [bytesToHex(address)],
          }),
        inner,
      ),
    questions: (member, inner) => questions.open(member, inner),
  }
}

/** The committee that the rules name which hold now. */
async function committeeOf(client: PublicClient, rollup: Address, signal: AbortSignal): Promise<Address | undefined> {
  const [{ timestamp }, { rules }] = await Promise.all([
    ask(() => client.getBlock({ blockTag: 'latest' }), signal),
    readSchedule(client, rollup, signal),
  ])
  const now = fromSeconds(timestamp)
  const running = rules.findLast(({ from }, i) => i === 0 || from <= now)
  const named = bytesToHex(running?.dataCommittee ?? new Uint8Array(20))
  return named === zeroAddress ? undefined : named
}
