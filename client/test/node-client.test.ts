import { type ChangeMembers, CodedError, type Conversation } from '@parley/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toHex } from '../src/hex.ts'
import {
  buildChangeMembers,
  buildCreateConversation,
  type ClientError,
  consentOf,
  createNodeClient,
  signMessage,
} from '../src/index.ts'
import { digestOf } from './support/blocks.ts'
import { type Answer, TestServer } from './support/server.ts'
import { config, keys, owner, ReferenceShard } from './support/state.ts'

type Json = Record<string, unknown>

/** JSON as a node writes it. */
function jsonOf(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Uint8Array) return toHex(value)
  if (Array.isArray(value)) return value.map(jsonOf)
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, jsonOf(inner)]))
  return value
}

const reference = new ReferenceShard()
const record: Json[] = []
let server: TestServer
/** Changes the node's answers before they are sent. */
let forge: (path: string, json: Json) => Json = (_, json) => json

const [admin, talker, guest] = keys as [(typeof keys)[0], (typeof keys)[0], (typeof keys)[0]]
const place = { block: 9n, timestamp: 5n, forced: false }

function say(member: number, key: typeof admin, count: number): void {
  const { id, members } = reference.conversation
  const start = members[member]?.nonce ?? 0n
  for (let i = 0; i < count; i += 1) {
    const content = digestOf(`content ${record.length}`)
    const draft = { shard: 5, conversation: 0, conversationId: id, member, nonce: start + BigInt(i), content }
    reference.say(signMessage(config.chainId, draft, key))
    record.push({ ...place, event: { kind: 'message', value: { member, content } } })
  }
}

async function alter(entries: Partial<ChangeMembers>, consents: (typeof admin)[] = []): Promise<void> {
  const { epoch } = reference.conversation
  const change = { shard: 5, conversation: 0, epoch, signer: 0, remove: [], roles: [], add: [], ...entries }
  const given = consents.map((key) => consentOf(config.chainId, key))
  reference.apply(await buildChangeMembers(config.chainId, reference.conversation, change, admin, given))
  record.push({ ...place, event: { kind: 'change', value: change } })
}

beforeAll(async () => {
  const members = [admin, talker].map(({ key }, slot) => ({
    key,
    role: slot === 0 ? 2 : 1,
    allowance: 20_000_000n,
    priceLimit: 1_000_000n,
  }))
  const create = { shard: 5, account: 0, nonce: 0n, salt: digestOf('salt'), members }
  const consents = [admin, talker].map((key) => consentOf(config.chainId, key))
  reference.apply(await buildCreateConversation(config, create, owner, consents))
  say(1, talker, 2)
  await alter({ add: [{ slot: 2, key: guest.key, role: 1 }] }, [guest])
  await alter({ remove: [{ slot: 1 }] })
  await alter({ add: [{ slot: 1, key: guest.key, role: 1 }] }, [guest])
  say(0, admin, 1)
  server = await TestServer.start()
  server.answer = ({ url }): Answer => {
    const { pathname, searchParams } = new URL(url, server.url)
    const json = answerTo(pathname, searchParams)
    return json === undefined
      ? { status: 404, body: { code: 'CONVERSATION_UNKNOWN', message: '' } }
      : { body: forge(pathname, jsonOf(json) as Json) }
  }
})
afterAll(() => server.close())

const at = { block: 9n, timestamp: 5n, claim: 2n, endsClaim: true, final: true }

function answerTo(path: string, query: URLSearchParams): Json | undefined {
  const { stateRoot, conversation } = reference
  if (path === '/v1/conversations/5/0')
    return { ...at, stateRoot, conversation, proof: { branch: reference.conversationBranch() } }
  if (path === '/v1/accounts/5/0')
    return { ...at, stateRoot, account: reference.shard.accounts[0], proof: { branch: reference.accountBranch() } }
  if (path === '/v1/conversations/5/0/messages') {
    const from = Number(query.get('from'))
    // A node may give fewer than asked for.
    return { entries: record.slice(from, from + Math.min(3, Number(query.get('limit')))) }
  }
  return path === '/v1/claims/2' ? { final: true, claim: { lastHeader: { stateRoot } } } : undefined
}

