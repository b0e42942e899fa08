import { type Address, zeroAddress } from 'viem'
import type { RandomStream } from '../../load/seeded.ts'
import type { Transaction } from '../chain/simulated-chain.ts'
import { bulkParameters, commonCurve, reimbursementBounds, reputationParameters } from './parameters.ts'
import { leavingOf, lower, oneOf, personOf, stakeOf, upTo, type World, walletOf } from './world.ts'

/** What governance may decide, and how it is booked. */
interface Change {
  readonly what: string
  readonly call: Transaction
  settle(now: bigint): void
}

type ChangeMaker = (world: World, random: RandomStream) => Change

/** The timelock sends it; who is named here does not matter. */
const timelock = zeroAddress

/** Within tenfold of what was, whatever was before within the same. */
const aFewTimes = (random: RandomStream, amount: bigint): bigint => amount + upTo(random, 2n * amount)

const setProtocolShare: ChangeMaker = ({ contracts, known }, random) => {
  const share = random.below(2_001)
  return {
    what: 'protocol share',
    call: contracts.inbox.call(timelock, 'setProtocolShare', [share]),
    settle: () => {
      known.protocolShare = BigInt(share)
    },
  }
}

const setRegistrationFee: ChangeMaker = ({ contracts, known }, random) => {
  const fee = 10n ** 12n + upTo(random, 9n * 10n ** 12n)
  return {
    what: 'registration fee',
    call: contracts.directory.call(timelock, 'setRegistrationFee', [fee]),
    settle: () => {
      known.registrationFee = fee
    },
  }
}

const setPricing: ChangeMaker = ({ contracts, known }, random) => {
  const isPriced = random.unit() < 0.7
  return {
    what: 'pricing',
    call: contracts.inbox.call(timelock, 'setPricing', [isPriced ? contracts.pricing.address : zeroAddress]),
    settle: () => {
      known.isPriced = isPriced
    },
  }
}

const setBulkParameters: ChangeMaker = ({ contracts, known }, random) => {
  const next = {
    ...bulkParameters,
    base: oneOf(random, [0n, aFewTimes(random, bulkParameters.base)]),
    unit: aFewTimes(random, bulkParameters.unit),
    epoch: bulkParameters.epoch * (1 + random.below(3)),
    invites: 1 + random.below(4),
    steepness: 1 + random.below(16),
  }
  return {
    what: 'bulk parameters',
    call: contracts.pricing.call(timelock, 'setParameters', [next]),
    settle: (now) => known.bulk.setParameters(next, now),
  }
}

const setReputation: ChangeMaker = ({ contracts, known }, random) => {
  const next = {
    ...reputationParameters,
    newcomer: reputationParameters.newcomer * (1 + random.below(3)),
    maturity: reputationParameters.maturity * (1 + random.below(3)),
    attestation: random.below(10_001),
  }
  return {
    what: 'reputation parameters',
    call: contracts.reputation.call(timelock, 'setParameters', [next]),
    settle: () => {
      known.reputation = next
    },
  }
}

const setCommonCurve: ChangeMaker = ({ contracts, known }, random) => {
  const next = {
    ...commonCurve,
    minFee: aFewTimes(random, commonCurve.minFee),
    target: 1 + random.below(9),
    fraction: 2 + random.below(9),
  }
  return {
    what: 'common curve',
    call: contracts.demand.call(timelock, 'setCommonCurve', [next]),
    settle: () => known.demand.setCommonCurve(next),
  }
}

const setBounds: ChangeMaker = ({ contracts, known }, random) => {
  const next = {
    ...reimbursementBounds,
    perPeriod: aFewTimes(random, reimbursementBounds.perPeriod),
    period: reimbursementBounds.period * (1 + random.below(3)),
    incomeShare: random.below(10_001),
  }
  return {
    what: 'reimbursement bounds',
    call: contracts.treasury.call(timelock, 'setBounds', [next]),
    settle: () => known.treasury.setBounds(next),
  }
}

/** Sometimes more than there is to spend, which then is what is spent. */
const spend: ChangeMaker = (world, random) => {
  const { contracts, ledger, known } = world
  const recipient = personOf(world, random)
  const amount = upTo(random, ledger.balanceOf('treasury income'))
  return {
    what: 'spend',
    call: contracts.treasury.call(timelock, 'spend', [recipient, amount, 'a grant']),
    settle: (now) => {
      const spent = known.treasury.spend(amount, now)
      ledger.post('treasury income', walletOf(recipient), spent)
    },
  }
}

const strike: ChangeMaker = ({ contracts, known, rollup }, random) => {
  const claim = oneOf(random, [...known.records.keys(), 1n])
  return {
    what: 'strike',
    call: contracts.treasury.call(timelock, 'strikeCost', [rollup, claim, 0]),
    settle: () => {
      known.treasury.strike(known.records.get(claim) ?? 0n)
      known.records.delete(claim)
    },
  }
}

/** From what is leaving first; all there is, where that is less by then. */
const slash: ChangeMaker = (world, random) => {
  const { contracts, ledger, known } = world
  const stakeIn = (address: Address): bigint =>
    ledger.balanceOf(stakeOf(address)) + ledger.balanceOf(leavingOf(address))
  const account = world.people.map(({ address }) => address).reduce((a, b) => (stakeIn(b) > stakeIn(a) ? b : a))
  const amount = 1n + upTo(random, stakeIn(account) / 2n)
  return {
    what: 'slash',
    call: contracts.stakes.call(timelock, 'slash', [account, amount, `0x${'00'.repeat(32)}`]),
    settle: () => {
      const leaving = ledger.balanceOf(leavingOf(account))
      const staked = ledger.balanceOf(stakeOf(account))
      const fromLeaving = amount < leaving ? amount : leaving
      const rest = amount - fromLeaving
      ledger.post(leavingOf(account), 'stakes slashed', fromLeaving)
      ledger.post(stakeOf(account), 'stakes slashed', rest < staked ? rest : staked)
      known.staked.set(lower(account), ledger.balanceOf(stakeOf(account)))
    },
  }
}

export const governanceCalls: readonly ChangeMaker[] = [
  setProtocolShare,
  setRegistrationFee,
  setPricing,
  setBulkParameters,
  setReputation,
  setCommonCurve,
  setBounds,
  spend,
  spend,
  strike,
  slash,
  slash,
]
