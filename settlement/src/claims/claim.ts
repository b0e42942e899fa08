import { rollupAbi } from '@parley/contracts'
import { ask } from '@parley/l2'
import {
  type BatchClaim,
  BlockHeaderType,
  type ClaimReceipt,
  type ClaimRequest,
  fromSeconds,
  SettlementError,
  sameBytes,
} from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import { type TransactionChain, TransactionError, type TransactionSender } from '@parley/transactions'
import { bytesToHex, encodeFunctionData, hexToBytes, keccak256, parseEventLogs, type TransactionReceipt } from 'viem'
import type { Connection } from '../reader.ts'
import { requestToAbi } from './convert.ts'
import { l1DataFee, type TransactionCost } from './fees.ts'
import type { StandingClaim } from './find.ts'

export interface ClaimingDeps {
  readonly connection: Connection
  readonly chain: TransactionChain
  readonly sender: TransactionSender
  readonly clock: Clock
}

export interface ClaimingOptions {
  readonly pollMs: number
  /** Milliseconds by which the last header of a claim may be ahead of the L2; the claim waits for so long. */
  readonly maxAheadMs: bigint
}

export interface Claiming {
  claim(request: ClaimRequest, signal: AbortSignal): Promise<ClaimReceipt>
  receiptOf(number: bigint, signal: AbortSignal): Promise<ClaimReceipt | undefined>
  quote(request: ClaimRequest, signal: AbortSignal): Promise<TransactionCost>
}

export function createClaiming(deps: ClaimingDeps, options: ClaimingOptions): Claiming {
  const { chain, sender, clock } = deps
  const { client, contracts, claims } = deps.connection

  const callOf = (request: ClaimRequest) => ({
    to: contracts.rollup,
    data: encodeFunctionData({ abi: rollupAbi, functionName: 'claim', args: claimArguments(request) }),
    value: 0n,
  })

  /** The receipt of a claim that stands already; undefined when none stands under its number. */
  async function standing(request: ClaimRequest, signal: AbortSignal): Promise<ClaimReceipt | undefined> {
    const { number } = request
    const found = await claims.standing(number, signal)
    if (found === undefined) return undefined
    if (!isSameBatch(found.claim, request))
      throw new SettlementError({ code: 'CLAIM_CONFLICT', number, standing: found.hash })
    return receiptOfStanding(number, found, signal)
  }

  async function receiptOfStanding(number: bigint, found: StandingClaim, signal: AbortSignal): Promise<ClaimReceipt> {
    const receipt = await ask(() => client.getTransactionReceipt({ hash: found.transaction }), signal)
    return { number, hash: found.hash, at: found.at, ...paidOf(receipt) }
  }

  /** The contract refuses headers from its future. */
  async function waitForTime({ number, lastHeader }: ClaimRequest, signal: AbortSignal): Promise<void> {
    for (;;) {
      const { timestamp } = await ask(() => client.getBlock(), signal)
      const aheadMs = lastHeader.timestamp - fromSeconds(timestamp)
      if (aheadMs <= 0n) return
      if (aheadMs > options.maxAheadMs) {
        const reason = `its last header is ${aheadMs} ms ahead of the L2`
        throw new SettlementError({ code: 'CLAIM_REFUSED', number, reason })
      }
      await clock.sleep(options.pollMs, signal)
    }
  }

  /** An attempt of an earlier run may have got in first; then its claim is what was asked for. */
  async function afterRefusal(request: ClaimRequest, error: unknown, signal: AbortSignal): Promise<ClaimReceipt> {
    if (!(error instanceof TransactionError)) throw error
    const { fault } = error
    if (fault.code === 'CHAIN_UNAVAILABLE')
      throw new SettlementError({ code: 'SETTLEMENT_UNAVAILABLE', reason: fault.reason }, { cause: error })
    const refused = fault.code === 'TRANSACTION_REFUSED' || fault.code === 'TRANSACTION_FAILED'
    if (!refused && fault.code !== 'NONCE_TAKEN') throw error
    const found = await standing(request, signal)
    if (found !== undefined) return found
    if (!refused) throw error
    const { number } = request
    throw new SettlementError({ code: 'CLAIM_REFUSED', number, reason: fault.reason }, { cause: error })
  }

  return {
    async claim(request, signal) {
      const { number } = request
      const before = await standing(request, signal)
      if (before !== undefined) return before
      await waitForTime(request, signal)
      const call = callOf(request)
      try {
        const receipt = await sender.send({ key: `claim:${number}:${keccak256(call.data)}`, call }, signal)
        return readReceipt(number, receipt)
      } catch (error) {
        return await afterRefusal(request, error, signal)
      }
    },

    async receiptOf(number, signal) {
      const found = await claims.standing(number, signal)
      return found && receiptOfStanding(number, found, signal)
    },

    async quote(request, signal) {
      const call = callOf(request)
      const gas = await chain.estimateGas(sender.address, call, signal)
      const { baseFee, tip } = await chain.fees(signal)
      const l1DataWei = await l1DataFee(client, chain.chainId, { ...call, from: sender.address }, signal)
      return { executionWei: gas * (baseFee + tip), l1DataWei }
    },
  }
}

const claimArguments = (request: ClaimRequest) => [requestToAbi(request), bytesToHex(request.signature)] as const

/** Where the data lies is no part of what is claimed. */
function isSameBatch(standing: BatchClaim, request: ClaimRequest): boolean {
  return (
    standing.number === request.number &&
    sameBytes(standing.parent, request.parent) &&
    sameBytes(standing.lineage, request.lineage) &&
    sameBytes(standing.coreRoot, request.coreRoot) &&
    sameBytes(standing.witnessRoot, request.witnessRoot) &&
    sameBytes(BlockHeaderType.hashTreeRoot(standing.lastHeader), BlockHeaderType.hashTreeRoot(request.lastHeader))
  )
}

function readReceipt(number: bigint, receipt: TransactionReceipt): ClaimReceipt {
  const [event] = parseEventLogs({ abi: rollupAbi, eventName: 'Claimed', logs: receipt.logs, args: { number } })
  if (event === undefined)
    throw new SettlementError({ code: 'EVENT_INVALID', reason: `claim ${number} was included without its event` })
  const at = { blockNumber: receipt.blockNumber, blockHash: hexToBytes(receipt.blockHash) }
  return { number, hash: hexToBytes(event.args.hash), at, ...paidOf(receipt) }
}

/** What a transaction cost. OP Stack chains say beside what they took for the L1, which viem's formatter of Ethereum leaves as it came. */
function paidOf(receipt: TransactionReceipt): Pick<ClaimReceipt, 'gasUsed' | 'fee' | 'l1Fee'> {
  const { gasUsed, effectiveGasPrice } = receipt
  const l1Fee = (receipt as { readonly l1Fee?: unknown }).l1Fee
  return {
    gasUsed,
    fee: gasUsed * effectiveGasPrice,
    ...((typeof l1Fee === 'string' || typeof l1Fee === 'bigint') && { l1Fee: BigInt(l1Fee) }),
  }
}
