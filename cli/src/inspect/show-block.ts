import { needed } from '../config/config.ts'
import { CliError } from '../faults.ts'
import { readStatus } from '../observe/poll.ts'
import type { Context } from '../process/context.ts'

/** Prints a block as a node has verified it. */
export async function showBlock({ config, out, signal }: Context, number: string): Promise<number> {
  if (!/^(\d{1,20}|latest)$/.test(number))
    throw new CliError({ code: 'ARGUMENT_INVALID', argument: 'number', reason: 'must be a block number or latest' })
  const block = await readStatus({}, `${needed(config, 'node.url')}/v1/blocks/${number}`, signal)
  out.write(`${JSON.stringify(block, undefined, 2)}\n`)
  return 'code' in block ? 1 : 0
}