const client = () => createNodeClient({ url: server.url }, { chainId: config.chainId, maxAttempts: 1 })

async function faultWith(
  forged: typeof forge,
  use: () => Promise<unknown> = () => client().completeConversation(5, 0),
): Promise<ClientError['fault'] | undefined> {
  forge = forged
  try {
    await use()
    return undefined
  } catch (error) {
    if (error instanceof CodedError) return (error as ClientError).fault
    throw error
  } finally {
    forge = (_, json) => json
  }
}

const onConversation =
  (change: (conversation: Json) => Json): typeof forge =>
  (path, json) =>
    path.endsWith('/0') ? { ...json, conversation: change(json.conversation as Json) } : json

const onEntries =
  (change: (entries: Json[]) => Json[]): typeof forge =>
  (path, json) =>
    path.endsWith('/messages') ? { ...json, entries: change(json.entries as Json[]) } : json

describe('node client', () => {
  test('conversation › with its whole record is proven and complete', async () => {
    const complete = await client().completeConversation(5, 0, { stateRoot: reference.stateRoot })
    expect(complete?.conversation).toEqual(reference.conversation satisfies Conversation)
    expect(complete).toMatchObject({ block: 9n, claim: 2n, endsClaim: true, final: true })
    expect(complete?.record.map(({ kind }) => kind)).toEqual([
      'message',
      'message',
      'change',
      'change',
      'change',
      'message',
    ])
  })

  test('account › is proven', async () => {
    const account = await client().account(5, 0, { stateRoot: reference.stateRoot })
    expect(account?.account).toEqual(reference.shard.accounts[0])
    expect(await client().account(5, 1)).toBeUndefined()
    expect(await client().isFinal(2n)).toBe(true)
    expect(await client().isFinal(3n)).toBeUndefined()
  })

  test('finality › is waited for, and is that of the proven state only', async () => {
    const account = await client().account(5, 0)
    if (account === undefined) throw new TypeError('no account')
    let asked = 0
    const waits: number[] = []
    const clock = { now: () => 0, sleep: async (ms: number) => void waits.push(ms) }
    const patient = createNodeClient({ url: server.url, clock }, { chainId: config.chainId })
    const { signal } = new AbortController()
    forge = (_, json) => ({ ...json, final: ++asked > 2 })
    await patient.untilFinal(account, signal)
    expect([asked, waits]).toEqual([3, [1000, 1000]])
    forge = (_, json) => json
    const stateRoot = digestOf('a state that was removed')
    await expect(patient.untilFinal({ ...account, stateRoot }, signal)).rejects.toThrow('CLAIM_REPLACED')
    await expect(patient.untilFinal({ ...account, claim: 3n }, signal)).rejects.toThrow('CLAIM_REPLACED')
    await expect(patient.untilFinal({ ...account, endsClaim: false }, signal)).rejects.toThrow('PROOF_UNCLAIMED')
  })

  test('state root › another than asked for is refused before anything else', async () => {
    const stateRoot = digestOf('a final root')
    const fault = await faultWith(
      (_, json) => json,
      () => client().conversation(5, 0, { stateRoot }),
    )
    expect(fault).toMatchObject({ code: 'STATE_ROOT_MISMATCH', expected: stateRoot })
  })

  const flip = (hex: string): string => hex.slice(0, -1) + (hex.endsWith('0') ? '1' : '0')
  const forgeries: [what: string, forge: typeof forge][] = [
    ['messageCount', onConversation((json) => ({ ...json, messageCount: '4' }))],
    ['head', onConversation((json) => ({ ...json, head: flip(json.head as string) }))],
    ['epoch', onConversation((json) => ({ ...json, epoch: '2' }))],
    [
      'a member’s allowance',
      onConversation((json) => ({
        ...json,
        members: (json.members as Json[]).map((member, i) => (i === 0 ? { ...member, allowance: '1' } : member)),
      })),
    ],
    ['a member left out', onConversation((json) => ({ ...json, members: (json.members as Json[]).slice(1) }))],
    ['the state root', (_, json) => (json.stateRoot ? { ...json, stateRoot: flip(json.stateRoot as string) } : json)],
    [
      'a sibling',
      (_, json) => {
        const proof = json.proof as { branch: string[] } | undefined
        return proof
          ? { ...json, proof: { branch: proof.branch.map((each, i) => (i === 20 ? flip(each) : each)) } }
          : json
      },
    ],
    [
      'the branch’s length',
      (_, json) =>
        json.proof ? { ...json, proof: { branch: (json.proof as { branch: string[] }).branch.slice(1) } } : json,
    ],
  ]
  test.each(forgeries)('forgery › %s is noticed', async (_what, forged) => {
    expect(await faultWith(forged)).toMatchObject({ code: 'PROOF_INVALID', of: 'conversation' })
  })

  test('forgery › an account’s balance is noticed', async () => {
    const fault = await faultWith(
      (_, json) => ({ ...json, account: { ...(json.account as Json), balance: '5' } }),
      () => client().account(5, 0),
    )
    expect(fault).toMatchObject({ code: 'PROOF_INVALID', of: 'account' })
  })

  const gaps: [what: string, kind: string, forge: typeof forge][] = [
    [
      'the last entry left out',
      'count',
      onEntries((entries) =>
        entries.filter((entry) => JSON.stringify(entry) !== JSON.stringify(jsonOf(record.at(-1)))),
      ),
    ],
    ['two entries exchanged', 'head', onEntries(([a, b, ...rest]) => [b as Json, a as Json, ...rest])],
    [
      'a content altered',
      'head',
      onEntries((entries) =>
        entries.map((entry) => {
          const { kind, value } = entry.event as { kind: string; value: Json }
          return kind === 'message'
            ? { ...entry, event: { kind, value: { ...value, content: toHex(digestOf('?')) } } }
            : entry
        }),
      ),
    ],
    [
      'a message put into another’s mouth',
      'head',
      onEntries((entries) =>
        entries.map((entry) => {
          const { kind, value } = entry.event as { kind: string; value: Json }
          return kind === 'message' ? { ...entry, event: { kind, value: { ...value, member: 2 } } } : entry
        }),
      ),
    ],
    ['nothing at all', 'count', onEntries(() => [])],
  ]
  test.each(gaps)('record › %s is noticed', async (_what, kind, forged) => {
    expect(await faultWith(forged)).toMatchObject({ code: 'HISTORY_INCOMPLETE', gap: { kind } })
  })

  const malformed: [what: string, reason: string, forge: typeof forge][] = [
    ['a number for a uint64', 'block', (_, json) => ({ ...json, block: 9 })],
    ['an integer beyond 64 bits', 'block', (_, json) => ({ ...json, block: '18446744073709551616' })],
    ['a root cut short', 'stateRoot', (_, json) => ({ ...json, stateRoot: '0x00' })],
    ['a missing conversation', 'conversation', (_, { conversation: _gone, ...json }) => json],
    ['a branch beyond all bounds', 'proof.branch', (_, json) => ({ ...json, proof: { branch: Array(97).fill('0x') } })],
    [
      'a role that is no number',
      'members[0].role',
      onConversation((json) => ({ ...json, members: [{ ...(json.members as Json[])[0], role: '2' }] })),
    ],
  ]
  test.each(malformed)('answer › %s is refused by the field’s name', async (_what, field, forged) => {
    const fault = await faultWith(forged)
    expect(fault?.code).toBe('ANSWER_INVALID')
    expect((fault as { reason: string }).reason).toContain(field)
  })

  test('place › outside the state is refused here', async () => {
    await expect(client().conversation(64, 0)).rejects.toThrow(/ARGUMENT_OUT_OF_RANGE.*shard/)
    await expect(client().account(0, 2 ** 32)).rejects.toThrow(/ARGUMENT_OUT_OF_RANGE.*index/)
  })
})
