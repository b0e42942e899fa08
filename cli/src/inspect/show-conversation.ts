import { createNodeClient, getDeployment, gradeWords } from '@parley/client'
import { placeArgument } from '../action/arguments.ts'
import { tell } from '../action/tell.ts'
import { needed } from '../config/config.ts'
import { changeWithRoleNames, withRoleName } from '../conversation/roles.ts'
import { CliError } from '../faults.ts'
import type { Context } from '../process/context.ts'
import { openL2Client } from '../role/l2-client.ts'

/** Prints a conversation with its whole record and what the root that it fits is worth; 1 unless that root is on the L2. @throws {CliError} `CONVERSATION_UNKNOWN`. */
export async function showConversation(context: Context, place: string): Promise<number> {
  const { config, clock, err, signal } = context
  const { shard, index } = placeArgument('conversation', place)
  const l2 = { client: openL2Client(context), rollup: needed(config, 'l2.rollup') }
  const { chainId } = await getDeployment(l2.client, l2)
  const node = createNodeClient({ url: needed(config, 'node.url'), clock, l2 }, { chainId })
  const found = await node.completeConversation(shard, index, { signal })
  if (found === undefined) throw new CliError({ code: 'CONVERSATION_UNKNOWN', place })
  const { branch: _, grade, conversation, record, ...shown } = found
  const proven = grade !== 'node'
  const summary = { grade: gradeWords[grade], proven, complete: proven, final: grade === 'final' }
  const named = {
    conversation: { ...conversation, members: conversation.members.map(withRoleName) },
    record: record.map((entry) =>
      entry.kind === 'change' ? { ...entry, change: changeWithRoleNames(entry.change) } : entry,
    ),
  }
  tell(context, { ...summary, ...shown, ...named })
  if (proven) return 0
  err.write('the L2 has no claim that ends with this state: ask again once it is claimed, or ask another node\n')
  return 1
}
