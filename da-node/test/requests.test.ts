import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { daNodeRoutes } from '@parley/api'
import { attestationDigest, type StoreAuthority, signerOf } from '@parley/da-adapters/committee'
import { encodeCore } from '@parley/protocol'
import { bytesToHex, hexToBytes } from 'viem'
import type { PrivateKeyAccount } from 'viem/accounts'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { DaNodeOptions, DaNodeServerOptions } from '../src/index.ts'
import { authorityOf, FakeCommittee, newAccount, partOf, witnessOf } from './support/fake-committee.ts'
import { eventually, type Member, startMember } from './support/member.ts'
import { scratch } from './support/scratch.ts'

interface Stage {
  readonly committee: FakeCommittee
  readonly member: Member
  readonly claimer: PrivateKeyAccount
  readonly account: PrivateKeyAccount
  /** An authority for these bytes, an hour long unless changed. */
  grant(bytes: readonly Uint8Array[], changed?: Partial<StoreAuthority>, by?: PrivateKeyAccount): Promise<string>
  put(bytes: Uint8Array, header: string | undefined): Promise<Response>
  attest(header: string): Promise<Response>
}

async function stage(options: DaNodeOptions = {}, server: Partial<DaNodeServerOptions> = {}): Promise<Stage> {
  const committee = new FakeCommittee()
  const [account, claimer] = [newAccount(), newAccount()]
  committee.begin({ number: 3, k: 1, members: [{ address: hexToBytes(account.address), url: 'http://unused' }] })
  committee.claimers.add(claimer.address.toLowerCase())
  const member = await startMember(committee, account, await scratch(), { options, server })
  onTestFinished(() => member.close())
  await eventually(() => member.node.unreadyBecause() === undefined)
  return {
    committee,
    member,
    claimer,
    account,
    grant: (bytes, changed = {}, by = claimer) =>
      authorityOf(committee, by, {
        epoch: 3,
        expiresAt: committee.time + 3_600n,
        deadline: committee.time + 60n,
        parts: bytes.map(partOf),
        ...changed,
      }),
    put: (bytes, header) =>
      fetch(`${member.url}/v1/parts`, {
        method: 'PUT',
        headers: { 'content-type': 'application/octet-stream', ...(header && { 'parley-request': header }) },
        body: bytes as Uint8Array<ArrayBuffer>,
      }),
    attest: (header) => fetch(`${member.url}/v1/attest`, { method: 'POST', headers: { 'parley-request': header } }),
  }
}

/** Status and coded fault of an answer. */
async function faultOf(answer: Response): Promise<Record<string, unknown>> {
  return { status: answer.status, ...((await answer.json()) as object) }
}

