import { rollupAbi } from '@parley/contracts'
import { ask } from '@parley/l2'
import {
  type BatchClaim,
  type Bytes20,
  type Bytes32,
  type DataPlace,
  SettlementError,
  type SignedHeader,
} from '@parley/protocol'
import type { ProofKind } from '@parley/protocol/fraud'
import type { TransactionSender } from '@parley/transactions'
import { bytesToHex, encodeFunctionData, type Hex, hexToBytes } from 'viem'
import { claimToAbi, headerToAbi } from '../claims/convert.ts'
import type { Connection } from '../reader.ts'
import { type Action, act, type Contested, keyOf } from './act.ts'
import { ChallengeState, placeToAbi } from './convert.ts'
import { isGone } from './gone.ts'
import { type RollupError, refusalOf } from './refusal.ts'

/** A claim in question, as its event told it, and the one before it. */
export interface InQuestion {
  readonly claim: BatchClaim
  readonly parent: BatchClaim
}

/** What stands at a place that was asked for, as `pageOf` or `listOf` gives it. */
export interface Answer {
  readonly place: DataPlace
  readonly data: Uint8Array
}

/** What became of evidence: `unbonded` may be shown once the bond behind the key is filled again. */
export type EvidenceOutcome = Contested['outcome'] | 'unbonded'

/** What a challenge is kept by. */
export interface ClaimName {
  readonly number: bigint
  readonly hash: Bytes32
}

/**
 * Contests claims from one account. Each function sends one transaction where the contract would take it now, and throws
 * {@link TransactionError} `TRANSACTION_REFUSED` with the contract's error where it would not, what sending throws, and
 * `SETTLEMENT_UNAVAILABLE`.
 */
export interface Contester {
  readonly address: Bytes20
  /** Takes the claim back by a proof of `proofOf`. */
  prove(kind: ProofKind, claim: InQuestion, proof: Uint8Array, signal: AbortSignal): Promise<Contested>
  /** As `prove`, with the claim before it looked for on the L2. */
  proveWrong(claim: BatchClaim, kind: ProofKind, proof: Uint8Array, signal: AbortSignal): Promise<Contested['outcome']>
  /** Asks for pieces of the claim's data. The deposit is what the contract asks for now and a quarter more, for the case that fees rise; the rest is credited. */
  challenge(claim: InQuestion, places: readonly DataPlace[], signal: AbortSignal): Promise<Contested>
  /** As `challenge`, with the claim before it looked for on the L2. `late`: the time to ask is over. */
  askFor(claim: BatchClaim, places: readonly DataPlace[], signal: AbortSignal): Promise<Contested['outcome'] | 'late'>
  /** Wei that the contract asks for as the deposit of a place now. */
  deposit(signal: AbortSignal): Promise<bigint>
  /** Answers what was asked for; the contract leaves out what waits for no answer. `already`: none of them does. */
  answer(claim: InQuestion, answers: readonly Answer[], signal: AbortSignal): Promise<Contested>
  /** Seconds by which answers about the claims of `claimer` lengthened the time for the others, to be added to deadlines. */
  answeringTime(claimer: Bytes20, signal: AbortSignal): Promise<bigint>
  /** Takes the claim back, since `place` was not answered in time. */
  removeUnanswered(claim: InQuestion, place: DataPlace, signal: AbortSignal): Promise<Contested>
  /**
   * Shows two headers that the key of their number signed for one lineage and number, which costs the bond behind it.
   * @returns `already` when the place was shown before; `unbonded`, and nothing is sent, while the bond is not full.
   */
  proveEquivocation(a: SignedHeader, b: SignedHeader, signal: AbortSignal): Promise<EvidenceOutcome>
  /**
   * Shows a signed header against the other one that a final claim of its lineage has at that number, with the same consequence.
   * @param opening - What `openHeader` gives.
   */
  proveContradiction(
    signed: SignedHeader,
    finalClaim: BatchClaim,
    opening: Uint8Array,
    signal: AbortSignal,
  ): Promise<EvidenceOutcome>
  /** As `removeUnanswered`, with the claim before it looked for on the L2. */
  dropUnanswered(claim: BatchClaim, place: DataPlace, signal: AbortSignal): Promise<Contested['outcome']>
  /** Has the deposit of an open challenge credited to who made it, once the claim no longer stands. */
  refund(claim: ClaimName, place: DataPlace, signal: AbortSignal): Promise<Contested>
  /** The claim before one that stands, the first of all included; undefined when that does not stand. */
  parentOf(claim: BatchClaim, signal: AbortSignal): Promise<BatchClaim | undefined>
  /** Wei that this account can spend. */
  funds(signal: AbortSignal): Promise<bigint>
  /** Wei that this account is credited. */
  credit(signal: AbortSignal): Promise<bigint>
  /** Pays the credit to `recipient`. @returns what it was, 0 when there was none. */
  withdrawCredit(recipient: Bytes20, signal: AbortSignal): Promise<bigint>
  close(): Promise<void>
}

