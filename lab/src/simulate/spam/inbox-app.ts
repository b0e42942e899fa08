import type { Address } from 'viem'
import type { RandomStream } from '../../load/seeded.ts'
import type { Behaviour } from './preset.ts'

/** A spam that somebody was sent. */
interface Delivered {
  readonly recipient: Address
  readonly sender: Address
  readonly payer: Address
  /** Seconds since 1970. */
  readonly at: bigint
}

/** A recipient that reports and blocks a sender. */
export interface Report {
  readonly recipient: Address
  /** The sender, and the payer when that is another. */
  readonly accounts: readonly Address[]
  readonly at: bigint
}

/** A new version of the app's list. */
export interface Publication {
  readonly version: bigint
  readonly accounts: readonly Address[]
}

/** An app that hears of spam from its users and publishes whom it holds to be sybils. */
export interface InboxApp {
  /** Tells of spam that was delivered; whether and when it is reported follows from chance. */
  deliver(spam: Delivered): void
  /** Reports made up to `now` that were not taken before. */
  takeReports(now: bigint): readonly Report[]
  /** What is to be published at `now`: accounts reported often enough and not listed before, or nobody when it is time to renew. */
  publish(now: bigint): Publication | undefined
}

/** Entries of one update at most, by the contract. */
const mostEntries = 256
/** Seconds after which a list is renewed. */
const renewal = 30n * 86_400n

export function createInboxApp(random: RandomStream, behaviour: Behaviour): InboxApp {
  let coming: Report[] = []
  const reports = new Map<Address, number>()
  const listed = new Set<Address>()
  let last = { version: 0n, at: 0n }
  return {
    deliver({ recipient, sender, payer, at }) {
      const reported = random.unit() * 100 < behaviour.reportPercent
      const delay = BigInt(random.below(behaviour.readWithin))
      if (!reported) return
      coming.push({ recipient, accounts: sender === payer ? [sender] : [sender, payer], at: at + delay })
    },
    takeReports(now) {
      const due = coming.filter(({ at }) => at <= now)
      coming = coming.filter(({ at }) => at > now)
      for (const account of due.flatMap(({ accounts }) => accounts))
        reports.set(account, (reports.get(account) ?? 0) + 1)
      return due
    },
    publish(now) {
      const accounts = [...reports]
        .filter(([account, count]) => count >= behaviour.reportsToList && !listed.has(account))
        .slice(0, mostEntries)
        .map(([account]) => account)
      const renews = last.version > 0n && now - last.at >= renewal
      if (accounts.length === 0 && !renews) return undefined
      for (const account of accounts) listed.add(account)
      last = { version: last.version + 1n, at: now }
      return { version: last.version, accounts }
    },
  }
}
