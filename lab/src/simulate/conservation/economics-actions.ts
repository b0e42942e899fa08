import { type Address, bytesToHex } from 'viem'
import { signAttestation } from '../chain/sign.ts'
import type { Transaction } from '../chain/simulated-chain.ts'
import {
  bookIncome,
  leavingOf,
  lower,
  type Maker,
  oneOf,
  personOf,
  stakeOf,
  upTo,
  type World,
  walletOf,
} from './world.ts'

/** Books anew what an account has staked. */
function restake({ known, ledger }: World, account: Address): void {
  known.staked.set(account, ledger.balanceOf(stakeOf(account)))
}

export const stake: Maker = (world, random) => {
  const [from, account] = [personOf(world, random), personOf(world, random)]
  const value = upTo(random, 2n * 10n ** 15n)
  return {
    action: 'stake',
    transaction: world.contracts.stakes.call(from, 'stake', [account], value),
    settle: () => {
      world.ledger.post(walletOf(from), stakeOf(account), value)
      restake(world, account)
    },
  }
}

export const startExit: Maker = (world, random) => {
  const from = personOf(world, random)
  const staked = world.ledger.balanceOf(stakeOf(from))
  const amount = oneOf(random, [staked, upTo(random, staked), staked + 1n])
  return {
    action: 'startExit',
    transaction: world.contracts.stakes.call(from, 'startExit', [amount]),
    settle: () => {
      world.ledger.post(stakeOf(from), leavingOf(from), amount)
      restake(world, from)
    },
  }
}

export const withdrawStake: Maker = (world, random) => {
  const { ledger, people } = world
  const leaving = people.map(({ address }) => lower(address)).filter((each) => ledger.balanceOf(leavingOf(each)) > 0n)
  if (leaving.length === 0) return undefined
  const [from, recipient] = [oneOf(random, leaving), personOf(world, random)]
  return {
    action: 'withdrawStake',
    transaction: world.contracts.stakes.call(from, 'withdraw', [recipient]),
    settle: () => ledger.post(leavingOf(from), walletOf(recipient), ledger.balanceOf(leavingOf(from))),
  }
}

export const collectSlashed: Maker = (world, random) => ({
  action: 'collectSlashed',
  transaction: world.contracts.stakes.call(personOf(world, random), 'collectSlashed', []),
  settle: () => bookIncome(world, 'stakes slashed', world.ledger.balanceOf('stakes slashed')),
})

const day = 86_400n
const nothing = `0x${'00'.repeat(32)}` as const

/** One of the publishers that the network follows names somebody, or takes it back. */
export const publish: Maker = (world, random) => {
  const { known, contracts } = world
  const publisher = oneOf(random, [...known.lists.keys()])
  const list = known.lists.get(publisher)
  const account = personOf(world, random)
  const version = (list?.version ?? 0n) + 1n
  const validUntil = world.chain.now + day + upTo(random, 30n * day)
  const [added, removed] = random.unit() < 0.5 ? [[account], []] : [[], [account]]
  const change = { publisher, version, validUntil, evidence: nothing, added, removed }
  return {
    action: 'publish',
    transaction: contracts.lists.call(publisher, 'update', [change, '0x']),
    settle: () => {
      const accounts = new Set(list?.accounts)
      for (const each of added) accounts.add(each)
      for (const each of removed) accounts.delete(each)
      known.lists.set(publisher, { version, validUntil, accounts })
    },
  }
}

export const attest: Maker = async (world, random) => {
  const { attester, contracts, known } = world
  const subject = personOf(world, random)
  const issuedAt = world.chain.now
  const expiresAt = issuedAt + day + upTo(random, 60n * day)
  const { address } = contracts.reputation
  const signature = await signAttestation(attester, address, { subject, issuedAt, expiresAt })
  const args = [attester.address, subject, issuedAt, expiresAt, signature] as const
  return {
    action: 'attest',
    transaction: contracts.reputation.call(personOf(world, random), 'attest', args),
    settle: () => void known.attestedUntil.set(subject, expiresAt),
  }
}

/** Part of a claim that costs are recorded for here. */
const corePart = 0

export const recordCost: Maker = (world, random, step) => {
  const amount = 1n + upTo(random, 10n ** 13n - 1n)
  const claim = BigInt(1 + step)
  const record = { claim, part: corePart, layer: 1, amount, evidence: bytesToHex(world.derive('evidence', step)) }
  return {
    action: 'recordCost',
    transaction: world.contracts.treasury.call(world.operator, 'recordCosts', [[record]]),
    settle: () => {
      world.known.treasury.record(amount)
      world.known.records.set(claim, amount)
    },
  }
}

export const reimburse: Maker = (world, random) => ({
  action: 'reimburse',
  transaction: world.contracts.treasury.call(personOf(world, random), 'reimburse', [world.operator]),
  settle: (_, now) => {
    const amount = world.known.treasury.reimburse(now)
    world.ledger.post('treasury income', walletOf(world.operator), amount)
  },
})

/** Anyone may give to the treasury. */
export const donate: Maker = (world, random) => {
  const from = personOf(world, random)
  const value = upTo(random, 10n ** 13n)
  const transaction: Transaction = { from, to: world.contracts.treasury.address, data: '0x', value }
  return { action: 'donate', transaction, settle: () => bookIncome(world, walletOf(from), value) }
}
