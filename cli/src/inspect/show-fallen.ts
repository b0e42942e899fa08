import { sequencerRoutes } from '@parley/api'
import { tell } from '../action/tell.ts'
import { needed } from '../config/config.ts'
import { CliError } from '../faults.ts'
import { readStatus } from '../observe/poll.ts'
import type { Context } from '../process/context.ts'

interface Page {
  readonly code?: string
  readonly removals?: number
  readonly entries?: readonly unknown[]
  readonly next?: string | null
}

// How many messages a request takes has no part in the route that is asked.
const { fallen } = sequencerRoutes(1)

/**
 * Prints the accepted entries that the lineage after a removal refused, page by page.
 * @throws {CliError} `ARGUMENT_INVALID`, `REMOVAL_UNKNOWN`, `ANSWER_INVALID`, `SERVER_UNREACHABLE`.
 */
export async function showFallen(context: Context, number: string): Promise<number> {
  const { config, signal } = context
  const removal = fallen.params?.removal.parse(number)
  if (removal === undefined)
    throw new CliError({ code: 'ARGUMENT_INVALID', argument: 'removal', reason: 'must be a number from 0 or latest' })
  const server = needed(config, 'sequencer.url')
  const entries: unknown[] = []
  for (let from: bigint | undefined = 0n; ; ) {
    const page: Page = await readStatus(server, fallen, { params: { removal }, query: { from } }, signal)
    if (page.code === 'REMOVAL_UNKNOWN')
      throw new CliError({ code: 'REMOVAL_UNKNOWN', removal: number, removals: Number(page.removals ?? 0) })
    if (page.code !== undefined)
      throw new CliError({ code: 'SERVER_UNREACHABLE', reason: `the sequencer answered ${page.code}` })
    if (!Array.isArray(page.entries))
      throw new CliError({ code: 'ANSWER_INVALID', server, field: 'entries', reason: 'is no list' })
    entries.push(...page.entries)
    if (typeof page.next !== 'string') return tell(context, { ...page, entries, next: null })
    from = fallen.query?.from.parse(page.next)
    if (from === undefined) throw new CliError({ code: 'ANSWER_INVALID', server, field: 'next', reason: 'is no place' })
  }
}
