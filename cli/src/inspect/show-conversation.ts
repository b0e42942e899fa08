import { createNodeClient } from '@parley/client'
import { Registry } from 'prom-client'
import { needed } from '../config/config.ts'
import { CliError } from '../faults.ts'
import type { Context } from '../process/context.ts'
import { openReader } from '../role/l2.ts'
import { plain } from './plain.ts'

/** Prints a conversation with its whole record, after checking its proof and that the record is complete. */
export async function showConversation(context: Context, place: string): Promise<number> {
  const { config, clock, out, signal } = context
  const found = /^(\d{1,2})\/(\d{1,8})$/.exec(place)
  if (found === null)
    throw new CliError({ code: 'ARGUMENT_INVALID', argument: 'place', reason: 'must be SHARD/INDEX, such as 7/0' })
  const { chainId } = await (await openReader(context, new Registry(), undefined)).config(signal)
  const node = createNodeClient({ url: needed(config, 'node.url'), clock }, { chainId })
  const proven = await node.completeConversation(Number(found[1]), Number(found[2]), { signal })
  if (proven === undefined) {
    context.err.write(`the node knows no conversation ${place}\n`)
    return 1
  }
  const { branch: _, ...shown } = proven
  out.write(`${JSON.stringify(plain({ proven: true, complete: true, ...shown }), undefined, 2)}\n`)
  return 0
}
