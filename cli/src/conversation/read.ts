import { ClientError, type CompleteConversation, gradeWords, poll, type RecordEntry } from '@parley/client'
import { placeArgument } from '../action/arguments.ts'
import { tell } from '../action/tell.ts'
import { CliError } from '../faults.ts'
import type { Context } from '../process/context.ts'
import { openNode } from './clients.ts'
import { contentsOf } from './contents.ts'
import { changeWithRoleNames } from './roles.ts'

/** Prints a conversation's record with what its root is worth; 1 unless that root is on the L2. */
export async function readConversation(context: Context, [place]: readonly string[]): Promise<number> {
  const { config, err } = context
  const found = await worthReading(context, placeArgument('conversation', place))
  const { grade, block, claim, signatures, record } = found
  const entries = await Promise.all(record.map((entry) => shownEntry(entry, config.member.contents)))
  tell(context, { conversation: place, grade: gradeWords[grade], block, claim: claim?.number, signatures, entries })
  if (grade !== 'node') return 0
  err.write(
    'the L2 has no claim that ends with this state yet: nothing here is proven. --until claimed waits for one\n',
  )
  return 1
}

/** A node's answer that is as late and worth as much as was asked for. @throws {CliError} `CONVERSATION_UNKNOWN`. */
async function worthReading(
  context: Context,
  { shard, index }: { readonly shard: number; readonly index: number },
): Promise<CompleteConversation> {
  const { config, clock, signal, err } = context
  const { until, block: atBlock } = config.member
  const node = await openNode(context)
  const waits = until !== 'node' || atBlock > 0n
  const ask = async (): Promise<CompleteConversation | undefined> => {
    const found = await node.completeConversation(shard, index, { signal })
    if (found === undefined && !waits) throw new CliError({ code: 'CONVERSATION_UNKNOWN', place: `${shard}/${index}` })
    if (found === undefined || found.block < atBlock) return undefined
    return until !== 'node' && found.grade === 'node' ? undefined : found
  }
  while (true) {
    let found = await ask()
    if (found === undefined) {
      const worth = until === 'node' ? '' : ' with a claim on the L2'
      err.write(`waiting until the node shows ${shard}/${index} as of block ${atBlock} or later${worth}\n`)
      found = await poll(ask, signal, { clock })
    }
    if (until !== 'final' || found.grade === 'final') return found
    err.write(`waiting until claim ${found.claim?.number}, which ends with block ${found.block}, is final\n`)
    try {
      // This answer's claim: the node goes on to newer ones, so that its latest answer is hardly ever final.
      return await node.untilFinal(found, signal)
    } catch (error) {
      if (!isOvertaken(error)) throw error
    }
  }
}

/** Whether the claim that was waited for was removed, so that another answer has to be asked for. */
function isOvertaken(error: unknown): boolean {
  return error instanceof ClientError && ['CLAIM_REPLACED', 'PROOF_UNCLAIMED'].includes(error.fault.code)
}

async function shownEntry(entry: RecordEntry, directory: string | undefined): Promise<object> {
  const { block, timestamp, forced } = entry
  const at = { block, at: new Date(Number(timestamp)).toISOString(), ...(forced && { forced }) }
  if (entry.kind === 'change') return { change: changeWithRoleNames(entry.change), ...at }
  const { member, content } = entry
  const text = directory === undefined ? undefined : await contentsOf(directory, content)
  return { slot: member, ...(text === undefined ? {} : { text }), content, ...at }
}
