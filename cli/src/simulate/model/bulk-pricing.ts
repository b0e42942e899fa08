import type { Preset } from '@parley/infra'
import type { Address } from 'viem'
import { fakeExponential } from './demand.ts'
import type { Repute } from './reputation.ts'

/** Amounts in wei, the epoch in seconds. */
export type BulkParameters = Preset['reputation']['bulk']

export interface Charged {
  readonly sender: Address
  readonly payer: Address
  readonly recipient: Address
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
  /** What an account reached in an epoch. */
  const reached = new Map<string, Set<string>>()

  const epochAt = (now: bigint): bigint => anchor.epoch + (now - anchor.at) / BigInt(parameters.epoch)
  const reachOf = (kind: 'inboxes' | 'senders', account: Address, epoch: bigint): Set<string> => {
    const key = `${kind} ${account} ${epoch}`
    const known = reached.get(key) ?? new Set()
    reached.set(key, known)
    return known
  }
  const growthOf = (count: number, free: number, stake: bigint, step: bigint): Growth => {
    const raised = BigInt(free) + stake / step
    const allowance = raised < maxAllowance ? raised : maxAllowance
    return { excess: BigInt(count) > allowance ? BigInt(count) - allowance : 0n, allowance }
  }
  const partOf = (surcharge: bigint, { excess, allowance }: Growth): bigint => {
    const { unit, steepness, base, maxPart } = parameters
    const exponent = excess * BigInt(steepness)
    const most = maxExponent * allowance
    const part = base + fakeExponential((unit * surcharge) / whole, exponent < most ? exponent : most, allowance) - unit
    return part < maxPart ? part : maxPart
  }

  return {
    charge({ sender, payer, recipient, now, reputeOf }) {
      const epoch = epochAt(now)
      const bySender = reputeOf(sender)
      const inboxes = reachOf('inboxes', sender, epoch).add(recipient)
      const growth = growthOf(inboxes.size, parameters.inboxes, bySender.stake, parameters.stakePerInbox)
      if (sender === payer) return partOf(bySender.surcharge, growth)
      const byPayer = reputeOf(payer)
      const answers = byPayer.surcharge < bySender.surcharge
      const senders = reachOf('senders', payer, epoch).add(answers ? `${sender} ${recipient}` : sender)
      const ofPayer = growthOf(senders.size, parameters.senders, byPayer.stake, parameters.stakePerSender)
      const isPayers = ofPayer.excess * growth.allowance > growth.excess * ofPayer.allowance
      return partOf(answers ? byPayer.surcharge : bySender.surcharge, isPayers ? ofPayer : growth)
    },
    setParameters(next, now) {
      if (next.epoch !== parameters.epoch) anchor = { epoch: epochAt(now) + 1n, at: now }
      parameters = next
    },
  }
}
