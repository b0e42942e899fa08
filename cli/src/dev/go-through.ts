import { contractOf, type DeploymentRecord } from '@parley/infra'
import type { Clock } from '@parley/protocol'
import { goThroughContacts } from './go-through-contacts.ts'
import { goThroughInbox } from './go-through-inbox.ts'
import type { L2Report } from './l2-report.ts'
import { personOf } from './person.ts'

export interface GoThroughOptions {
  readonly url: string
  readonly record: DeploymentRecord
  /** Keys of at least four accounts with money that nothing else sends from. */
  readonly users: readonly Uint8Array[]
}

/** Registers, changes and resolves contacts and sends, refuses and watches invites, as far as both were deployed. */
export async function goThroughL2(clock: Clock, options: GoThroughOptions, signal: AbortSignal): Promise<L2Report> {
  const { url, record } = options
  const people = options.users.map((secret) => personOf(url, secret))
  const { ContactDirectory, PublicInbox } = record.contracts
  const directory = ContactDirectory?.address
  return {
    ...(directory && { contacts: await goThroughContacts(directory, people, clock) }),
    ...(PublicInbox && {
      inbox: await goThroughInbox(
        { inbox: PublicInbox, allowListGate: contractOf(record, 'AllowListGate').address },
        people,
        { clock, signal },
      ),
    }),
  }
}
