import type { MessagingReport } from '../messaging/go-through.ts'
import type { PartReports } from './da-parts.ts'
import type { L2Report } from './l2-report.ts'

/** Middle and slow end of a duration, in milliseconds; null when nothing was measured. */
export interface Quantiles {
  readonly p50: number | null
  readonly p99: number | null
}

/** What `parley dev --exit --json` prints. */
export interface DevReport extends L2Report {
  readonly messages: {
    readonly offered: number
    readonly accepted: number
    readonly refused: number
    /** Messages in blocks of final claims, as the verifying node has them. */
    readonly final: number
  }
  readonly conversations: number
  readonly blocks: number
  readonly batches: number
  readonly lanes: number
  readonly da: {
    readonly layer: string
    readonly bytes: number
    readonly bytesPerMessage: number
    readonly parts: PartReports
  }
  readonly l2: { readonly gas: number; readonly gasPerMessage: number }
  /** From the sending of a message. */
  readonly latencyMs: { readonly accepted: Quantiles; readonly sealed: Quantiles; readonly final: Quantiles }
  readonly verifier: {
    readonly blocks: number
    readonly rootsCompared: number
    readonly rootsEqual: number
    readonly stateRoot: string
  }
  readonly sequencer: { readonly stateRoot: string; readonly shardRoots: readonly string[] }
  /** Steps of messaging that happened, where it was gone through: one that did not ends the run. */
  readonly messaging?: MessagingReport
}

/** Something that must hold at the end of a run. */
export interface Check {
  readonly check: string
  readonly expected: string
  readonly received: string
}

type Row = [check: string, expected: number | string, received: number | string, holds?: boolean]

/** Checks that do not hold; none when the run ended as it must. */
export function failedChecks(report: DevReport): Check[] {
  const { messages, verifier, sequencer } = report
  return failing([
    ...l2Checks(report),
    ['messages accepted', messages.offered, messages.accepted],
    ['messages refused', 0, messages.refused],
    ['messages final', messages.offered, messages.final],
    ['roots compared', 'more than 0', verifier.rootsCompared, verifier.rootsCompared > 0],
    ['roots equal', verifier.rootsCompared, verifier.rootsEqual],
    ['state root of the node', sequencer.stateRoot, verifier.stateRoot],
  ])
}

/** Of contacts and invites alone. */
export const failedL2Checks = (report: L2Report): Check[] => failing(l2Checks(report))

function l2Checks({ contacts, inbox, treasury }: L2Report): Row[] {
  const rows: Row[] = []
  if (contacts !== undefined) rows.push(['contacts resolved', contacts.registered, contacts.resolved])
  if (inbox !== undefined)
    rows.push(['invites watched', inbox.invited, inbox.watched], ['invites refused', inbox.refusable, inbox.refused])
  if (treasury !== undefined)
    rows.push(['spent', treasury.toSpend, treasury.spent], ['reimbursed', treasury.toReimburse, treasury.reimbursed])
  return rows
}

function failing(rows: readonly Row[]): Check[] {
  return rows
    .filter(([, expected, received, holds]) => !(holds ?? expected === received))
    .map(([check, expected, received]) => ({ check, expected: String(expected), received: String(received) }))
}
