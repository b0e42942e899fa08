import { contentDigest, httpContents } from '@parley/content'
import { MemoryContents } from '@parley/messaging/testing'
import {
  type AuditMemory,
  type AuditReport,
  auditPds,
  checkEvidence,
  decodeAuditMemory,
  decodeEvidence,
  type Evidence,
  encodeAuditMemory,
  encodeEvidence,
  encodeScope,
  newAuditMemory,
  PdsError,
  type Scope,
} from '@parley/pds/client'
import { nextRecordHead, type Statement } from '@parley/pds/testing'
import { bytesToHex, createPublicClient, http } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { PdsWorld, type Person, type RunningPds } from './support/pds.ts'
import { type Plant, plantedPds } from './support/planted-pds.ts'
import { Rollup, type RunningNode } from './support/rollup.ts'

const bound = 340_000
const signal = () => AbortSignal.timeout(bound)
const hour = 3_600_000n

let rollup: Rollup
let node: RunningNode
let world: PdsWorld
let pds: RunningPds
let alice: Person
let bob: Person
/** What Bob's device remembers of the honest service. */
let memory: AuditMemory
const contents = new MemoryContents()
const encoder = new TextEncoder()

beforeAll(async () => {
  rollup = await Rollup.start()
  node = await rollup.startNode()
  await rollup.startBatcher()
  world = await PdsWorld.deploy(rollup, node)
  ;[alice, bob] = await Promise.all([world.person(), world.person()])
  pds = await world.start(contents)
  const speaker = await rollup.converse(3)
  const { shard, index, id } = speaker
  for (const nonce of [1, 2, 3]) await contents.put(encoder.encode(`content ${shard} ${index} ${nonce}`))
  await rollup.say(speaker, 3)
  await inviteBob('first')
  await inviteBob('second')
  const rules = [{ kind: 'price', amount: 1n, addresses: [] }] as const
  const scope: Scope = { kind: 'blind', number: 1n, conversations: [{ shard, index, id, names: [] }], rules }
  const { signed } = await world.client(pds.url, bob).giveScope(scope, signal())
  memory = { ...newAuditMemory, taken: { scope: encodeScope(scope), receipt: signed } }
  const report = await settled()
  expect(report).toMatchObject({ invites: 2, conversations: 1, proven: 1, entries: 3 })
  memory = report.memory
}, bound)
afterAll(async () => {
  await world?.stop()
  await rollup?.stop()
})

async function inviteBob(text: string): Promise<void> {
  const envelope = encoder.encode(text)
  await contents.put(envelope)
  await world.invite(alice, bob, bytesToHex(contentDigest(envelope)))
}

function audit(url = pds.url, remembered = memory): Promise<AuditReport> {
  const deps = {
    pds: world.client(url, bob),
    l2: world.wallet(bob.account),
    rollup: bytesToHex(rollup.deployment.rollup),
    node: node.client,
    contents: httpContents({ url }),
    random: () => 0,
  }
  // As it is kept between two audits.
  return auditPds(deps, decodeAuditMemory(encodeAuditMemory(remembered)), { share: 1 }, signal())
}

/** An audit of the honest service that decided all it looked at, once everything is there. */
function settled(): Promise<AuditReport> {
  return eventually('an audit that decides all', async () => {
    try {
      const report = await audit()
      const isWhole =
        report.undecided.length === 0 && report.entries === 3 && report.contents > 4 && report.proven === 1
      return isWhole ? report : undefined
    } catch (error) {
      // It says that it is behind; it accuses itself of nothing.
      if (error instanceof PdsError && error.fault.code === 'PDS_REFUSED') return undefined
      throw error
    }
  })
}

/** What a third person makes of evidence that was handed on. */
function thirdPerson(evidence: Evidence) {
  const l2 = createPublicClient({ transport: http(rollup.chain.url), cacheTime: 0 })
  const deps = { l2, rollup: bytesToHex(rollup.deployment.rollup), signal: signal() }
  return checkEvidence(decodeEvidence(encodeEvidence(evidence)), deps)
}

async function accused(plant: Plant): Promise<Evidence> {
  await settled()
  const url = await plantedPds(pds.url, world.pdsKey, plant)
  // Until the service and the node are at the same claim, some things cannot be decided.
  return eventually('an accusation', async () => {
    try {
      await audit(url)
      return undefined
    } catch (error) {
      if (!(error instanceof PdsError)) throw error
      if (error.fault.code === 'PDS_REFUSED') return undefined
      if (error.fault.code !== 'PDS_WITHHELD') throw error
      return error.fault.evidence as Evidence
    }
  })
}

const withoutLast = <T>(all: readonly T[]): T[] => all.slice(0, -1)

/** The head of a record after a page. */
function recordHead(
  { chainId, body }: Statement<'record'>,
  entries: Statement<'record'>['body']['entries'],
): Uint8Array {
  return entries.reduce((head, entry) => nextRecordHead(chainId, body.id, head, entry) as Uint8Array, body.headBefore)
}

/** A record of which the last entry is left out. */
const shortRecord = (statement: Statement<'record'>): Statement<'record'> => {
  const entries = withoutLast(statement.body.entries)
  const head = recordHead(statement, entries)
  return { ...statement, body: { ...statement.body, entries, messages: statement.body.messages - 1n, head } }
}