describe('a part', () => {
  test('stored › is served whole, by range and by head, and attested to', async () => {
    const { committee, member, account, grant, put, attest } = await stage()
    const [core, witness] = [encodeCore([emptyBlock]), witnessOf(700)]
    const header = await grant([core, witness])
    for (const bytes of [core, witness]) {
      const stored = await put(bytes, header)
      expect([stored.status, await stored.json()]).toEqual([
        200,
        { chunkRoot: bytesToHex(partOf(bytes).chunkRoot), stored: true },
      ])
    }
    const { signature } = (await (await attest(header)).json()) as { signature: `0x${string}` }
    const digest = attestationDigest(committee.instance, {
      epoch: 3,
      expiresAt: committee.time + 3_600n,
      parts: [partOf(core), partOf(witness)],
    })
    expect(await signerOf(digest, hexToBytes(signature))).toEqual(hexToBytes(account.address))

    const url = `${member.url}/v1/parts/${bytesToHex(partOf(witness).chunkRoot)}`
    const whole = await fetch(url)
    expect(new Uint8Array(await whole.arrayBuffer())).toEqual(witness)
    const head = await fetch(url, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(witness.length)])
    const ranged = async (range: string) => {
      const answer = await fetch(url, { headers: { range } })
      return [answer.status, answer.headers.get('content-range'), new Uint8Array(await answer.arrayBuffer())]
    }
    const { length } = witness
    expect(await ranged('bytes=10-19')).toEqual([206, `bytes 10-19/${length}`, witness.slice(10, 20)])
    expect(await ranged('bytes=-5')).toEqual([206, `bytes ${length - 5}-${length - 1}/${length}`, witness.slice(-5)])
    expect(await ranged(`bytes=${length - 1}-${length + 9}`)).toEqual([
      206,
      `bytes ${length - 1}-${length - 1}/${length}`,
      witness.slice(-1),
    ])
    expect(await ranged('bytes=9-3')).toEqual([200, null, witness])
    const beyond = await fetch(url, { headers: { range: `bytes=${length}-` } })
    expect(await faultOf(beyond)).toMatchObject({ status: 416, code: 'RANGE_UNSATISFIABLE', bytes: length })
  })

  test('stored again › is one part, kept for as long as was asked for longest', async () => {
    const { committee, member, grant, put, attest } = await stage()
    const bytes = witnessOf(3)
    const long = await grant([bytes], { expiresAt: committee.time + 7_200n })
    const short = await grant([bytes])
    for (const header of [short, short, long, short]) expect((await put(bytes, header)).status).toBe(200)
    expect((await attest(long)).status).toBe(200)
    expect((await attest(short)).status).toBe(200)
    expect([member.node.store.usage.parts, member.node.store.usage.bytes]).toEqual([1, bytes.length])
    expect(await member.registry.getSingleMetricAsString('parley_da_node_taken_total')).toMatch(
      /stored"} 1\n.*present"} 2\n.*extended"} 1|stored"} 1\n.*extended"} 1\n.*present"} 2/,
    )
  })

  test('expired › is 410 an hour later, and 404 what never was', async () => {
    const { committee, member, grant, put } = await stage()
    const bytes = witnessOf(4)
    await put(bytes, await grant([bytes]))
    const url = `${member.url}/v1/parts/${bytesToHex(partOf(bytes).chunkRoot)}`
    committee.time += 7_199n
    await eventually(() => member.node.l2.last?.time === committee.time)
    expect((await fetch(url)).status).toBe(200)
    committee.time += 2n
    await eventually(() => member.node.store.usage.parts === 0)
    expect(await faultOf(await fetch(url))).toMatchObject({ status: 410, code: 'PART_EXPIRED' })
    const other = await fetch(`${member.url}/v1/parts/0x${'5a'.repeat(32)}`)
    expect(await faultOf(other)).toMatchObject({ status: 404, code: 'PART_UNKNOWN' })
    committee.time += 30n * 86_400n
    await eventually(async () => (await fetch(url)).status === 404)
  })

  test('no longer on the disk › is 500 and never 404, and is not attested to', async () => {
    const { member, grant, put, attest } = await stage()
    const bytes = witnessOf(5)
    const header = await grant([bytes])
    await put(bytes, header)
    const root = bytesToHex(partOf(bytes).chunkRoot)
    await rm(join(member.parts, root.slice(2, 4), root.slice(2)))
    const url = `${member.url}/v1/parts/${root}`
    expect(await faultOf(await fetch(url))).toMatchObject({ status: 500, code: 'PART_LOST' })
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(500)
    expect(await faultOf(await attest(header))).toMatchObject({ status: 409, code: 'PART_NOT_STORED' })
    // The batcher stores it again.
    expect((await put(bytes, header)).status).toBe(200)
    expect((await fetch(url)).status).toBe(200)
  })
})

const emptyBlock = { timestamp: 1_000n, inboxCount: 0n, stateRoot: new Uint8Array(32), runs: [] }

