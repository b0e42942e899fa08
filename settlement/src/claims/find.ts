import { rollupAbi } from '@parley/contracts'
import { ask, invalidEvent, type LogPages } from '@parley/l2'
import { type BatchClaim, type Bytes32, type L2Position, sameBytes } from '@parley/protocol'
import { type Hash, hexToBytes, type PublicClient } from 'viem'
import type { Contracts } from '../deployment.ts'
import { claimFromAbi, claimHash } from './convert.ts'

/** A claim that stands and where its event is. */
export interface StandingClaim {
  readonly claim: BatchClaim
  readonly hash: Bytes32
  readonly at: L2Position
  readonly transaction: Hash
}

/** The latest claim as the contract tells it. */
interface HeadSummary {
  readonly number: bigint
  readonly hash: Bytes32
}

/** Reads of single claims, at the L2's latest block. */
export interface ClaimFinder {
  head(signal: AbortSignal): Promise<HeadSummary>
  /**
   * The claim that stands under a number, 0 included, which stands for the genesis; undefined when none does.
   * @throws {SettlementError} `EVENT_INVALID` when the node does not have the event of a claim that stands.
   */
  standing(number: bigint, signal: AbortSignal): Promise<StandingClaim | undefined>
}

export function createClaimFinder(client: PublicClient, contracts: Contracts, pages: LogPages): ClaimFinder {
  const rollup = { address: contracts.rollup, abi: rollupAbi } as const

  async function head(signal: AbortSignal): Promise<HeadSummary> {
    const { number, hash } = await ask(() => client.readContract({ ...rollup, functionName: 'head' }), signal)
    return { number, hash: hexToBytes(hash) }
  }

  /** Backwards from the latest block: a claim that is asked for is nearly always a recent one. */
  async function search(number: bigint, hash: Hash, signal: AbortSignal): Promise<StandingClaim> {
    let toBlock = await ask(() => client.getBlockNumber({ cacheTime: 0 }), signal)
    while (toBlock >= contracts.deploymentBlock) {
      const event = { ...rollup, eventName: 'Claimed', args: { number, hash }, toBlock, strict: true } as const
      const { blocks, value: logs } = await pages.page(toBlock - contracts.deploymentBlock + 1n, (count) =>
        ask(() => client.getContractEvents({ ...event, fromBlock: toBlock - count + 1n }), signal),
      )
      const log = logs.at(-1)
      if (log !== undefined) {
        const claim = claimFromAbi(log.args.claim)
        if (!sameBytes(claimHash(claim), hexToBytes(hash))) throw invalidEvent(`claim ${number} has another hash`)
        const at = { blockNumber: log.blockNumber, blockHash: hexToBytes(log.blockHash) }
        return { claim, hash: hexToBytes(hash), at, transaction: log.transactionHash }
      }
      toBlock -= blocks
    }
    throw invalidEvent(`claim ${number} stands and the node does not have its event`)
  }

  return {
    head,
    async standing(number, signal) {
      if ((await head(signal)).number < number) return undefined
      const hash = await ask(
        () => client.readContract({ ...rollup, functionName: 'claimHash', args: [number] }),
        signal,
      )
      return search(number, hash, signal)
    },
  }
}
