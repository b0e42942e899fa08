import { readFile, rename, writeFile } from 'node:fs/promises'
import { type InviteCursor, type InvitePage, watchInvites } from '@parley/client'
import { addressArgument } from '../action/arguments.ts'
import { plain } from '../action/plain.ts'
import { needed } from '../config/config.ts'
import type { Context } from '../process/context.ts'
import { openL2Client } from '../role/l2-client.ts'

/** Prints a JSON line for every page with something to tell, until asked to end or, with --once, at the L2's head. */
export async function watchInbox(context: Context, [given]: readonly string[]): Promise<number> {
  const { config, clock, out, signal } = context
  const { cursor: path, once } = config.invites
  const cursor = path === undefined ? undefined : await readCursor(path)
  const pages = watchInvites(openL2Client(context), {
    inbox: needed(config, 'l2.publicInbox'),
    recipient: addressArgument('recipient', given),
    deploymentBlock: config.l2.publicInboxBlock,
    pollMs: config.l2.pollMs,
    clock,
    signal,
    ...(cursor !== undefined && { cursor }),
  })
  for await (const page of pages) {
    if (saysSomething(page) || (once && page.caughtUp)) out.write(`${JSON.stringify(plain(shown(page)))}\n`)
    // After it was told: what was not kept is told again, what was told is not lost.
    if (path !== undefined) await writeCursor(path, page.cursor)
    if (once && page.caughtUp) return 0
  }
  return 0
}

const saysSomething = ({ invites, voidFrom }: InvitePage): boolean => invites.length > 0 || voidFrom !== undefined

function shown({ voidFrom, invites, count, caughtUp }: InvitePage): object {
  return { ...(voidFrom !== undefined && { voidFrom }), invites, count, caughtUp }
}

async function readCursor(path: string): Promise<InviteCursor | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

async function writeCursor(path: string, cursor: InviteCursor): Promise<void> {
  const partial = `${path}.${process.pid}.partial`
  await writeFile(partial, cursor)
  await rename(partial, path)
}
