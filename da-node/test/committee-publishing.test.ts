import {
  attestationDigest,
  committeeMark,
  compactSignature,
  decodeCommitteePointer,
  membersIn,
  signerOf,
} from '@parley/da-adapters/committee'
import { DaError, type DataAvailability } from '@parley/protocol'
import { bytesToHex } from 'viem'
import { describe, expect, onTestFinished, test } from 'vitest'
import { checkPartForm } from '../src/index.ts'
import { type CommitteeStage, committeeStage, maxBytes } from './support/committee.ts'
import { newAccount, witnessOf } from './support/fake-committee.ts'
import { eventually } from './support/member.ts'
import { type Meddling, trickle, writeEndlessly } from './support/member-proxy.ts'
import { scratch } from './support/scratch.ts'

type Options = Parameters<CommitteeStage['open']>[0]

async function stage(options: Parameters<typeof committeeStage>[1] = {}, opened: Options = {}) {
  const made = await committeeStage(await scratch(), { forms: checkPartForm, ...options })
  onTestFinished(() => made.close())
  const da = await made.open({ tries: 1, memberTimeoutMs: 20_000, graceMs: 60_000, ...opened })
  onTestFinished(() => da.close())
  const down = (...places: number[]) => {
    for (const place of places) made.proxies[place]!.meddle(() => 'cut')
  }
  const heal = () => {
    for (const proxy of made.proxies) proxy.heal()
  }
  const certificateOf = (pointer: Uint8Array) =>
    decodeCommitteePointer(pointer, { mark: committeeMark(made.chain.instance), maxBytes })
  const said = (words: string) => made.lines.filter((line) => line.includes(words))
  return { ...made, da, down, heal, certificateOf, said }
}

const signal = () => AbortSignal.timeout(100_000)
let seed = 1
/** A witness that no other test publishes. */
const fresh = (signatures = 20): Uint8Array => witnessOf(signatures, ++seed)
const submit = (da: DataAvailability, bytes: Uint8Array) => da.submit(bytes, {}, signal())

async function faultOf(promise: Promise<unknown>) {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof DaError) return error.fault as DaError['fault'] & Record<string, unknown>
  throw error ?? new Error('nothing was thrown')
}

