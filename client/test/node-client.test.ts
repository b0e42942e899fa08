import { BlockHeaderType, type ChangeMembers, CodedError, type Conversation, toHex } from '@parley/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  buildChangeMembers,
  buildCreateConversation,
  type ClientError,
  consentOf,
  createNodeClient,
  signMessage,
} from '../src/index.ts'
import { digestOf } from './support/blocks.ts'
import { FakeRollup, rollup } from './support/rollup.ts'
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
    const message = signMessage(config.chainId, draft, key)
    reference.say(message)
    record.push({ ...place, signatures: [message.signature], event: { kind: 'message', value: { member, content } } })
  }
}

async function alter(entries: Partial<ChangeMembers>, consents: (typeof admin)[] = []): Promise<void> {
  const { epoch } = reference.conversation
  const change = {
    shard: 5,
    conversation: 0,
    epoch,
    signer: 0,
    remove: [],
    roles: [],
    add: [],
    exchange: [],
    ...entries,
  }
  const given = consents.map((key) => consentOf(config.chainId, key))
  const operation = await buildChangeMembers(config.chainId, reference.conversation, change, admin, given)
  reference.apply(operation)
  record.push({ ...place, signatures: operation.signatures, event: { kind: 'change', value: change } })
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
  await alter({ add: [{ slot: 2, key: guest.key, role: 1, allowance: 0n, priceLimit: 0n }] }, [guest])
  await alter({ remove: [{ slot: 1 }] })
  await alter({ add: [{ slot: 1, key: guest.key, role: 1, allowance: 0n, priceLimit: 0n }] }, [guest])
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

const at = { block: 9n, timestamp: 5n, claim: 2n, endsClaim: true }
const l2Block = 77n
const where = { shard: 5, index: 0 }

const proven = (branch: readonly Uint8Array[]): Json => ({
  ...where,
  ...at,
  stateRoot: reference.stateRoot,
  final: false,
  proof: { gindex: '1', leaf: digestOf('leaf'), branch },
})

/** A claim of which only its place on the L2 matters: the rest is read there. */
function claimAnswer(): Json {
  const [root, part] = [digestOf('any'), { layer: 0, pointer: new Uint8Array(37) }]
  const roots = { parent: root, lineage: root, coreRoot: root, witnessRoot: root }
  const windows = { challenge: 1, data: 1, answer: 1, proof: 1 }
  const claimed = { number: 2n, ...roots, core: part, witness: part, windows, claimer: owner.address, claimedAt: 1n }
  return {
    hash: root,
    claim: { ...claimed, lastHeader: BlockHeaderType.defaultValue() },
    l2: { blockNumber: l2Block, blockHash: root },
    state: 'verified',
    final: false,
  }
}

function answerTo(path: string, query: URLSearchParams): Json | undefined {
  const { conversation } = reference
  if (path === '/v1/conversations/5/0')
    return { ...proven(reference.conversationBranch()), entries: BigInt(record.length), conversation }
  if (path === '/v1/accounts/5/0') return { ...proven(reference.accountBranch()), account: reference.shard.accounts[0] }
  if (path === '/v1/conversations/5/0/messages') {
    const from = Number(query.get('from'))
    // A node may give fewer than asked for.
    const entries = record.slice(from, from + Math.min(3, Number(query.get('limit'))))
    return {
      ...where,
      from: BigInt(from),
      total: BigInt(record.length),
      entries: entries.map((entry, i) => ({ entry: BigInt(from + i), ...entry })),
    }
  }
  return /^\/v1\/claims\/[12]$/.test(path) ? claimAnswer() : undefined
}

const clientOf = (l2?: FakeRollup) =>
  createNodeClient(
    { url: server.url, ...(l2 !== undefined && { l2: { client: l2.client, rollup } }) },
    { chainId: config.chainId, maxAttempts: 1 },
  )
const client = () => clientOf()

/** An L2 on which claim 2 stands, ending with the answered state, and claim 1 is final. */
function l2WithClaims(stateRoot = reference.stateRoot): FakeRollup {
  const l2 = new FakeRollup()
  l2.claim({ number: 1n, block: 5n, stateRoot: digestOf('earlier'), l2Block })
  l2.claim({ number: 2n, block: 9n, stateRoot, l2Block })
  l2.final = 1n
  return l2
}

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
  test('conversation › without the L2 fits the node’s root and is called nothing more', async () => {
    const complete = await client().completeConversation(5, 0, { stateRoot: reference.stateRoot })
    expect(complete?.conversation).toEqual(reference.conversation satisfies Conversation)
    expect(complete).toMatchObject({ grade: 'node', block: 9n, claim: undefined })
    // Slot 1 was emptied since, so nobody knows who said the first two.
    expect(complete?.signatures).toEqual({ valid: 4, keyless: 2, pruned: 0 })
    expect(complete?.record.map(({ kind }) => kind)).toEqual([
      'message',
      'message',
      'change',
      'change',
      'change',
      'message',
    ])
  })

  test('conversation › under the root of a claim read from the L2 is claimed, and final once that is', async () => {
    const l2 = l2WithClaims()
    const claimed = await clientOf(l2).completeConversation(5, 0)
    expect(claimed).toMatchObject({ grade: 'claimed', claim: { number: 2n, block: 9n, l2Block, final: false } })
    expect(claimed?.signatures).toEqual({ valid: 4, keyless: 2, pruned: 0 })
    l2.final = 2n
    const final = await clientOf(l2).completeConversation(5, 0)
    expect(final).toMatchObject({ grade: 'final', claim: { number: 2n, final: true }, signatures: undefined })
  })

  test('conversation › of a state that no claim ends with fits the node’s root', async () => {
    const l2 = l2WithClaims()
    forge = (_, json) => ({ ...json, endsClaim: false })
    expect(await clientOf(l2).conversation(5, 0)).toMatchObject({ grade: 'node', claim: undefined })
    forge = (_, json) => json
    l2.remove(2n)
    expect(await clientOf(l2).conversation(5, 0)).toMatchObject({ grade: 'node', claim: undefined })
  })

  test('conversation › whose root is not the one of the claim that the node names is refused', async () => {
    const fault = await faultWith(
      (_, json) => json,
      () => clientOf(l2WithClaims(digestOf('what was claimed'))).completeConversation(5, 0),
    )
    expect(fault).toMatchObject({ code: 'STATE_ROOT_MISMATCH', expected: digestOf('what was claimed') })
  })

  test('claim › that a node places where the L2 has no such event is not believed', async () => {
    forge = (path, json) =>
      path.startsWith('/v1/claims') ? { ...json, l2: { ...(json.l2 as Json), blockNumber: '78' } } : json
    expect(await clientOf(l2WithClaims()).conversation(5, 0)).toMatchObject({ grade: 'node' })
    forge = (_, json) => json
  })

  const unsigned = onEntries((entries) => entries.map((entry) => ({ ...entry, signatures: null })))
  test('signatures › pruned above finality are refused, below it and under a final root they are not needed', async () => {
    const l2 = l2WithClaims()
    const read = () => clientOf(l2).completeConversation(5, 0)
    expect(await faultWith(unsigned, read)).toMatchObject({
      code: 'ENTRY_UNSIGNED',
      entry: 0,
      block: 9n,
      finalBlock: 5n,
    })
    l2.claim({ number: 1n, block: 9n, stateRoot: digestOf('earlier'), l2Block })
    forge = unsigned
    expect((await read())?.signatures).toEqual({ valid: 0, keyless: 0, pruned: 6 })
    l2.final = 2n
    expect(await read()).toMatchObject({ grade: 'final', signatures: undefined })
    forge = (_, json) => json
  })

  test('signatures › that do not hold are refused, with and without an L2', async () => {
    const forged = onEntries((entries) =>
      entries.map((entry) => ({ ...entry, signatures: [toHex(new Uint8Array(64))] })),
    )
    expect(await faultWith(forged)).toMatchObject({ code: 'ENTRY_FORGED' })
    const read = () => clientOf(l2WithClaims()).completeConversation(5, 0)
    expect(await faultWith(forged, read)).toMatchObject({ code: 'ENTRY_FORGED' })
  })

  test('account › is proven', async () => {
    const account = await clientOf(l2WithClaims()).account(5, 0, { stateRoot: reference.stateRoot })
    expect(account).toMatchObject({ account: reference.shard.accounts[0], grade: 'claimed' })
    expect(await client().account(5, 1)).toBeUndefined()
  })

  test('finality › is waited for on the L2, whatever the node says, and is that of the proven state only', async () => {
    const l2 = l2WithClaims()
    const waits: number[] = []
    const clock = {
      now: () => 0,
      elapsed: () => 0,
      sleep: async (ms: number) => {
        waits.push(ms)
        if (waits.length === 2) l2.final = 2n
      },
    }
    const deps = { url: server.url, clock, l2: { client: l2.client, rollup } }
    const patient = createNodeClient(deps, { chainId: config.chainId })
    const account = await patient.account(5, 0)
    if (account === undefined) throw new TypeError('no account')
    const { signal } = new AbortController()
    forge = (_, json) => ({ ...json, final: true })
    expect(await patient.untilFinal(account, signal)).toMatchObject({ grade: 'final', claim: { final: true } })
    expect(waits).toEqual([1000, 1000])
    forge = (_, json) => json
    const stateRoot = digestOf('a state that was removed')
    await expect(patient.untilFinal({ ...account, stateRoot }, signal)).rejects.toThrow('CLAIM_REPLACED')
    await expect(patient.untilFinal({ ...account, claim: undefined }, signal)).rejects.toThrow('PROOF_UNCLAIMED')
    await expect(client().untilFinal(account, signal)).rejects.toThrow('L2_MISSING')
    l2.claim({ number: 2n, block: 8n, stateRoot: reference.stateRoot, l2Block })
    await expect(patient.untilFinal(account, signal)).rejects.toThrow('CLAIM_REPLACED')
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
          ? { ...json, proof: { ...proof, branch: proof.branch.map((each, i) => (i === 20 ? flip(each) : each)) } }
          : json
      },
    ],
    [
      'the branch’s length',
      (_, json) => {
        const proof = json.proof as { branch: string[] } | undefined
        return proof ? { ...json, proof: { ...proof, branch: proof.branch.slice(1) } } : json
      },
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
      onEntries((entries) => entries.filter(({ entry }) => entry !== String(record.length - 1))),
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
    [
      'a branch beyond all bounds',
      'proof.branch',
      (_, json) => ({
        ...json,
        proof: { ...(json.proof as Json), branch: Array(97).fill('0x') },
      }),
    ],
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
