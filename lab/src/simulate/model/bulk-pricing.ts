import type { Preset } from '@parley/infra'
import type { Address } from 'viem'
import { fakeExponential } from './demand.ts'
import type { Repute } from './reputation.ts'

/** Amounts in wei, the epoch in seconds. */
export type BulkParameters = Preset['reputation']['bulk']

export interface Charged {
  readonly sender: Address
  readonly payer: Address
  readonly now: bigint
  readonly reputeOf: (account: Address) => Repute
}

/** The network's part of invites, by the specification, counted apart from the contract. */
export interface BulkPricingModel {
  /** Takes note of an invite. @returns wei. */
  charge(invite: Charged): bigint
  setParameters(next: BulkParameters, now: bigint): void
}

interface Growth {
  readonly excess: bigint
  readonly allowance: bigint
}

const [whole, maxExponent, maxAllowance] = [10_000n, 17n, 10n ** 9n] as const

/** @param anchoredAt - When the contract was deployed, in seconds since 1970. */
export function createBulkPricingModel(initial: BulkParameters, anchoredAt: bigint): BulkPricingModel {
  let parameters = initial
  let anchor = { epoch: 1n, at: anchoredAt }
  /** Invites sent, and senders paid for, by account and epoch. */
  const reached = new Map<string, number>()
  /** Senders of no less repute whom a payer paid for, by epoch: each counts once. */
  const pairs = new Set<string>()

  const epochAt = (now: bigint): bigint => anchor.epoch + (now - anchor.at) / BigInt(parameters.epoch)
  const count = (kind: 'invites' | 'senders', account: Address, epoch: bigint, more: number): number => {
    const key = `${kind} ${account} ${epoch}`
    const known = (reached.get(key) ?? 0) + more
    reached.set(key, known)
    return known
  }
  const isNewPair = (payer: Address, sender: Address, epoch: bigint): boolean => {
    const pair = `${payer} ${sender} ${epoch}`
    const isNew = !pairs.has(pair)
    pairs.add(pair)
    return isNew
  }
  const growthOf = (reach: number, free: number, stake: bigint, step: bigint): Growth => {
    const raised = BigInt(free) + stake / step
    const allowance = raised < maxAllowance ? raised : maxAllowance
    return { excess: BigInt(reach) > allowance ? BigInt(reach) - allowance : 0n, allowance }
  }
  const partOf = (surcharge: bigint, { excess, allowance }: Growth): bigint => {
    const { unit, steepness, base, maxPart } = parameters
    const exponent = excess * BigInt(steepness)
    const most = maxExponent * allowance
    const part = base + fakeExponential((unit * surcharge) / whole, exponent < most ? exponent : most, allowance) - unit
    return part < maxPart ? part : maxPart
  }

  return {
    charge({ sender, payer, now, reputeOf }) {
      const epoch = epochAt(now)
      const bySender = reputeOf(sender)
      const byPayer = sender === payer ? bySender : reputeOf(payer)
      const answers = byPayer.surcharge < bySender.surcharge
      // Who answers for a sender counts its invites in the sender's place.
      const invites = count('invites', sender, epoch, answers ? 0 : 1)
      const sent = answers ? 0 : invites
      const growth = growthOf(sent, parameters.invites, bySender.stake, parameters.stakePerInvite)
      if (sender === payer) return partOf(bySender.surcharge, growth)
      const senders = count('senders', payer, epoch, answers || isNewPair(payer, sender, epoch) ? 1 : 0)
      const ofPayer = growthOf(senders, parameters.senders, byPayer.stake, parameters.stakePerSender)
      const isPayers = ofPayer.excess * growth.allowance > growth.excess * ofPayer.allowance
      return partOf(answers ? byPayer.surcharge : bySender.surcharge, isPayers ? ofPayer : growth)
    },
    setParameters(next, now) {
      if (next.epoch !== parameters.epoch) anchor = { epoch: epochAt(now) + 1n, at: now }
      parameters = next
    },
  }
}
