import { contractOf, type DeploymentRecord, type Phase } from '@parley/infra'
import type { Clock } from '@parley/runtime'
import { goThroughContacts } from './go-through-contacts.ts'
import { goThroughInbox } from './go-through-inbox.ts'
import type { TreasuryPeople, TreasuryReport } from './go-through-treasury.ts'
import type { L2Report } from './l2-report.ts'
import { personOf } from './person.ts'

export interface GoThroughOptions {
  readonly url: string
  readonly record: DeploymentRecord
  /** What is gone through, of what was deployed. */
  readonly asked: ReadonlySet<Phase>
  /** Keys of at least four accounts with money that nothing else sends from. */
  readonly users: readonly Uint8Array[]
  readonly deployer: Uint8Array
  readonly operator: Uint8Array
  /** How the treasury is gone through, after what brings it income. */
  readonly treasury: (people: TreasuryPeople) => Promise<TreasuryReport>
}

/** Goes through contacts, invites and treasury, as far as they were deployed. */
export async function goThroughL2(clock: Clock, options: GoThroughOptions, signal: AbortSignal): Promise<L2Report> {
  const { url, record, asked } = options
  const people = options.users.map((secret) => personOf(url, secret))
  const { ContactDirectory, PublicInbox, Treasury } = record.contracts
  const directory = asked.has('contacts') ? ContactDirectory?.address : undefined
  const contacts = directory && (await goThroughContacts(directory, people, clock))
  const gates = asked.has('inbox') && PublicInbox && { allowListGate: contractOf(record, 'AllowListGate').address }
  const inbox = gates && (await goThroughInbox({ inbox: PublicInbox, ...gates }, people, { clock, signal }))
  const [somebody] = people as [(typeof people)[0], ...typeof people]
  const holder = personOf(url, options.deployer)
  const operator = personOf(url, options.operator)
  const treasury = asked.has('treasury') && Treasury && (await options.treasury({ holder, operator, somebody }))
  return { ...(contacts && { contacts }), ...(inbox && { inbox }), ...(treasury && { treasury }) }
}