const plants: readonly [string, Evidence['of']['kind'], () => Promise<Plant> | Plant][] = [
  [
    'drops the last invite',
    'inbox',
    async () => {
      const { statement } = await world.client(pds.url, bob).inbox(1n, signal())
      const before = statement.body.headBefore
      return {
        inbox: (told) => ({
          ...told,
          body: { ...told.body, invites: withoutLast(told.body.invites), count: told.body.count - 1n, head: before },
        }),
      }
    },
  ],
  [
    'leaves an invite out of a page',
    'inboxPage',
    () => ({ inbox: (told) => ({ ...told, body: { ...told.body, invites: told.body.invites.slice(1) } }) }),
  ],
  [
    'leaves the last entry out everywhere',
    'record',
    async () => {
      const [conversation] = (await world.client(pds.url, bob).conversations(0n, signal())).statement.body.conversations
      const { shard, index } = conversation as NonNullable<typeof conversation>
      const { statement } = await world.client(pds.url, bob).record(shard, index, 2n, signal())
      const head = statement.body.headBefore
      return {
        record: shortRecord,
        conversations: (told) => ({
          ...told,
          body: {
            ...told.body,
            conversations: told.body.conversations.map((each) => ({
              ...each,
              messages: each.messages - 1n,
              head,
              finalMessages: each.finalMessages - 1n,
              finalHead: head,
            })),
          },
        }),
      }
    },
  ],
  ['leaves the last entry out of the record', 'entries', () => ({ record: shortRecord })],
  [
    'leaves an entry out of a page',
    'recordPage',
    () => ({ record: (told) => ({ ...told, body: { ...told.body, entries: told.body.entries.slice(1) } }) }),
  ],
  [
    'leaves a conversation out',
    'omitted',
    () => ({ conversations: (told) => ({ ...told, body: { ...told.body, conversations: [], total: 0 } }) }),
  ],
  [
    'says again what it said an hour ago of the L2',
    'behind',
    () => ({ inbox: (told) => ({ ...told, l2Number: 1n, answeredAt: told.answeredAt + hour }) }),
  ],
  [
    'shows a conversation under an old claim',
    'claimBehind',
    () => ({
      conversations: (told) => ({
        ...told,
        answeredAt: told.answeredAt + hour,
        body: { ...told.body, conversations: told.body.conversations.map((each) => ({ ...each, finalClaim: 0n })) },
      }),
    }),
  ],
  [
    'serves an older checkpoint',
    'checkpoint',
    async () => {
      const first = await world.client(pds.url, bob).checkpoint(signal())
      // A newer one is given out, and remembered.
      const report = await eventually('a newer checkpoint', async () => {
        const { statement } = await world.client(pds.url, bob).checkpoint(signal())
        return statement.body.number > first.statement.body.number ? audit() : undefined
      })
      memory = report.memory
      return { checkpoint: (told) => ({ ...told, body: first.statement.body }) }
    },
  ],
  [
    'loses a content and says so',
    'content',
    () => ({
      losesContents: true,
      held: (told) => ({
        ...told,
        body: { contents: told.body.contents.map((each) => ({ ...each, keptUntil: 0n })) },
      }),
    }),
  ],
  ['loses a content and does not say so', 'unserved', () => ({ losesContents: true })],
  [
    'hides an invite by a rule that does not hide it',
    'hidden',
    async () => {
      const [invite] = (await world.client(pds.url, bob).inbox(0n, signal())).statement.body.invites
      const { contentDigest: digest, fee, muted } = invite as NonNullable<typeof invite>
      const zeros = new Uint8Array(32)
      const entry = {
        sequence: 0n,
        contentDigest: digest,
        rule: 0,
        scope: 1n,
        sender: new Uint8Array(20),
        muted,
        fee: fee + 1n,
      }
      const judged = { l2Number: 0n, l2Hash: zeros, listed: false, surcharge: 0, stake: 0n }
      return { hidden: (told) => ({ ...told, body: { ...told.body, hidden: [{ ...entry, ...judged }] } }) }
    },
  ],
]

describe('a service that withholds', () => {
  test.each(plants)(
    '%s › is shown by %s to a third person',
    async (_, kind, plant) => {
      const evidence = await accused(await plant())
      expect(evidence.of.kind).toBe(kind)
      expect(await thirdPerson(evidence)).toBe('proven')
      // By another key, nobody said it.
      expect(await thirdPerson({ ...evidence, key: bob.identity })).toBe('refuted')
    },
    bound,
  )
})

test(
  'an honest service › is not accused, also while the L2 is reorganised',
  async () => {
    await settled()
    for (const text of ['third', 'fourth']) {
      await inviteBob(text)
      await rollup.reorganise(3)
      for (let i = 0; i < 5; i += 1)
        try {
          await audit()
        } catch (error) {
          expect(error).toMatchObject({ fault: { code: 'PDS_REFUSED' } })
        }
    }
    await inviteBob('fifth')
    const report = await eventually('all invites again', async () => {
      const { statement } = await world.client(pds.url, bob).inbox(0n, signal())
      return statement.body.count >= 3n ? audit() : undefined
    })
    expect(report.invites).toBeGreaterThanOrEqual(3)
  },
  bound,
)
