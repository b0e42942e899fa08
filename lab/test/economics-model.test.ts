import type { Address } from 'viem'
import { expect, test } from 'vitest'
import { type Account, createLedger } from '../src/simulate/conservation/ledger.ts'
import { type BulkParameters, createBulkPricingModel } from '../src/simulate/model/bulk-pricing.ts'
import { fakeExponential } from '../src/simulate/model/demand.ts'
import { type ReputationParameters, reputeOf, type Standings } from '../src/simulate/model/reputation.ts'
import { createTreasuryModel } from '../src/simulate/model/treasury.ts'

const address = (n: number): Address => `0x${n.toString(16).padStart(40, '0')}`
const [reputable, fresh] = [address(1), address(2)]

const parameters: BulkParameters = {
  base: 5n,
  unit: 1_000n,
  maxPart: 10n ** 9n,
  stakePerInvite: 10n,
  stakePerSender: 10n,
  epoch: 100,
  invites: 2,
  senders: 1,
  steepness: 1,
}
const repute = (account: Address) => ({ surcharge: account === reputable ? 10_000n : 50_000n, stake: 0n })

function charge(now: bigint, sender: Address, payer: Address, model = createBulkPricingModel(parameters, 0n)) {
  return model.charge({ sender, payer, now, reputeOf: repute })
}

test('bulk pricing model › is flat within the allowance, grows beyond it, and begins anew with an epoch', () => {
  const model = createBulkPricingModel(parameters, 0n)
  const parts = [1, 2, 3].map(() => charge(0n, reputable, reputable, model))
  // The third invite is half the allowance beyond it: e^(1/2).
  expect(parts).toEqual([5n, 5n, 5n + 1_648n - 1_000n])
  expect(charge(100n, reputable, reputable, model)).toBe(5n)
})

test('bulk pricing model › who has no repute pays five units', () => {
  expect(charge(0n, fresh, fresh)).toBe(5n + 5_000n - 1_000n)
})

test('bulk pricing model › a payer answers for fresh keys, however many it makes', () => {
  const model = createBulkPricingModel(parameters, 0n)
  expect(charge(0n, fresh, reputable, model)).toBe(5n)
  // A second invite of one key and a second key alike are one more sender of the payer: e^1.
  expect(charge(0n, fresh, reputable, model)).toBe(grown(1n))
  expect(charge(0n, address(3), reputable, model)).toBe(grown(2n))
})

/** The part of a reputable account `n` allowances beyond its own. */
const grown = (n: bigint): bigint => 5n + fakeExponential(1_000n, n, 1n) - 1_000n

const reputation: ReputationParameters = { newcomer: 30_000, maturity: 1_000, matureStake: 100n, attestation: 5_000 }
const nobody: Standings = { registeredAt: new Map(), staked: new Map(), attestedUntil: new Map(), lists: new Map() }

test('reputation model › age, stake and attestations add up to full repute; nothing counts unregistered or listed', () => {
  const at = (standings: Partial<Standings>) => reputeOf(reputation, { ...nobody, ...standings }, fresh, 500n)
  const registeredAt = new Map([[fresh, 0n]])
  const staked = new Map([[fresh, 25n]])
  const attestedUntil = new Map([[fresh, 501n]])
  expect(at({ staked, attestedUntil })).toEqual({ surcharge: 30_000n, stake: 0n })
  expect(at({ registeredAt })).toEqual({ surcharge: 20_000n, stake: 0n })
  expect(at({ registeredAt, staked })).toEqual({ surcharge: 15_000n, stake: 25n })
  expect(at({ registeredAt, staked, attestedUntil })).toEqual({ surcharge: 10_000n, stake: 25n })
  const listed = { validUntil: 501n, accounts: new Set([fresh]) }
  expect(at({ registeredAt, staked, lists: new Map([[address(9), listed]]) }).surcharge).toBe(30_000n)
  const stale = { ...listed, validUntil: 500n }
  expect(at({ registeredAt, lists: new Map([[address(9), stale]]) }).surcharge).toBe(20_000n)
})

test('treasury model › pays what is due within share, period and what there is', () => {
  const model = createTreasuryModel({ perRecord: 100n, perPeriod: 30n, period: 10, incomeShare: 5_000 }, 0n)
  model.receive(100n)
  model.record(80n)
  expect(model.reimburse(5n)).toBe(30n)
  expect(model.reimburse(9n)).toBe(0n)
  expect(model.reimburse(10n)).toBe(20n)
  model.strike(40n)
  expect(model.due).toBe(-10n)
  model.receive(1_000n)
  expect(model.reimburse(20n)).toBe(0n)
})

test('ledger › moves and never makes', () => {
  const ledger = createLedger(new Map<Account, bigint>([[`wallet ${fresh}`, 10n]]))
  ledger.post(`wallet ${fresh}`, 'inbox credits', 7n)
  ledger.post('inbox credits', 'gas', 2n)
  expect([...ledger.accounts()].reduce((sum, [, balance]) => sum + balance, 0n)).toBe(10n)
  expect(ledger.heldBy('inbox')).toBe(5n)
  expect(() => ledger.post('gas', 'inbox credits', -1n)).toThrow(RangeError)
})
