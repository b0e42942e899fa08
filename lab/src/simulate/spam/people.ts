import type { Address } from 'viem'
import type { RandomStream } from '../../load/seeded.ts'
import { signAttestation } from '../chain/sign.ts'
import type { Transaction } from '../chain/simulated-chain.ts'
import { accountOf, type Books, interest } from './books.ts'
import type { Market } from './market.ts'

const day = 86_400n

/** Registers an address at its own cost. */
export function register({ directory, regime, preset }: Market, address: Address, books: Books): Transaction {
  const fee = regime === 'no fee' ? 0n : preset.contracts.registrationFee
  accountOf(books, address).registrations += fee
  return directory.call(address, 'register', [[]], fee)
}

/** Lets the inbox app vouch for an address from `now` for two years. */
async function attest(market: Market, subject: Address, now: bigint): Promise<Transaction | undefined> {
  const { economics, attester } = market
  if (economics === undefined) return undefined
  const [issuedAt, expiresAt] = [now, now + 730n * day]
  const signature = await signAttestation(attester, economics.reputation.address, { subject, issuedAt, expiresAt })
  return economics.reputation.call(subject, 'attest', [attester.address, subject, issuedAt, expiresAt, signature])
}

/** Stake that lets an address send so many invites an epoch without its part growing. */
export function stakeFor({ preset }: Market, invites: number): bigint {
  const { bulk } = preset.contracts
  return BigInt(Math.max(0, invites - bulk.invites)) * bulk.stakePerInvite
}

/** Registers everyone who sends honestly, vouched for and staked as their kind is. Takes two blocks. */
export async function settlePeople(
  market: Market,
  books: { readonly consumers: Books; readonly honest: Books },
  random: RandomStream,
): Promise<void> {
  const { chain, consumers, honest, preset, economics } = market
  const { attestedPercent, lifeDays, capitalPercent } = preset.behaviour
  const registrations = [
    ...consumers.map((address) => register(market, address, books.consumers)),
    ...honest.map((address) => register(market, address, books.honest)),
  ]
  await chain.execute(chain.now + 1n, registrations)
  const attested = [...consumers.filter(() => random.unit() * 100 < attestedPercent), ...honest]
  const now = chain.now
  const attestations = await Promise.all(attested.map((address) => attest(market, address, now)))
  const stakes = honest.map((address): Transaction | undefined => {
    const amount = stakeFor(market, preset.behaviour.honest.invites)
    if (economics === undefined || amount === 0n) return undefined
    accountOf(books.honest, address).capital += interest(amount, BigInt(lifeDays) * day, capitalPercent)
    return economics.stakes.call(address, 'stake', [address], amount)
  })
  await chain.execute(
    now + 1n,
    [...attestations, ...stakes].filter((transaction) => transaction !== undefined),
  )
}
