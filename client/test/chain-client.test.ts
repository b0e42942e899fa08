import { type BlockHeader, BlockHeaderType, BlockType, CodedError, toHex } from '@parley/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ClientError, createChainClient } from '../src/index.ts'
import { claimHashOf } from '../src/node/claim-hash.ts'
import { deployment, digestOf, keys, sealAfter } from './support/blocks.ts'
import { FakeRollup, rollup } from './support/rollup.ts'
import { type Answer, TestServer } from './support/server.ts'

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

const blocks = [1, 2, 3, 4].reduce<ReturnType<typeof sealAfter>[]>(
  (all) => [...all, sealAfter(all.at(-1)?.block.header)],
  [],
)
const headerOf = (number: bigint): BlockHeader => (blocks[Number(number) - 1] as (typeof blocks)[0]).block.header
const [root, part] = [digestOf('any'), { layer: 1, pointer: new Uint8Array(37).fill(7) }]

/** Claim 1 covers blocks 1 to 3, claim 2 the fourth. */
const claimNumbered = (number: bigint) => ({
  number,
  parent: root,
  lineage: digestOf('lineage'),
  coreRoot: digestOf(`core ${number}`),
  witnessRoot: digestOf(`witness ${number}`),
  lastHeader: headerOf(number === 1n ? 3n : 4n),
  core: part,
  witness: part,
  windows: { challenge: 60, data: 30, answer: 10, proof: 10 },
  claimer: digestOf('claimer').subarray(12),
  claimedAt: 1_700_000_100n,
})
const coveringOf = (number: bigint): bigint => (number <= 3n ? 1n : 2n)

let server: TestServer
/** Changes the node's answers before they are sent. */
let forge: (path: string, json: Json) => Json = (_, json) => json
let forgeOctets: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes

function answer(path: string, accept: string | undefined): Answer {
  const [, kind, which = ''] = /^\/v1\/(blocks|claims|batches)\/(\w+)$/.exec(path) ?? []
  const number = which === 'latest' ? (kind === 'blocks' ? 4n : 2n) : BigInt(which)
  if (kind === 'batches') return { headers: { 'content-length': '1234' } }
  if (kind === 'claims' && number <= 2n && number > 0n) {
    const claim = claimNumbered(number)
    const l2 = { blockNumber: 7n, blockHash: root }
    return {
      body: forge(path, jsonOf({ hash: claimHashOf(claim), claim, l2, state: 'verified', final: true }) as Json),
    }
  }
  if (kind !== 'blocks' || number < 1n || number > 4n)
    return { status: 404, body: { code: 'BLOCK_UNKNOWN', message: '' } }
  const { block } = blocks[Number(number) - 1] as (typeof blocks)[0]
  if (accept === 'application/octet-stream') return { body: forgeOctets(BlockType.serialize(block)) }
  const headerRoot = BlockHeaderType.hashTreeRoot(block.header)
  const told = { header: block.header, headerRoot, runs: [], claim: coveringOf(number), finality: 'final' }
  return { body: forge(path, jsonOf(told) as Json) }
}

beforeAll(async () => {
  server = await TestServer.start()
  server.answer = ({ url, headers }) => answer(new URL(url, server.url).pathname, headers.accept)
})
afterAll(() => server.close())

/** An L2 on which both claims stand. */
function l2WithClaims(): FakeRollup {
  const l2 = new FakeRollup()
  for (const number of [1n, 2n]) l2.keep(number, claimHashOf(claimNumbered(number)))
  return l2
}

const clientOf = (l2?: FakeRollup) =>
  createChainClient({ url: server.url, ...(l2 && { l2: { client: l2.client, rollup } }) }, { maxAttempts: 1 })

async function codeWith(
  forged: { json?: typeof forge; octets?: typeof forgeOctets },
  use: () => Promise<unknown>,
): Promise<ClientError['fault']['code'] | undefined> {
  const honest = { forge, forgeOctets }
  forge = forged.json ?? forge
  forgeOctets = forged.octets ?? forgeOctets
  try {
    await use()
    return undefined
  } catch (error) {
    if (error instanceof CodedError) return (error as ClientError).fault.code
    throw error
  } finally {
    ;({ forge, forgeOctets } = honest)
  }
}

/** The same with the last digit of a field changed, however deep it lies. */
function changed(json: Json, ...path: readonly string[]): Json {
  const [name = '', ...rest] = path
  const value = json[name]
  if (rest.length > 0) return { ...json, [name]: changed(value as Json, ...rest) }
  return { ...json, [name]: String(value).replace(/.$/, (digit) => (digit === '0' ? '1' : '0')) }
}

