import { nodeRoutes } from '@parley/api'
import { tell } from '../action/tell.ts'
import { needed } from '../config/config.ts'
import { CliError } from '../faults.ts'
import { readStatus } from '../observe/poll.ts'
import type { Context } from '../process/context.ts'

/** Prints a block as a node has verified it. @throws {CliError} `ARGUMENT_INVALID`, `BLOCK_UNKNOWN`, `SERVER_UNREACHABLE`. */
export async function showBlock(context: Context, number: string): Promise<number> {
  const { config, signal } = context
  const asked = nodeRoutes.block.params?.number.parse(number)
  if (asked === undefined)
    throw new CliError({ code: 'ARGUMENT_INVALID', argument: 'number', reason: 'must be a block number or latest' })
  const answer = await readStatus(needed(config, 'node.url'), nodeRoutes.block, { params: { number: asked } }, signal)
  if (!('code' in answer)) return tell(context, answer)
  if (answer.code !== 'BLOCK_UNKNOWN')
    throw new CliError({ code: 'SERVER_UNREACHABLE', reason: `the node answered ${String(answer.code)}` })
  const { verified = 'none' } = answer
  throw new CliError({ code: 'BLOCK_UNKNOWN', block: number, verified: String(verified) })
}
