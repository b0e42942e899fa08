import { type CompleteConversation, type Grade, gradeWords, poll, type RecordEntry } from '@parley/client'
import { placeArgument } from '../action/arguments.ts'
import { tell } from '../action/tell.ts'
import { CliError } from '../faults.ts'
import type { Context } from '../process/context.ts'
import { openNode } from './clients.ts'
import { contentsOf } from './contents.ts'

const order: readonly Grade[] = ['node', 'claimed', 'final']

/** Prints a conversation's record with what its root is worth; 1 unless that root is on the L2. */
export async function readConversation(context: Context, [place]: readonly string[]): Promise<number> {
  const { config, clock, signal, err } = context
  const { shard, index } = placeArgument('conversation', place)
  const node = await openNode(context)
  const { until, block: atBlock } = config.member
  const atLeast = order.indexOf(until)
  const waits = atLeast > 0 || atBlock > 0n
  const ask = async (): Promise<CompleteConversation | undefined> => {
    const found = await node.completeConversation(shard, index, { signal })
    if (found === undefined) {
      if (waits) return undefined
      throw new CliError({ code: 'CONVERSATION_UNKNOWN', place: `${shard}/${index}` })
    }
    return order.indexOf(found.grade) >= atLeast && found.block >= atBlock ? found : undefined
  }
  const found = await poll(ask, signal, { clock })
  const { grade, block, claim, signatures, record } = found
  const entries = await Promise.all(record.map((entry) => shownEntry(entry, config.member.contents)))
  tell(context, { conversation: place, grade: gradeWords[grade], block, claim: claim?.number, signatures, entries })
  if (grade !== 'node') return 0
  err.write(
    'the L2 has no claim that ends with this state yet: nothing here is proven. --until claimed waits for one\n',
  )
  return 1
}

async function shownEntry(entry: RecordEntry, directory: string | undefined): Promise<object> {
  const { block, timestamp, forced } = entry
  const at = { block, at: new Date(Number(timestamp)).toISOString(), ...(forced && { forced }) }
  if (entry.kind === 'change') return { change: entry.change, ...at }
  const { member, content } = entry
  const text = directory === undefined ? undefined : await contentsOf(directory, content)
  return { slot: member, ...(text === undefined ? {} : { text }), content, ...at }
}
