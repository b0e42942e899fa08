import { type BatchClaim, type ClaimRequest, type Settlement, SettlementError } from '@parley/protocol'
import {
  connectTransactionChain,
  openAccountSender,
  type SenderOptions,
  senderDefaults,
  type TextStore,
} from '@parley/transactions'
import { ensureBond } from './claims/bond.ts'
import { type ClaimingOptions, createClaiming } from './claims/claim.ts'
import type { TransactionCost } from './claims/fees.ts'
import { finalizeClaims } from './claims/finality.ts'
import { type Answer, createContester } from './contest/contester.ts'
import { type Question, Questions } from './contest/questions.ts'
import { pushPrices } from './prices/push-prices.ts'
import { connect, createReader, type ReaderDeps, type ReaderOptions, readerDefaults } from './reader.ts'
import { describeRevert } from './reverts.ts'

export interface SettlementDeps extends ReaderDeps {
  /** 32 bytes: the key of the claimer's account. Nothing else may send from that account. */
  readonly secret: Uint8Array
  /** Keeps signed transactions until they are settled. */
  readonly store: TextStore
}

export interface SettlementOptions extends ReaderOptions, ClaimingOptions {
  readonly sending: SenderOptions
  /** Claims made final by one transaction at most; one costs some 10,000 gas. 1 to 500. */
  readonly finalizePerTransaction: bigint
}

export const settlementDefaults: Omit<SettlementOptions, 'rollup'> = {
  ...readerDefaults,
  sending: senderDefaults,
  finalizePerTransaction: 64n,
  maxAheadMs: 120_000n,
}

/** What a claimer does beside claiming. */
export interface ClaimerSettlement extends Settlement {
  /** Whether the prices of data are quoted; otherwise `pushPrices` moves them, too. */
  readonly dataQuoted: boolean
  /** Seconds from a claim to its finality when it is contested until the end: so long its data is needed. */
  readonly longestFinality: number
  /** Seconds without an executed inbox item after which anybody may make claims in the operator’s place. */
  readonly silenceLimit: number
  /**
   * Sees to it that the account may claim and has the bond that a claim needs.
   * @returns the bond in wei.
   * @throws {SettlementError} `CLAIMER_UNKNOWN`, and what sending throws.
   */
  ensureBond(signal: AbortSignal): Promise<bigint>
  /** What claiming would cost now. @throws {SettlementError} `SETTLEMENT_UNAVAILABLE`; {TransactionError} `TRANSACTION_REFUSED`, `CHAIN_UNAVAILABLE`. */
  quote(request: ClaimRequest, signal: AbortSignal): Promise<TransactionCost>
  /**
   * Moves the L3's prices towards what the L2 knows of its L1; anyone may, once an interval.
   * @returns whether there was anything to move.
   * @throws {TransactionError} what sending throws.
   */
  pushPrices(signal: AbortSignal): Promise<boolean>
  /**
   * Data of claims that was asked for and is not answered, claim by claim, the one that was asked about first before others; some hundreds at once.
   * @param isOurs - Whether the caller has the data of a claim; those of others are left out.
   * @throws {SettlementError} `SETTLEMENT_UNAVAILABLE`, and what `isOurs` throws.
   */
  questions(isOurs: (claim: BatchClaim) => Promise<boolean>, signal: AbortSignal): Promise<readonly Question[]>
  /**
   * Answers some of one claim in one transaction, with what `pageOf` or `listOf` gives.
   * @returns `already` when all were answered before, or the claim no longer stands.
   * @throws {TransactionError} `TRANSACTION_REFUSED` when one is not what stands there, and what sending throws.
   */
  answer(claim: BatchClaim, answers: readonly Answer[], signal: AbortSignal): Promise<'done' | 'already'>
}

/**
 * Opens the deployment at `options.rollup` for a claimer and takes up what an earlier run left on its way.
 * @throws {SettlementError} `DEPLOYMENT_UNKNOWN`, `SETTLEMENT_UNAVAILABLE`, `OPTION_INVALID`, `RECORD_INVALID`.
 */
export async function openSettlement(
  deps: SettlementDeps,
  options: SettlementOptions,
  signal: AbortSignal,
): Promise<ClaimerSettlement> {
  if (options.finalizePerTransaction < 1n || options.finalizePerTransaction > 500n)
    throw new SettlementError({ code: 'OPTION_INVALID', field: 'finalizePerTransaction', reason: 'is not 1 to 500' })
  const connection = await connect(deps, options, signal)
  const chain = await connectTransactionChain({ transport: deps.transport, describeRevert }, signal)
  const sender = await openAccountSender(
    { ...deps, describeRevert, metrics: deps.metrics.sending },
    options.sending,
    signal,
  )
  const contester = createContester(connection, sender)
  const questions = new Questions(connection.client, connection.contracts, connection.pages)
  return {
    ...createReader(deps, options, connection),
    ...createClaiming({ connection, chain, sender, clock: deps.clock }, options),
    finalize: (inner) => finalizeClaims(connection, sender, options.finalizePerTransaction, inner),
    ensureBond: (inner) => ensureBond(connection, sender, inner),
    dataQuoted: connection.contracts.priceRules.dataQuoted,
    longestFinality: connection.contracts.longestFinality,
    silenceLimit: connection.contracts.silenceLimit,
    pushPrices: (inner) => pushPrices(connection, sender, inner),
    questions: (isOurs, inner) => questions.open(isOurs, inner),
    async answer(claim, answers, inner) {
      const parent = await contester.parentOf(claim, inner)
      if (parent === undefined) return 'already'
      return (await contester.answer({ claim, parent }, answers, inner)).outcome
    },
    close: () => sender.close(),
  }
}