describe('refused', () => {
  test('who may not store › 401, before the body is read', async () => {
    const { committee, grant, put, attest } = await stage()
    const bytes = witnessOf(2)
    const stranger = newAccount()
    const foreign = await grant([bytes], {}, stranger)
    expect(await faultOf(await put(bytes, foreign))).toMatchObject({
      status: 401,
      code: 'AUTHORITY_UNKNOWN',
      address: stranger.address.toLowerCase(),
    })
    expect(await faultOf(await put(bytes, undefined))).toMatchObject({ status: 401, code: 'AUTHORITY_INVALID' })
    expect(await faultOf(await put(bytes, 'epoch=3'))).toMatchObject({ status: 401, code: 'AUTHORITY_INVALID' })
    const zeros = (await grant([bytes])).replace(/signature=.*/, `signature=0x${'00'.repeat(64)}`)
    expect(await faultOf(await put(bytes, zeros))).toMatchObject({ status: 401, code: 'AUTHORITY_INVALID' })
    // What was signed for another contract is somebody else's signature here.
    const elsewhere = new FakeCommittee()
    Object.assign(elsewhere, { instance: { ...committee.instance, chainId: 902n } })
    const other = await authorityOf(elsewhere, stranger, {
      epoch: 3,
      expiresAt: committee.time + 60n,
      deadline: committee.time + 60n,
      parts: [partOf(bytes)],
    })
    expect(await faultOf(await attest(other))).toMatchObject({ status: 401, code: 'AUTHORITY_UNKNOWN' })
  })

  test('who may no longer claim › 401 from then on', async () => {
    const { committee, claimer, grant, put } = await stage()
    const bytes = witnessOf(2)
    const header = await grant([bytes])
    expect((await put(bytes, header)).status).toBe(200)
    committee.claimers.delete(claimer.address.toLowerCase())
    expect(await faultOf(await put(bytes, header))).toMatchObject({ status: 401, code: 'AUTHORITY_UNKNOWN' })
  })

  test('another epoch, another member › 409', async () => {
    const { committee, member, grant, put } = await stage()
    const bytes = witnessOf(2)
    expect(await faultOf(await put(bytes, await grant([bytes], { epoch: 4 })))).toMatchObject({
      status: 409,
      code: 'EPOCH_OTHER',
      asked: 4,
      current: 3,
    })
    committee.begin({ number: 4, k: 1, members: [{ address: new Uint8Array(20).fill(1), url: 'http://unused' }] })
    await eventually(() => member.node.l2.last?.epoch?.number === 4)
    expect(await faultOf(await put(bytes, await grant([bytes], { epoch: 4 })))).toMatchObject({
      status: 409,
      code: 'COMMITTEE_WITHOUT',
    })
    expect((await fetch(`${member.url}/readyz`)).status).toBe(503)
  })

  test('times out of bounds › 400 with field and bound', async () => {
    const { committee, grant, put } = await stage({ minRetentionSeconds: 100, maxRetentionSeconds: 5_000 })
    const bytes = witnessOf(2)
    const { time } = committee
    for (const [field, changed] of [
      ['deadline', { deadline: time - 1n }],
      ['deadline', { deadline: time + 86_401n }],
      ['expiresAt', { expiresAt: time + 99n }],
      ['expiresAt', { expiresAt: time + 5_001n }],
    ] as const) {
      const fault = await faultOf(await put(bytes, await grant([bytes], changed)))
      expect(fault).toMatchObject({ status: 400, code: 'FIELD_INVALID', field })
      expect(fault.expected).toMatch(/^\d+ to \d+, by the L2’s time of \d+$/)
    }
    for (const expiresAt of [time + 100n, time + 5_000n])
      expect((await put(bytes, await grant([bytes], { expiresAt }))).status).toBe(200)
  })

  test('what is no part of a batch, and another part › 400', async () => {
    const { grant, put } = await stage()
    for (const bytes of [Uint8Array.of(1, 2, 3), witnessOf(2).fill(2, 0, 1), new Uint8Array(65)]) {
      const fault = await faultOf(await put(bytes, await grant([bytes])))
      expect(fault).toMatchObject({ status: 400, code: 'PART_MALFORMED' })
    }
    const [asked, sent] = [witnessOf(2, 1), witnessOf(2, 2)]
    expect(await faultOf(await put(sent, await grant([asked])))).toMatchObject({
      status: 400,
      code: 'PART_OTHER',
      received: bytesToHex(partOf(sent).chunkRoot),
    })
    const longer = witnessOf(3)
    expect(await faultOf(await put(longer, await grant([asked])))).toMatchObject({ status: 400, code: 'PART_OTHER' })
    expect((await put(new Uint8Array(0), await grant([asked]))).status).toBe(400)
  })

  test('a part that is too large › 413 with the bound', async () => {
    const { grant, put } = await stage({ maxPartBytes: 1_000 })
    const [fits, large] = [witnessOf(15), witnessOf(16)]
    expect((await put(fits, await grant([fits]))).status).toBe(200)
    expect(await faultOf(await put(large, await grant([large])))).toMatchObject({
      status: 413,
      code: 'BODY_SIZE',
      maximum: 1_000,
    })
  })

  test('attesting to what is not stored, or not for so long › 409', async () => {
    const { committee, grant, put, attest } = await stage()
    const [one, two] = [witnessOf(2, 1), witnessOf(2, 2)]
    const both = await grant([one, two])
    await put(one, both)
    expect(await faultOf(await attest(both))).toMatchObject({
      status: 409,
      code: 'PART_NOT_STORED',
      chunkRoot: bytesToHex(partOf(two).chunkRoot),
    })
    const longer = await grant([one], { expiresAt: committee.time + 4_000n })
    expect(await faultOf(await attest(longer))).toMatchObject({ status: 409, code: 'PART_NOT_STORED' })
  })

  test('a stored part with zeros added, which has its chunk root › 409, and the first stays', async () => {
    const { committee, member, grant, put, attest } = await stage()
    const bytes = witnessOf(2)
    const padded = new Uint8Array(bytes.length + 64)
    padded.set(bytes)
    expect(partOf(padded).chunkRoot).toEqual(partOf(bytes).chunkRoot)
    const header = await grant([bytes])
    expect((await put(bytes, header)).status).toBe(200)
    for (const seconds of [1_800n, 7_200n]) {
      const other = await grant([padded], { expiresAt: committee.time + seconds })
      expect(await faultOf(await put(padded, other))).toMatchObject({
        status: 409,
        code: 'PART_LENGTH_OTHER',
        bytes: padded.length,
        stored: bytes.length,
      })
    }
    const served = await fetch(`${member.url}/v1/parts/${bytesToHex(partOf(bytes).chunkRoot)}`)
    expect(new Uint8Array(await served.arrayBuffer())).toEqual(bytes)
    expect((await attest(header)).status).toBe(200)
  })

  test('more than the claimer’s share › 429 with Retry-After, and what is there already is taken again', async () => {
    const size = witnessOf(2).length
    const { committee, member, grant, put } = await stage({ claimerBytesPerDay: 2 * size, claimerOpenBytes: 3 * size })
    const [one, two, three, four] = [1, 2, 3, 4].map((seed) => witnessOf(2, seed)) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ]
    const days = { expiresAt: committee.time + 10n * 86_400n }
    for (const bytes of [one, two]) expect((await put(bytes, await grant([bytes], days))).status).toBe(200)
    const refused = await put(three, await grant([three], days))
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await faultOf(refused)).toMatchObject({ status: 429, code: 'CLAIMER_QUOTA', what: 'bytes a day' })
    expect((await put(one, await grant([one], days))).status).toBe(200)
    committee.time += 90_000n
    await eventually(() => member.node.l2.last?.time === committee.time)
    expect((await put(three, await grant([three]))).status).toBe(200)
    expect(await faultOf(await put(four, await grant([four])))).toMatchObject({ status: 429, what: 'open bytes' })
  })

  test('no room on the disk › 507', async () => {
    const { member, grant, put } = await stage({ maxStoredBytes: 200 })
    const [one, two] = [witnessOf(2, 1), witnessOf(2, 2)]
    expect((await put(one, await grant([one]))).status).toBe(200)
    expect(await faultOf(await put(two, await grant([two])))).toMatchObject({
      status: 507,
      code: 'DISK_FULL',
      free: 71,
    })
    const status = (await (await fetch(`${member.url}/v1/status`)).json()) as { freeBytes: number }
    expect(status.freeBytes).toBe(71)
  })

  test('an L2 that is silent › 503, nothing taken, and reads go on', async () => {
    const { committee, member, grant, put, attest } = await stage({ staleMs: 100 })
    const bytes = witnessOf(2)
    const header = await grant([bytes])
    await put(bytes, header)
    committee.silent = true
    await eventually(() => member.node.unreadyBecause() !== undefined)
    expect(await faultOf(await put(bytes, header))).toMatchObject({ status: 503, code: 'NOT_READY' })
    expect((await attest(header)).status).toBe(503)
    expect((await fetch(`${member.url}/readyz`)).status).toBe(503)
    expect((await fetch(`${member.url}/v1/parts/${bytesToHex(partOf(bytes).chunkRoot)}`)).status).toBe(200)
    committee.silent = false
    await eventually(async () => (await put(bytes, header)).status === 200)
  })

  test('more files than one address may have open › 429', async () => {
    const { member, grant, put } = await stage({}, { maxOpenFilesPerAddress: 0 })
    const bytes = witnessOf(2)
    await put(bytes, await grant([bytes]))
    const url = `${member.url}/v1/parts/${bytesToHex(partOf(bytes).chunkRoot)}`
    expect(await faultOf(await fetch(url))).toMatchObject({ status: 429, code: 'OVERLOADED' })
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(200)
  })
})

test('document › is docs/api/da-node.json', async () => {
  const { member } = await stage()
  const document = await (await fetch(`${member.url}/openapi.json`)).json()
  await expect(`${JSON.stringify(document, null, 2)}\n`).toMatchFileSnapshot('../../docs/api/da-node.json')
  expect(Object.keys(daNodeRoutes(1))).toHaveLength(8)
})

test('status › says who the member is and what it may still take', async () => {
  const { committee, member, account } = await stage({ maxStoredBytes: 5_000 })
  const status = await (await fetch(`${member.url}/v1/status`)).json()
  expect(status).toEqual({
    address: account.address.toLowerCase(),
    committee: bytesToHex(committee.instance.committee),
    chainId: '901',
    time: String(committee.time),
    epoch: { number: 3, place: 0 },
    maxPartBytes: 7 * 2 ** 20,
    maxRetentionSeconds: 21 * 86_400,
    parts: { count: 0, bytes: 0, lost: 0 },
    freeBytes: 5_000,
    pricePerGiBDay: '0',
    version: 'test',
  })
})