describe('chain client', () => {
  test('claim › is as final as the L2 says, whatever the node says', async () => {
    expect(await clientOf().claim(1n)).toMatchObject({ grade: 'node', claim: { number: 1n }, l2Block: 7n })
    const l2 = l2WithClaims()
    expect(await clientOf(l2).claim(1n)).toMatchObject({ grade: 'claimed' })
    l2.final = 1n
    expect(await clientOf(l2).claim(1n)).toMatchObject({ grade: 'final' })
    expect(await clientOf(l2).claim('latest')).toMatchObject({ grade: 'claimed', claim: { number: 2n } })
  })

  test.each([
    [['claim', 'coreRoot']],
    [['claim', 'claimedAt']],
    [['claim', 'core', 'pointer']],
    [['claim', 'windows', 'challenge']],
    [['claim', 'lastHeader', 'stateRoot']],
    [['hash']],
  ])('claim › with another %s is refused, with and without an L2', async (path) => {
    const spoilt = (json: Json): Json =>
      path.includes('challenge')
        ? { ...json, claim: { ...(json.claim as Json), windows: { challenge: 1, data: 30, answer: 10, proof: 10 } } }
        : changed(json, ...path)
    for (const client of [clientOf(), clientOf(l2WithClaims())])
      expect(await codeWith({ json: (_, json) => spoilt(json) }, () => client.claim(1n))).toBe('CLAIM_MISMATCH')
  })

  test('claim › that hashes well and is not the L2’s is refused', async () => {
    const l2 = l2WithClaims()
    l2.keep(1n, digestOf('another claim'))
    expect(await codeWith({}, () => clientOf(l2).claim(1n))).toBe('CLAIM_REPLACED')
    l2.remove(1n)
    expect(await codeWith({}, () => clientOf(l2).claim(1n))).toBe('CLAIM_REPLACED')
  })

  test('claim › of another number than was asked for is refused, and one that nobody knows is none', async () => {
    const other = (_: string, json: Json): Json => ({
      ...json,
      claim: jsonOf(claimNumbered(2n)),
      hash: toHex(claimHashOf(claimNumbered(2n))),
    })
    expect(await codeWith({ json: other }, () => clientOf().claim(1n))).toBe('CLAIM_MISMATCH')
    expect(await clientOf().claim(9n)).toBeUndefined()
  })

  test('headers › are as good as the claim to whose last header they are linked', async () => {
    const l2 = l2WithClaims()
    l2.final = 1n
    const headers = await clientOf(l2).headers(1n, 4n)
    expect(headers.map(({ header, claim, grade }) => [header.number, claim, grade])).toEqual([
      [1n, 1n, 'final'],
      [2n, 1n, 'final'],
      [3n, 1n, 'final'],
      [4n, 2n, 'claimed'],
    ])
    expect((await clientOf().headers(1n, 2n)).map(({ grade }) => grade)).toEqual(['node', 'node'])
  })

  test('headers › that do not lead to the claim’s are refused, also where only the ones between are wrong', async () => {
    const l2 = l2WithClaims()
    const rooted = (json: Json, header: BlockHeader): Json => ({
      ...json,
      header: jsonOf(header),
      headerRoot: toHex(BlockHeaderType.hashTreeRoot(header)),
    })
    const wrong =
      (number: bigint) =>
      (path: string, json: Json): Json =>
        path.endsWith(`/blocks/${number}`) ? rooted(json, { ...headerOf(number), timestamp: 1n }) : json
    for (const number of [1n, 2n, 3n])
      expect(await codeWith({ json: wrong(number) }, () => clientOf(l2).headers(1n, 1n)), `${number}`).toBe(
        'HEADER_UNLINKED',
      )
    const unrooted = (_: string, json: Json): Json => changed(json, 'headerRoot')
    expect(await codeWith({ json: unrooted }, () => clientOf().headers(1n, 1n))).toBe('HEADER_MISMATCH')
  })

  test('headers › of another claim than they are of are refused', async () => {
    const moved = (path: string, json: Json): Json => (path.includes('/blocks/') ? { ...json, claim: '1' } : json)
    expect(await codeWith({ json: moved }, () => clientOf(l2WithClaims()).headers(4n, 4n))).toBe('HEADER_UNLINKED')
  })

  test('headers › are no more than a batch may have', async () => {
    expect(await codeWith({}, () => clientOf().headers(1n, 1_025n))).toBe('ARGUMENT_OUT_OF_RANGE')
  })

  test('block › has the runs that its header commits to', async () => {
    const l2 = l2WithClaims()
    const block = await clientOf(l2).block(2n)
    expect(block).toMatchObject({ grade: 'claimed', claim: 1n, block: (blocks[1] as (typeof blocks)[0]).block })
    const flipped = (bytes: Uint8Array): Uint8Array =>
      bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte))
    expect(await codeWith({ octets: flipped }, () => clientOf(l2).block(2n))).toBe('HEADER_MISMATCH')
    expect(await codeWith({ octets: (bytes) => bytes.subarray(1) }, () => clientOf(l2).block(2n))).toBe(
      'ANSWER_INVALID',
    )
    expect(await clientOf(l2).block(9n)).toBeUndefined()
    expect(await clientOf(l2).latestBlock()).toBe(4n)
  })

  test('part › is as long as the head of its answer says', async () => {
    expect(await clientOf().partBytes(root)).toBe(1234)
    expect(server.received.at(-1)?.method).toBe('HEAD')
  })

  test('evidence › says whether the key of the block has signed it', async () => {
    const [a, b] = [blocks[0] as (typeof blocks)[0], sealAfter(undefined)]
    const signedOf = ({ block: { header }, signature }: typeof a) => ({ header, signature })
    const other = { ...signedOf(b), signature: new Uint8Array(65).fill(1) }
    const tell = (value: Json): Answer => ({
      body: jsonOf({ evidence: [{ shown: false, evidence: { kind: 'equivocation', value } }] }) as Json,
    })
    const before = server.answer
    const signers = { ...deployment, keys: await keys() }
    server.answer = () => tell({ a: signedOf(a), b: signedOf(b) })
    expect(await clientOf().evidence(signers)).toMatchObject([{ signed: true, shown: false }])
    server.answer = () => tell({ a: signedOf(a), b: other })
    expect(await clientOf().evidence(signers)).toMatchObject([{ signed: false }])
    server.answer = before
  })
})
