import type { Preset } from '@parley/infra'

/** Amounts in wei, the period in seconds, the share in hundredths of a percent. */
export type ReimbursementBounds = Preset['treasury']['bounds']

/** What the treasury is specified to pay, counted apart from the contract. One operator. */
export interface TreasuryModel {
  readonly income: bigint
  readonly reimbursed: bigint
  readonly spent: bigint
  /** Below 0 when more was struck than was due. */
  readonly due: bigint
  receive(amount: bigint): void
  record(amount: bigint): void
  strike(amount: bigint): void
  /** Pays the operator what is due and within all bounds. @returns wei. */
  reimburse(now: bigint): bigint
  /** Spends so much, or what there is to spend. @returns wei. */
  spend(amount: bigint, now: bigint): bigint
  setBounds(next: ReimbursementBounds): void
}

const whole = 10_000n
const least = (...amounts: readonly bigint[]): bigint => amounts.reduce((a, b) => (a < b ? a : b))

/** @param begunAt - When the contract was deployed, in seconds since 1970. */
export function createTreasuryModel(initial: ReimbursementBounds, begunAt: bigint): TreasuryModel {
  let bounds = initial
  let [income, reimbursed, spent, due] = [0n, 0n, 0n, 0n]
  let period = { begunAt, paid: 0n }

  const atLeastNone = (amount: bigint): bigint => (amount > 0n ? amount : 0n)
  const startPeriod = (now: bigint): void => {
    const passed = (now - period.begunAt) / BigInt(bounds.period)
    if (passed > 0n) period = { begunAt: period.begunAt + passed * BigInt(bounds.period), paid: 0n }
  }
  const payableAt = (now: bigint): bigint => {
    const isOver = now - period.begunAt >= BigInt(bounds.period)
    const share = (income * BigInt(bounds.incomeShare)) / whole
    const left = isOver ? bounds.perPeriod : atLeastNone(bounds.perPeriod - period.paid)
    return least(atLeastNone(due), atLeastNone(share - reimbursed), left, income - reimbursed - spent)
  }
  return {
    get income() {
      return income
    },
    get reimbursed() {
      return reimbursed
    },
    get spent() {
      return spent
    },
    get due() {
      return due
    },
    receive(amount) {
      income += amount
    },
    record(amount) {
      due += amount
    },
    strike(amount) {
      due -= amount
    },
    reimburse(now) {
      startPeriod(now)
      const amount = payableAt(now)
      due -= amount
      reimbursed += amount
      period = { ...period, paid: period.paid + amount }
      return amount
    },
    spend(amount, now) {
      const paid = least(amount, income - reimbursed - spent - payableAt(now))
      spent += paid
      return paid
    },
    setBounds(next) {
      bounds = next
    },
  }
}
