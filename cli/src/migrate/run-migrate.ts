import { chmod, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createSequencerClient, getDeployment } from '@parley/client'
import { type Conversation, mwei, Role, sameBytes } from '@parley/protocol'
import { placeArgument } from '../action/arguments.ts'
import { tell } from '../action/tell.ts'
import { needed } from '../config/config.ts'
import type { migrationPhases } from '../config/migrate-settings.ts'
import { defaultAllowance } from '../conversation/allowance.ts'
import { ownAccount } from '../conversation/own-account.ts'
import { CliError } from '../faults.ts'
import type { Context } from '../process/context.ts'
import { Closing } from '../role/closing.ts'
import { DataDir } from '../role/data-dir.ts'
import { openL2Client } from '../role/l2-client.ts'
import { type ContactRemains, migrateContact } from './contacts.ts'
import { anchor, type ConversationDeps, keysOf, openConversation } from './conversations.ts'
import { type Dump, readDump } from './dump.ts'
import { MigrationStore, type Opened } from './store.ts'

/** What somebody has still to do. */
type Remains = ContactRemains | { readonly what: 'consent'; readonly conversation: string; readonly place: string }

type Phase = (typeof migrationPhases)[number]

/** Does the phases that are switched on, as far as they were not done before, and prints what remains for each user. */
export async function migrate(context: Context, [path, account]: readonly string[]): Promise<number> {
  const chosen = new Set(context.config.migrate.phases)
  const dump = await readDump(path ?? '')
  const closing = new Closing()
  try {
    const run = await open(context, chosen, account, closing)
    const remains = new Map<string, Remains[]>()
    const registered = await migrateContacts(run, dump, remains)
    const done = await migrateConversations(run, dump, remains)
    await writeLinks(run, dump, done.opened)
    return tell(context, {
      network: dump.network,
      phases: [...chosen],
      identities: { total: dump.identities.size, registered },
      conversations: { total: dump.conversations.size, opened: done.opened.size, anchored: done.anchored },
      links: done.opened.size > 0 ? run.linksPath : null,
      users: [...remains].map(([identity, each]) => ({ identity, remains: each })),
    })
  } finally {
    await closing.close()
  }
}

interface Run {
  readonly context: Context
  readonly chosen: ReadonlySet<Phase>
  readonly client: ReturnType<typeof openL2Client>
  readonly store: MigrationStore
  /** Undefined where nothing of the L3 is looked at. */
  readonly l3: Omit<ConversationDeps, 'account'>
  /** Undefined where no conversations are opened. */
  readonly account: ConversationDeps['account'] | undefined
  readonly rollup: string
  readonly linksPath: string
}

async function open(
  context: Context,
  chosen: ReadonlySet<Phase>,
  account: string | undefined,
  closing: Closing,
): Promise<Run> {
  const { config, clock, signal } = context
  const client = openL2Client(context)
  const rollup = needed(config, 'l2.rollup')
  const deployment = await getDeployment(client, { rollup })
  const path = needed(config, 'run.dataDir')
  const dataDir = new DataDir({ path, deployment: `chain ${deployment.chainId}, rollup ${rollup}` }, closing)
  const store = new MigrationStore(await dataDir.texts('migration'))
  const sequencer = createSequencerClient({ url: needed(config, 'sequencer.url'), clock })
  const { allowance = defaultAllowance, priceLimit } = config.member
  const l3 = { sequencer, deployment, store, allowance: mwei(allowance), priceLimit, signal }
  const linksPath = join(path, 'links.jsonl')
  if (!chosen.has('conversations')) return { context, chosen, client, store, l3, account: undefined, rollup, linksPath }
  const { shard, index } = placeArgument('account', account)
  const { owner } = ownAccount(config, `${shard}/${index}`, await sequencer.account(shard, index, signal))
  return { context, chosen, client, store, l3, account: { shard, index, owner }, rollup, linksPath }
}

async function migrateContacts(
  { context, chosen, client }: Run,
  dump: Dump,
  remains: Map<string, Remains[]>,
): Promise<number> {
  const deps = { client, directory: needed(context.config, 'l2.directory'), registers: chosen.has('contacts') }
  let registered = 0
  for (const identity of dump.identities.values()) {
    context.signal.throwIfAborted()
    const left = await migrateContact(deps, identity)
    if (left.length === 0) registered += 1
    else remains.set(identity.id, [...left])
  }
  return registered
}

async function migrateConversations({ chosen, l3, account, store }: Run, dump: Dump, remains: Map<string, Remains[]>) {
  const opened = new Map<string, Opened>()
  let anchored = 0
  for (const conversation of dump.conversations.values()) {
    l3.signal.throwIfAborted()
    let found = await store.opened(conversation.id)
    if (account !== undefined) found = await openConversation({ ...l3, account }, conversation)
    if (found?.index === undefined) continue
    if (chosen.has('anchors')) found = await anchor(l3, conversation, found)
    if (found.anchored === true) anchored += 1
    opened.set(conversation.id, found)
    const standing = await l3.sequencer.conversation(found.shard, found.index as number, l3.signal)
    if (standing === undefined) throw new CliError({ code: 'CONVERSATION_UNKNOWN', place: placeOf(found) })
    for (const [i, { identity }] of conversation.members.entries())
      if (isWaiting(standing, found, i + 1)) {
        const left = remains.get(identity) ?? []
        left.push({ what: 'consent', conversation: conversation.id, place: placeOf(found) })
        remains.set(identity, left)
      }
  }
  return { opened, anchored }
}

/** Whether a slot still has the key of its link: who consents puts an own one there. */
function isWaiting({ members }: Conversation, opened: Opened, slot: number): boolean {
  const member = members[slot]
  const key = keysOf(opened)[slot]
  return member !== undefined && key !== undefined && member.role !== Role.none && sameBytes(member.key, key.key)
}

const placeOf = ({ shard, index }: Opened): string => `${shard}/${index}`

/** Writes the links by which members consent, for whoever hands them out: they are secrets. */
async function writeLinks(
  { linksPath, rollup, l3 }: Run,
  dump: Dump,
  opened: ReadonlyMap<string, Opened>,
): Promise<void> {
  if (opened.size === 0) return
  const lines = [...opened].flatMap(([name, each]) => {
    const { members = [], title } = dump.conversations.get(name) ?? { title: '' }
    return members.slice(0, each.added).map(({ identity }, i) => {
      const query = `chain=${l3.deployment.chainId}&rollup=${rollup}&conversation=${placeOf(each)}&slot=${i + 1}`
      const link = `parley:consent?${query}#${each.secrets[i + 1]}`
      return `${JSON.stringify({ identity, conversation: name, title, link })}\n`
    })
  })
  const written = `${linksPath}.new`
  await writeFile(written, lines.join(''), { mode: 0o600 })
  await chmod(written, 0o600)
  await rename(written, linksPath)
}