describe('a certificate', () => {
  test('has exactly k signatures, each its member’s, and is shared by core and witness', async () => {
    const { chain, da, certificateOf } = await stage()
    const [one, two] = await Promise.all([submit(da, fresh()), submit(da, fresh())])
    const [core, witness] = [certificateOf(one.pointer), certificateOf(two.pointer)]
    expect([core.part, witness.part].toSorted()).toEqual([0, 1])
    expect(core.certificate).toEqual(witness.certificate)
    const { certificate } = core
    const places = membersIn(certificate.mask)
    expect(places).toHaveLength(3)
    const digest = attestationDigest(chain.instance, certificate)
    for (const [i, place] of places.entries())
      expect(await signerOf(digest, certificate.signatures[i]!)).toEqual(chain.current!.members[place]!.address)
    const alone = certificateOf((await submit(da, fresh())).pointer)
    expect(alone.certificate.parts).toHaveLength(1)
  })

  test('of a member that is down › has the others’; the log says how near the end is, and the member catches up', async () => {
    const { da, down, heal, said, members, certificateOf } = await stage()
    down(2)
    const bytes = fresh()
    const { pointer } = await submit(da, bytes)
    expect(membersIn(certificateOf(pointer).certificate.mask)).toEqual([0, 1, 3])
    expect(said('one more failure stops publication')).toHaveLength(1)
    heal()
    await eventually(() => members[2]!.node.store.usage.parts === 1)
    await eventually(() => said('a slow member has caught up').length === 1)
    await submit(da, fresh())
    expect(said('one more failure stops publication')).toHaveLength(1)
  })

  test('of fewer than k › DA_UNAVAILABLE, DA_FALL_BACK at the third round, and again until a round succeeds', async () => {
    const { da, down, heal } = await stage()
    down(0, 3)
    const bytes = fresh()
    const codes = []
    for (let round = 0; round < 4; round += 1) codes.push((await faultOf(submit(da, bytes))).code)
    expect(codes).toEqual(['DA_UNAVAILABLE', 'DA_UNAVAILABLE', 'DA_FALL_BACK', 'DA_FALL_BACK'])
    heal()
    const receipt = await submit(da, bytes)
    expect(await da.retrieve(receipt.pointer, signal())).toEqual(bytes)
    down(0, 3)
    expect((await faultOf(submit(da, fresh()))).code).toBe('DA_UNAVAILABLE')
  })

  const octets = { 'content-type': 'application/octet-stream' }
  const answered = (status: number, body = ''): Meddling => ({
    swallow: { status, headers: octets, body: Buffer.from(body) },
  })
  const badly: readonly (readonly [string, Meddling])[] = [
    ['hangs', 'hold'],
    ['is cut', 'cut'],
    ['never ends', { write: writeEndlessly }],
    ['trickles', { write: trickle }],
    ['says yes to everything', answered(200, '{}')],
    ['answers no JSON', answered(200, 'yes')],
    ['answers 400', answered(400, '{"code":"FIELD_INVALID"}')],
    ['answers 401', answered(401)],
    ['answers 404', answered(404)],
    ['answers 409', answered(409, '{"code":"EPOCH_OTHER"}')],
    ['answers 429', answered(429)],
    ['answers 500', answered(500)],
    ['answers 507', answered(507, '{"code":"DISK_FULL"}')],
  ]
  test('with one member that answers anything › is there; with two, a coded fault in time', async () => {
    const { da, proxies, heal } = await stage({}, { memberTimeoutMs: 6_000 })
    for (const [how, meddling] of badly) {
      // The price is asked for apart from storing.
      const rule = ({ method }: { method: string }): Meddling => (method === 'GET' ? 'pass' : meddling)
      proxies[1]!.meddle(rule)
      await expect(submit(da, fresh()), how).resolves.toBeDefined()
      proxies[2]!.meddle(rule)
      const { code } = await faultOf(submit(da, fresh()))
      expect(how === 'answers 401' ? ['DA_REFUSED'] : ['DA_UNAVAILABLE', 'DA_FALL_BACK'], how).toContain(code)
      heal()
    }
  })

  test('counts no signature of another key, another attestation or nobody', async () => {
    const { chain, da, proxies } = await stage()
    const other = newAccount()
    const foreign = async () => bytesToHex(compactSignature(await other.sign({ hash: `0x${'11'.repeat(32)}` })))
    const lie = (signature: string): Meddling => ({
      change: (real) => ({ ...real, body: Buffer.from(JSON.stringify({ signature })) }),
    })
    for (const signature of [await foreign(), `0x${'00'.repeat(64)}`, `0x${'ff'.repeat(64)}`]) {
      proxies[0]!.meddle(({ path }) => (path === '/v1/attest' ? lie(signature) : 'pass'))
      const { pointer } = await submit(da, fresh())
      expect(await da.status(pointer, signal())).toBe('final')
      proxies[1]!.meddle(({ path }) => (path === '/v1/attest' ? lie(signature) : 'pass'))
      expect(['DA_UNAVAILABLE', 'DA_FALL_BACK']).toContain((await faultOf(submit(da, fresh()))).code)
      proxies[1]!.heal()
    }
    expect(chain.current?.k).toBe(3)
  })
})

