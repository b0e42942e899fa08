import type { Address } from 'viem'

/** Where wei can be, by what the contracts promise: a person's wallet, a claim on a contract, or gone for gas. */
export type Account = `wallet ${Address}` | `${Holder} ${string}` | 'gas'

/** A contract that holds others' wei. */
export type Holder = 'inbox' | 'directory' | 'treasury' | 'stakes'

/** Books in double entry: nothing is made and nothing lost, whatever is posted. */
export interface Ledger {
  /** Wei that lies in an account; 0 when nothing was posted to it. */
  balanceOf(account: Account): bigint
  /** Moves `amount` wei, at least 0. */
  post(from: Account, to: Account, amount: bigint): void
  /** All that is posted to the accounts of a holder. */
  heldBy(holder: Holder): bigint
  accounts(): Iterable<readonly [Account, bigint]>
}

export function createLedger(opening: ReadonlyMap<Account, bigint>): Ledger {
  const balances = new Map(opening)
  const balanceOf = (account: Account): bigint => balances.get(account) ?? 0n
  return {
    balanceOf,
    post(from, to, amount) {
      if (amount < 0n) throw new RangeError(`${amount} wei from ${from} to ${to} is below 0`)
      balances.set(from, balanceOf(from) - amount)
      balances.set(to, balanceOf(to) + amount)
    },
    heldBy(holder) {
      let sum = 0n
      for (const [account, balance] of balances) if (account.startsWith(`${holder} `)) sum += balance
      return sum
    },
    accounts: () => balances,
  }
}
