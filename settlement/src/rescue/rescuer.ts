import { inboxAbi, rollupAbi } from '@parley/contracts'
import { ask, invalidEvent } from '@parley/l2'
import type { BatchClaim, Bytes20, RescueRequest, Silence } from '@parley/protocol'
import type { TransactionSender } from '@parley/transactions'
import { bytesToHex, encodeFunctionData, hexToBytes } from 'viem'
import { bondOf, fillBond } from '../claims/bond.ts'
import { claimToAbi } from '../claims/convert.ts'
import { act, type Contested, keyOf } from '../contest/act.ts'
import { runsToAbi } from '../contest/convert.ts'
import { isGone } from '../contest/gone.ts'
import type { Connection } from '../reader.ts'
import { readSilence } from './silence.ts'

/** What rescues take and cost in a deployment. Times in seconds, amounts in wei. */
export interface RescueTerms {
  /** How long the oldest item must have waited before a silence may be declared. */
  readonly silenceLimit: number
  /** From the declaration until rescues may be made. */
  readonly notice: number
  /** What a rescuer has at stake; it has it back, see docs/spec/settlement.md#bonds. */
  readonly bond: bigint
}

/**
 * Ends a silence from an account of its own. What sends throws {@link TransactionError} `TRANSACTION_REFUSED` with the
 * contract's error where that would not take it, what sending throws, and `SETTLEMENT_UNAVAILABLE`.
 */
export interface Rescuer {
  readonly address: Bytes20
  readonly terms: RescueTerms
  silence(signal: AbortSignal): Promise<Silence>
  /** Declares that the oldest item not consumed waits for too long. */
  declareSilent(signal: AbortSignal): Promise<Contested>
  /**
   * Claims a block of items on top of `request.parent`, whose header it has to fit.
   * @returns `already` when another claim stands there.
   */
  rescue(request: RescueRequest, signal: AbortSignal): Promise<Contested>
  /** The claim at the head of the L2's latest block, whole. */
  head(signal: AbortSignal): Promise<BatchClaim>
  /** Items of the inbox that no claim has consumed. */
  waiting(signal: AbortSignal): Promise<bigint>
  /** Brings the account's bond to what a rescue needs. @returns the bond in wei. */
  ensureBond(signal: AbortSignal): Promise<bigint>
  /** Wei that the account has at stake, and that it can spend. */
  means(signal: AbortSignal): Promise<{ readonly bond: bigint; readonly funds: bigint }>
  /** Wei that a unit of gas costs on the L2 now, with the tip. */
  gasPrice(signal: AbortSignal): Promise<bigint>
  close(): Promise<void>
}

/** One that sends from an account that others may send from, too. */
export function createRescuer(connection: Connection, sender: TransactionSender): Rescuer {
  const { client, contracts, claims } = connection
  const { rollup } = contracts
  return {
    address: hexToBytes(sender.address),
    terms: { silenceLimit: contracts.silenceLimit, notice: contracts.notice, bond: contracts.rescueBond },
    silence: (signal) => readSilence(client, rollup, signal),
    async declareSilent(signal) {
      const data = encodeFunctionData({ abi: rollupAbi, functionName: 'declareSilent' })
      const isDone = ({ errorName }: { readonly errorName: string }): boolean =>
        errorName === 'Rollup_SilentAlready' || errorName === 'Rollup_InRescue'
      const { number } = await claims.head(signal)
      return act(client, sender, { key: `silent:${number}`, call: { to: rollup, data, value: 0n }, isDone }, signal)
    },
    rescue({ parent, stateRoot, runs, ...fields }, signal) {
      const request = { ...fields, parent: claimToAbi(parent), stateRoot: bytesToHex(stateRoot), runs: runsToAbi(runs) }
      const data = encodeFunctionData({ abi: rollupAbi, functionName: 'rescue', args: [request] })
      const call = { to: rollup, data, value: 0n }
      return act(client, sender, { key: keyOf('rescue', data), call, isDone: isGone(parent) }, signal)
    },
    async head(signal) {
      const { number } = await claims.head(signal)
      const standing = await claims.standing(number, signal)
      if (standing === undefined) throw invalidEvent(`claim ${number} was taken back meanwhile`)
      return standing.claim
    },
    async waiting(signal) {
      const [{ inboxCount }, count] = await Promise.all([
        ask(() => client.readContract({ address: rollup, abi: rollupAbi, functionName: 'head' }), signal),
        ask(() => client.readContract({ address: contracts.inbox, abi: inboxAbi, functionName: 'count' }), signal),
      ])
      return count - inboxCount
    },
    ensureBond: (signal) => fillBond(connection, sender, contracts.rescueBond, signal),
    async means(signal) {
      const [bond, funds] = await Promise.all([
        bondOf(connection, sender.address, signal),
        ask(() => client.getBalance({ address: sender.address }), signal),
      ])
      return { bond, funds }
    },
    gasPrice: (signal) => ask(() => client.getGasPrice(), signal),
    close: () => sender.close(),
  }
}