interface Contest extends Pick<Action, 'key' | 'isDone'> {
  readonly data: Hex
  readonly value?: bigint
}

/** One that sends from an account that others may send from, too. */
export function createContester({ client, contracts, claims }: Connection, sender: TransactionSender): Contester {
  const rollup = { address: contracts.rollup, abi: rollupAbi } as const
  const account = [sender.address] as const

  const acting = ({ key, data, value = 0n, isDone }: Contest, signal: AbortSignal): Promise<Contested> =>
    act(client, sender, { key, call: { to: contracts.rollup, data, value }, isDone }, signal)

  async function show(data: Hex, signal: AbortSignal): Promise<EvidenceOutcome> {
    const key = keyOf('evidence', data)
    if (!sender.isPending(key)) {
      const refusal = await refusalOf(client, sender.address, { to: contracts.rollup, data, value: 0n }, signal)
      if (refusal?.error?.errorName === 'Rollup_BondTooSmall') return 'unbonded'
    }
    const isDone: Contest['isDone'] = ({ errorName }) => errorName === 'Rollup_ShownAlready'
    return (await acting({ key, data, isDone }, signal)).outcome
  }

  const readDeposit = (signal: AbortSignal): Promise<bigint> =>
    ask(() => client.readContract({ ...rollup, functionName: 'challengeDeposit' }), signal)

  async function challenge(
    inQuestion: InQuestion,
    places: readonly DataPlace[],
    signal: AbortSignal,
    isPointless: Contest['isDone'],
  ): Promise<Contested> {
    const deposit = await readDeposit(signal)
    const args = [...claimsOf(inQuestion), places.map(placeToAbi)] as const
    const data = encodeFunctionData({ abi: rollupAbi, functionName: 'challengeData', args })
    const gone = isGone(inQuestion.claim)
    const isDone: Contest['isDone'] = (error) =>
      error.errorName === 'Rollup_AskedAlready' || gone(error) || isPointless(error)
    const value = (BigInt(places.length) * deposit * 5n) / 4n
    return acting({ key: keyOf('challenge', data), data, value, isDone }, signal)
  }

  return {
    address: hexToBytes(sender.address),

    prove(kind, inQuestion, proof, signal) {
      const data = encodeFunctionData({
        abi: rollupAbi,
        functionName: 'prove',
        args: [kind, ...claimsOf(inQuestion), bytesToHex(proof)],
      })
      return acting({ key: keyOf('prove', data), data, isDone: isGone(inQuestion.claim) }, signal)
    },

    async proveWrong(claim, kind, proof, signal) {
      const parent = await this.parentOf(claim, signal)
      // What follows a claim that is gone is gone, too.
      if (parent === undefined) return 'already'
      return (await this.prove(kind, { claim, parent }, proof, signal)).outcome
    },

    challenge: (inQuestion, places, signal) => challenge(inQuestion, places, signal, () => false),

    async askFor(claim, places, signal) {
      const parent = await this.parentOf(claim, signal)
      if (parent === undefined) return 'already'
      let isLate = false
      const { outcome } = await challenge({ claim, parent }, places, signal, ({ errorName }) => {
        isLate ||= errorName === 'Rollup_AskedTooLate'
        return isLate
      })
      return isLate ? 'late' : outcome
    },

    deposit: readDeposit,

    answer(inQuestion, answers, signal) {
      const abiAnswers = answers.map(({ place, data }) => ({ place: placeToAbi(place), data: bytesToHex(data) }))
      const args = [...claimsOf(inQuestion), abiAnswers] as const
      const data = encodeFunctionData({ abi: rollupAbi, functionName: 'answerData', args })
      const gone = isGone(inQuestion.claim)
      const isDone: Contest['isDone'] = (error) => isInState(error, ChallengeState.answered) || gone(error)
      return acting({ key: keyOf('answer', data), data, isDone }, signal)
    },

    answeringTime: (claimer, signal) =>
      ask(() => client.readContract({ ...rollup, functionName: 'answeringTime', args: [bytesToHex(claimer)] }), signal),

    removeUnanswered(inQuestion, place, signal) {
      const args = [...claimsOf(inQuestion), placeToAbi(place)] as const
      const data = encodeFunctionData({ abi: rollupAbi, functionName: 'removeUnanswered', args })
      return acting({ key: keyOf('unanswered', data), data, isDone: isGone(inQuestion.claim) }, signal)
    },

    proveEquivocation(a, b, signal) {
      const args = [...signedToAbi(a), ...signedToAbi(b)] as const
      return show(encodeFunctionData({ abi: rollupAbi, functionName: 'proveEquivocation', args }), signal)
    },

    async proveContradiction(signed, finalClaim, opening, signal) {
      const parent = await this.parentOf(finalClaim, signal)
      if (parent === undefined)
        throw new SettlementError({ code: 'SETTLEMENT_UNAVAILABLE', reason: 'a final claim does not stand' })
      const args = [...signedToAbi(signed), ...claimsOf({ claim: finalClaim, parent }), bytesToHex(opening)] as const
      return show(encodeFunctionData({ abi: rollupAbi, functionName: 'proveContradiction', args }), signal)
    },

    async dropUnanswered(claim, place, signal) {
      const parent = await this.parentOf(claim, signal)
      return parent === undefined ? 'already' : (await this.removeUnanswered({ claim, parent }, place, signal)).outcome
    },

    refund({ number, hash }, place, signal) {
      const args = [number, bytesToHex(hash), placeToAbi(place)] as const
      const data = encodeFunctionData({ abi: rollupAbi, functionName: 'refundChallenge', args })
      const { refunded, expired } = ChallengeState
      const isDone: Contest['isDone'] = (error) => isInState(error, refunded) || isInState(error, expired)
      return acting({ key: keyOf('refund', data), data, isDone }, signal)
    },

    parentOf: async ({ number }, signal) => (await claims.standing(number - 1n, signal))?.claim,
    funds: (signal) => ask(() => client.getBalance({ address: sender.address }), signal),

    credit: (signal) => ask(() => client.readContract({ ...rollup, functionName: 'creditOf', args: account }), signal),

    async withdrawCredit(recipient, signal) {
      const credit = await this.credit(signal)
      if (credit === 0n) return 0n
      const args = [bytesToHex(recipient)] as const
      const data = encodeFunctionData({ abi: rollupAbi, functionName: 'withdrawCredit', args })
      await sender.send({ key: `credit:${credit}`, call: { to: contracts.rollup, data, value: 0n } }, signal)
      return credit
    },

    close: () => sender.close(),
  }
}

const signedToAbi = ({ header, signature }: SignedHeader) => [headerToAbi(header), bytesToHex(signature)] as const
const claimsOf = ({ claim, parent }: InQuestion) => [claimToAbi(claim), claimToAbi(parent)] as const

function isInState(error: RollupError, state: number): boolean {
  return error.errorName === 'Rollup_NotOpen' && error.args[0] === state
}