describe('publishing', () => {
  test('committee › re-attests what expired unclaimed', async () => {
    const { chain, da, members, certificateOf } = await stage()
    const bytes = fresh()
    const before = await submit(da, bytes)
    expect(await submit(da, bytes)).toEqual(before)
    chain.time += 86_400n - chain.neededSeconds + 1n
    for (const { node } of members) await eventually(() => node.l2.last?.time === chain.time)
    expect(await da.status(before.pointer, signal())).toBe('lost')
    const after = await submit(da, bytes)
    expect(certificateOf(after.pointer).certificate.expiresAt).toBe(chain.time + 86_400n)
    expect(await da.status(after.pointer, signal())).toBe('final')
    expect(await da.retrieve(before.pointer, signal())).toEqual(bytes)
  })

  test('after a rotation › what is of the epoch before counts as long as it is accepted', async () => {
    const { chain, da, members, certificateOf } = await stage()
    const bytes = fresh()
    const before = await submit(da, bytes)
    chain.begin({ ...chain.current!, number: 2 })
    chain.accepted = [1, 2]
    for (const { node } of members) await eventually(() => node.l2.last?.epoch?.number === 2)
    expect(await submit(da, bytes)).toEqual(before)
    expect(certificateOf((await submit(da, fresh())).pointer).certificate.epoch).toBe(2)
    chain.accepted = [2]
    expect(await da.status(before.pointer, signal())).toBe('lost')
    expect(certificateOf((await submit(da, bytes)).pointer).certificate.epoch).toBe(2)
  })

  test('committee › 413 names the limit › DA_TOO_LARGE with what k members take, and limits() says so from then on', async () => {
    const { da } = await stage({ options: { maxPartBytes: 1_000 } })
    const fault = await faultOf(submit(da, fresh(16)))
    expect(fault).toEqual({ code: 'DA_TOO_LARGE', bytes: 1_025, maxBytes: 1_000 })
    expect(da.limits().maxBytes).toBe(1_000)
    await submit(da, fresh(15))
  })

  test('413 of a proxy without a limit › is called that', async () => {
    const { da, proxies } = await stage()
    for (const place of [0, 1])
      proxies[place]!.meddle(({ method }) =>
        method === 'PUT'
          ? { swallow: { status: 413, headers: {}, body: Buffer.from('<html>too large</html>') } }
          : 'pass',
      )
    const fault = await faultOf(submit(da, fresh()))
    expect(fault).toMatchObject({ code: 'DA_UNAVAILABLE' })
    expect(fault.reason).toContain('413, without a limit: a proxy before it takes no body of this length')
  })

  test('an account that may not claim › DA_REFUSED', async () => {
    const { chain, da } = await stage()
    chain.claimers.clear()
    expect(await faultOf(submit(da, fresh()))).toMatchObject({ code: 'DA_REFUSED' })
  })

  test('maxCost › is respected, and nothing is sent', async () => {
    const { da, proxies } = await stage()
    const { cost } = await da.quote(2_000, signal())
    expect(cost).toEqual({ token: 'l2-eth', amount: (2_000n * 10n ** 16n + 2n ** 30n - 1n) / 2n ** 30n })
    const least = { token: 'l2-eth' as const, amount: 1n }
    expect(await faultOf(da.submit(fresh(), { maxCost: least }, signal()))).toMatchObject({ code: 'DA_FEE_CAPPED' })
    expect(proxies.flatMap(({ requests }) => requests).filter(({ method }) => method !== 'GET')).toEqual([])
  })

  test('a retention that no claim takes › DA_REFUSED with both times', async () => {
    const { da } = await stage({}, { retentionSeconds: 500 })
    expect(await faultOf(submit(da, fresh()))).toMatchObject({
      code: 'DA_REFUSED',
      reason: 'data is to be kept for 500 s, and a claim needs 600 s: raise retentionSeconds',
    })
  })

  test('no epoch › DA_FALL_BACK; an L2 that is silent › DA_UNAVAILABLE', async () => {
    const { chain, da } = await stage()
    const { current } = chain
    chain.current = undefined
    expect((await faultOf(submit(da, fresh()))).code).toBe('DA_FALL_BACK')
    chain.current = current
    chain.silent = true
    expect((await faultOf(submit(da, fresh()))).code).toBe('DA_UNAVAILABLE')
  })

  test('abandoned › gives the receipt, or ends what is under way for good', async () => {
    const { da, proxies, heal } = await stage()
    const digestOf = async (bytes: Uint8Array) =>
      new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>))
    const done = fresh()
    const receipt = await submit(da, done)
    expect((await da.abandon(await digestOf(done), signal())).receipt).toEqual(receipt)
    const never = fresh()
    expect((await da.abandon(await digestOf(never), signal())).receipt).toBeUndefined()
    for (const proxy of proxies) proxy.meddle(({ method }) => (method === 'GET' ? 'pass' : 'hold'))
    const fate = faultOf(submit(da, never))
    await eventually(() => proxies.every(({ requests }) => requests.length > 2))
    expect((await da.abandon(await digestOf(never), signal())).receipt).toBeUndefined()
    expect((await fate).code).toBe('DA_UNAVAILABLE')
    heal()
    expect((await da.abandon(await digestOf(never), signal())).receipt).toBeUndefined()
    await submit(da, never)
  })

  test('slow members › are served on as long as there is room', async () => {
    const { da, proxies, said } = await stage({}, { backgroundBytes: 1_000, memberTimeoutMs: 60_000, graceMs: 50 })
    proxies[3]!.meddle(({ method }) => (method === 'GET' ? 'pass' : 'hold'))
    await submit(da, fresh(10))
    expect(said('too much waits')).toEqual([])
    await submit(da, fresh(10))
    expect(said('slow members are not served any more: too much waits for them')).toHaveLength(1)
  })

  test('a store of another committee › DA_REFUSED', async () => {
    const { chain, da, open } = await stage()
    await da.close()
    Object.assign(chain, { instance: { ...chain.instance, chainId: 902n } })
    await expect(open()).rejects.toMatchObject({ fault: { code: 'DA_REFUSED' } })
  })
})
