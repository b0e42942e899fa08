import type { Address } from 'viem'

/** Who sends. */
export type Persona = 'consumer' | 'honest bulk sender' | 'low-reputation spammer' | 'sybil spammer'

/** What one address of a persona did and paid, in wei. */
export interface Account {
  delivered: number
  /** Refused by who blocks it, or by a gate. */
  refused: number
  /** Not sent, or refused, because it would have cost more than it is worth. */
  pricedOut: number
  fees: bigint
  registrations: bigint
  /** What the stake would have earned elsewhere. */
  capital: bigint
  gas: bigint
  /** Of each delivered invite, in order. */
  readonly eachFee: bigint[]
  readonly recipients: Set<Address>
}

/** Accounts of one persona by address. */
export type Books = Map<Address, Account>

export function accountOf(books: Books, address: Address): Account {
  const known = books.get(address)
  if (known !== undefined) return known
  const account: Account = {
    delivered: 0,
    refused: 0,
    pricedOut: 0,
    fees: 0n,
    registrations: 0n,
    capital: 0n,
    gas: 0n,
    eachFee: [],
    recipients: new Set(),
  }
  books.set(address, account)
  return account
}

/** What a persona sent and what that came to. Wei as whole numbers. */
export interface Summary {
  readonly addresses: number
  readonly sent: number
  readonly delivered: number
  /** Different inboxes among them. */
  readonly reached: number
  readonly refused: number
  readonly pricedOut: number
  readonly feesWei: bigint
  readonly registrationsWei: bigint
  readonly capitalWei: bigint
  /** Apart: in no other figure. */
  readonly gasWei: bigint
  /** Fees, registrations and capital for one delivered invite: over all, and of the median address that delivered any. */
  readonly costPerDelivered: { readonly meanWei: number | null; readonly medianWei: number | null }
  readonly gasPerDeliveredWei: number | null
  readonly medianFeeWei: number | null
}

export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}

const costOf = ({ fees, registrations, capital }: Account): bigint => fees + registrations + capital

export function summarize(books: Books): Summary {
  const accounts = [...books.values()]
  const count = (of: (account: Account) => number): number => accounts.reduce((sum, each) => sum + of(each), 0)
  const wei = (of: (account: Account) => bigint): bigint => accounts.reduce((sum, each) => sum + of(each), 0n)
  const delivered = count((account) => account.delivered)
  const refused = count((account) => account.refused)
  const perDelivered = (amount: bigint, by = delivered): number | null => (by === 0 ? null : Number(amount) / by)
  const each = accounts.filter((account) => account.delivered > 0)
  return {
    addresses: books.size,
    sent: delivered + refused,
    delivered,
    reached: new Set(accounts.flatMap(({ recipients }) => [...recipients])).size,
    refused,
    pricedOut: count((account) => account.pricedOut),
    feesWei: wei(({ fees }) => fees),
    registrationsWei: wei(({ registrations }) => registrations),
    capitalWei: wei(({ capital }) => capital),
    gasWei: wei(({ gas }) => gas),
    costPerDelivered: {
      meanWei: perDelivered(wei(costOf)),
      medianWei: median(each.map((account) => Number(costOf(account)) / account.delivered)),
    },
    gasPerDeliveredWei: perDelivered(wei(({ gas }) => gas)),
    medianFeeWei: median(accounts.flatMap(({ eachFee }) => eachFee.map(Number))),
  }
}

/** What capital would have earned: wei for `amount` bound for so many seconds at so many percent a year. */
export function interest(amount: bigint, seconds: bigint, percentPerYear: number): bigint {
  const year = 365n * 86_400n
  return (amount * seconds * BigInt(Math.round(percentPerYear * 1_000))) / (100_000n * year)
}
