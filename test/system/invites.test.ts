import {
  allowListOf,
  attest,
  compositeData,
  depositCredit,
  getCredit,
  getInbox,
  getStanding,
  type InvitePage,
  invite,
  inviteMany,
  inviteOutcomes,
  quoteInvite,
  quoteMany,
  relayInvite,
  relayMany,
  setAllowList,
  setAttester,
  setDemandCurve,
  setFlatFee,
  setGate,
  setGates,
  setStanding,
  signInvite,
  watchInvites,
  withdrawCredit,
} from '@parley/client'
import { type ContractName, contractOf } from '@parley/infra'
import { type Address, createWalletClient, getAddress, type Hex, http, keccak256, toHex, zeroAddress } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { getTransaction } from 'viem/actions'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type ContactsL2, startContactsL2 } from './support/contacts.ts'
import { type RpcProxy, startRpcProxy } from './support/rpc-proxy.ts'

const forever = 2n ** 256n - 1n
const gwei = 10n ** 9n
const maxFee = 10n ** 16n
const recipientUser = 0

let l2: ContactsL2
beforeAll(async () => {
  l2 = await startContactsL2()
})
afterAll(() => l2?.chain.stop())

let snapshot: Hex
beforeEach(async () => {
  snapshot = await l2.control.snapshot()
})
afterEach(() => l2.control.revert({ id: snapshot }))

const addressOf = (user: number): Address => getAddress(l2.account(user).address)
const digestOf = (n: number): Hex => keccak256(toHex(n))
const gateOf = (name: ContractName): Address => contractOf(l2.record, name).address
const fault = (code: string, data: object = {}) => ({ fault: expect.objectContaining({ code, ...data }) })
const to = (n: number) => ({ inbox: l2.inbox, recipient: addressOf(recipientUser), contentDigest: digestOf(n), maxFee })
const inviteBy = (user: number, n: number) => l2.done(invite(l2.client(user), to(n)))
const quoteBy = (user: number, n: number, gateData: Hex = '0x') =>
  quoteInvite(l2.client(user), { ...to(n), sender: addressOf(user), gateData })

describe('invite', () => {
  test('invite › costs what was quoted, and is paid out in its parts', async () => {
    const quote = await quoteBy(1, 1)
    expect(quote).toMatchObject({ gate: gateOf('DemandGate'), standing: 'open', beneficiary: undefined })
    expect(quote.recipientPart + quote.protocolPart + quote.gatePart).toBe(quote.fee)
    const { transactionHash, gasUsed } = await inviteBy(1, 1)
    // What computing a fee takes changes with time: a transaction that is allowed no more than estimated may fail.
    expect((await getTransaction(l2.client(1), { hash: transactionHash })).gas).toBeGreaterThan((gasUsed * 11n) / 10n)
    const credit = (user: number) => getCredit(l2.client(user), { inbox: l2.inbox, holder: addressOf(user) })
    expect(await credit(recipientUser)).toBe(quote.recipientPart)
    expect(await credit(1)).toBe(maxFee - quote.fee)
    await expect(quoteBy(2, 1)).rejects.toMatchObject(fault('INVITE_DELIVERED', { sequence: 0n }))
    await l2.done(withdrawCredit(l2.client(1), { inbox: l2.inbox }))
    expect(await credit(1)).toBe(0n)
    await expect(withdrawCredit(l2.client(2), { inbox: l2.inbox, amount: 1n })).rejects.toMatchObject(
      fault('INVITE_UNPAID', { available: 0n, fee: 1n }),
    )
  })

  test('invite › credit pays before money is sent along', async () => {
    await l2.done(depositCredit(l2.client(2), { inbox: l2.inbox, holder: addressOf(1), value: maxFee }))
    const { fee } = await quoteBy(1, 2)
    const before = await getCredit(l2.client(1), { inbox: l2.inbox, holder: addressOf(1) })
    await inviteBy(1, 2)
    const after = await getCredit(l2.client(1), { inbox: l2.inbox, holder: addressOf(1) })
    expect(before - after).toBe(fee)
    const unpaid = invite(l2.client(3), { ...to(3), value: 0n })
    await expect(unpaid).rejects.toMatchObject(fault('INVITE_UNPAID', { available: 0n }))
    const cheap = invite(l2.client(3), { ...to(3), maxFee: 1n })
    await expect(cheap).rejects.toMatchObject(fault('INVITE_FEE_ABOVE_MAX', { maxFee: 1n }))
  })

  test('relayInvite › a hidden sender signs, a gateway pays, once and for the relayer named', async () => {
    const hidden = privateKeyToAccount(generatePrivateKey())
    const signer = createWalletClient({ account: hidden, transport: http(l2.chain.url) })
    const named = { ...to(4), relayer: addressOf(2), deadline: forever }
    const authorization = await signInvite(signer, named)
    const relay = (user: number) => relayInvite(l2.client(user), { ...named, authorization })
    await expect(relay(3)).rejects.toMatchObject(fault('INVITE_NOT_RELAYER', { relayer: addressOf(2) }))
    await l2.done(relay(2))
    await expect(relay(2)).rejects.toMatchObject(fault('INVITE_DELIVERED'))
    const other = relayInvite(l2.client(2), { ...named, contentDigest: digestOf(5), authorization })
    await expect(other).rejects.toMatchObject(fault('SIGNATURE_REFUSED', { signer: hidden.address }))
    const [page] = await pages(1)
    expect(page?.invites[0]).toMatchObject({ sender: hidden.address, payer: addressOf(2) })
  })

  test('inviteMany › delivers what it can for what was quoted, and tells why not', async () => {
    await inviteBy(1, 10)
    const { inbox } = l2
    const invites = [11, 10, 12, 13].map((n) => ({ ...to(n), maxFee: n === 12 ? 1n : maxFee }))
    const quoted = await quoteMany(l2.client(1), { inbox, invites, payer: addressOf(1) })
    expect(quoted).toMatchObject([
      { delivered: true, sequence: 1n },
      { delivered: false, fault: { code: 'INVITE_DELIVERED', sequence: 0n } },
      { delivered: false, fault: { code: 'INVITE_FEE_ABOVE_MAX', maxFee: 1n } },
      { delivered: true, sequence: 2n },
    ])
    const before = await getCredit(l2.client(1), { inbox, holder: addressOf(1) })
    const value = quoted.reduce((sum, each) => sum + (each.delivered ? each.fee : 0n), 7n)
    const { logs } = await l2.done(inviteMany(l2.client(1), { inbox, invites, value }))
    const outcomes = inviteOutcomes(inbox, logs)
    const same = ({ delivered, ...each }: (typeof quoted)[number]) =>
      'fault' in each ? each.fault.code : { delivered, sequence: each.sequence }
    expect(outcomes.map(same)).toEqual(quoted.map(same))
    // Fees fall from one second to the next, and the block may be of the next.
    const paid = outcomes.reduce((sum, each) => sum + (each.delivered ? each.fee : 0n), 0n)
    expect(paid).toBeLessThanOrEqual(value - 7n)
    expect(await getCredit(l2.client(1), { inbox, holder: addressOf(1) })).toBe(before + value - paid)
    const none = inviteMany(l2.client(1), { inbox, invites: [] })
    await expect(none).rejects.toMatchObject(fault('ARGUMENT_OUT_OF_RANGE', { field: 'invites' }))
  })

  test('relayMany › each signature for itself, the gateway pays', async () => {
    const { inbox } = l2
    const hidden = [1, 2, 3].map(() => privateKeyToAccount(generatePrivateKey()))
    const signed = await Promise.all(
      hidden.map(async (account, i) => {
        const named = { ...to(20 + i), relayer: addressOf(2), deadline: forever, account }
        return { ...named, maxFee, authorization: await signInvite(l2.client(2), named) }
      }),
    )
    const [first, second, third] = signed as [(typeof signed)[0], (typeof signed)[0], (typeof signed)[0]]
    const invites = [first, { ...second, authorization: third.authorization }, third]
    const { logs } = await l2.done(relayMany(l2.client(2), { inbox, invites }))
    const outcomes = inviteOutcomes(inbox, logs)
    expect(outcomes).toMatchObject([
      { delivered: true },
      { delivered: false, fault: { code: 'SIGNATURE_REFUSED', signer: hidden[2]?.address } },
      { delivered: true },
    ])
  })

  test('standing › who is blocked is refused, who is muted is marked', async () => {
    const stand = (standing: 'open' | 'muted' | 'blocked') =>
      l2.done(setStanding(l2.client(recipientUser), { inbox: l2.inbox, counterparty: addressOf(1), standing }))
    await stand('blocked')
    await expect(quoteBy(1, 6)).rejects.toMatchObject(fault('INVITE_BLOCKED', { account: addressOf(1) }))
    await stand('muted')
    expect((await quoteBy(1, 6)).standing).toBe('muted')
    const both = { inbox: l2.inbox, recipient: addressOf(recipientUser), counterparty: addressOf(1) }
    expect(await getStanding(l2.client(1), both)).toBe('muted')
  })
})

describe('gates', () => {
  const choose = (gate: Address) => l2.done(setGate(l2.client(recipientUser), { inbox: l2.inbox, gate }))
  const refused = fault('INVITE_REFUSED', { recipient: expect.any(String) })

  test('flat fee › is what the recipient says', async () => {
    const gate = gateOf('FlatFeeGate')
    await choose(gate)
    await expect(quoteBy(1, 1)).rejects.toMatchObject(refused)
    await l2.done(setFlatFee(l2.client(recipientUser), { gate, fee: 5n * gwei }))
    expect((await quoteBy(1, 1)).fee).toBe(5n * gwei)
  })

  test('demand › follows the recipient’s own curve', async () => {
    const gate = gateOf('DemandGate')
    const curve = { minFee: 7n * gwei, maxFee: 10n ** 15n, target: 1, period: 3600, fraction: 1 }
    await l2.done(setDemandCurve(l2.client(recipientUser), { gate, curve }))
    const first = await quoteBy(1, 1)
    await inviteBy(1, 1)
    expect([first.fee, (await quoteBy(1, 2)).fee > 2n * first.fee]).toEqual([7n * gwei, true])
    await l2.done(setDemandCurve(l2.client(recipientUser), { gate, curve: undefined }))
    expect((await quoteBy(1, 2)).fee).toBeGreaterThan(7n * gwei)
  })

  test.each([1, 2, 3, 5, 6])('allow list › lets those on a list of %i pass, each with its proof', async (count) => {
    const gate = gateOf('AllowListGate')
    const list = allowListOf(Array.from({ length: count }, (_, i) => addressOf(i + 1)))
    await choose(gate)
    await l2.done(setAllowList(l2.client(recipientUser), { gate, root: list.root }))
    for (let user = 1; user <= count; user += 1)
      expect((await quoteBy(user, 1, list.dataOf(addressOf(user)))).fee).toBe(0n)
    await expect(quoteBy(7, 1, list.dataOf(addressOf(1)))).rejects.toMatchObject(refused)
    expect(() => list.dataOf(addressOf(7))).toThrowError(expect.objectContaining(fault('ARGUMENT_INVALID')))
  })

  test('attestation and composite › whoever is vouched for, or pays', async () => {
    const attestation = gateOf('AttestationGate')
    const flat = gateOf('FlatFeeGate')
    const composite = gateOf('CompositeGate')
    const mine = l2.client(recipientUser)
    await choose(composite)
    await l2.done(setGates(mine, { gate: composite, mode: 'any', gates: [attestation, flat] }))
    await l2.done(setFlatFee(mine, { gate: flat, fee: gwei }))
    await l2.done(setAttester(mine, { gate: attestation, attester: addressOf(3), trusted: true }))
    const expiresAt = 2n ** 40n
    const data = await attest(l2.client(3), { gate: attestation, subject: addressOf(1), issuedAt: 1n, expiresAt })
    expect((await quoteBy(1, 1, compositeData([data, '0x']))).fee).toBe(0n)
    expect((await quoteBy(2, 1, compositeData([data, '0x']))).fee).toBe(gwei)
    await l2.done(setGate(mine, { inbox: l2.inbox, gate: zeroAddress }))
    await expect(setGate(mine, { inbox: l2.inbox, gate: addressOf(1) })).rejects.toMatchObject(fault('GATE_INVALID'))
  })
})

/** Watches from the start, or from `cursor`, until `count` pages came or the head was reached. */
async function pages(count: number, cursor?: string, client = l2.client(recipientUser)): Promise<InvitePage[]> {
  const found: InvitePage[] = []
  for await (const page of watch(client, cursor)) {
    found.push(page)
    if (found.length === count) break
  }
  return found
}

function watch(client = l2.client(recipientUser), cursor?: string) {
  const deploymentBlock = contractOf(l2.record, 'PublicInbox').block
  const from = cursor === undefined ? {} : { cursor }
  return watchInvites(client, { inbox: l2.inbox, recipient: addressOf(recipientUser), deploymentBlock, ...from })
}

describe('watchInvites', () => {
  const shown = ({ voidFrom, invites, count, caughtUp }: InvitePage) => ({
    voidFrom,
    digests: invites.map(({ contentDigest }) => contentDigest),
    count,
    caughtUp,
  })

  test('watchInvites › tells every invite once, in order, and goes on after a restart', async () => {
    for (const n of [1, 2, 3]) await inviteBy(1, n)
    const [first] = await pages(1)
    expect(shown(first!)).toEqual({
      voidFrom: undefined,
      digests: [1, 2, 3].map(digestOf),
      count: 3n,
      caughtUp: true,
    })
    await inviteBy(2, 4)
    const [next] = await pages(1, first!.cursor)
    expect(shown(next!)).toMatchObject({ digests: [digestOf(4)], count: 4n, caughtUp: true })
    const state = await getInbox(l2.client(1), { inbox: l2.inbox, recipient: addressOf(recipientUser) })
    expect([state.count, state.head]).toEqual([4n, next!.invites[0]!.head])
  })

  test('watchInvites › a reorganisation voids what it took away, over a restart too', async () => {
    await inviteBy(1, 1)
    const fork = await l2.control.snapshot()
    for (const n of [2, 3]) await inviteBy(1, n)
    const [before] = await pages(1)
    expect(before!.count).toBe(3n)
    await l2.control.revert({ id: fork })
    for (const n of [7, 8, 9]) await inviteBy(2, n)
    const after = await pages(2, before!.cursor)
    expect(after.map(shown)).toEqual([
      { voidFrom: 1n, digests: [], count: 1n, caughtUp: false },
      { voidFrom: undefined, digests: [7, 8, 9].map(digestOf), count: 4n, caughtUp: true },
    ])
  })

  test('watchInvites › catches up over many blocks at once', async () => {
    await inviteBy(1, 1)
    await l2.control.mine({ blocks: 100 })
    await inviteBy(1, 2)
    const told = await pages(2)
    expect(told.flatMap(({ invites }) => invites.map(({ sequence }) => sequence))).toEqual([0n, 1n])
    expect(told.map(({ caughtUp }) => caughtUp)).toEqual([false, true])
  })

  test('watchInvites › other inboxes’ invites are none of its own', async () => {
    await l2.done(invite(l2.client(1), { ...to(1), recipient: addressOf(5) }))
    expect(shown((await pages(1))[0]!)).toMatchObject({ digests: [], count: 0n, caughtUp: true })
  })

  test.each(['{', '[]', '[["1","0x"]]'])('watchInvites › %s is no cursor', async (cursor) => {
    await expect(pages(1, cursor)).rejects.toMatchObject(fault('ARGUMENT_INVALID', { field: 'cursor' }))
  })

  test('watchInvites › ends when asked', async () => {
    const ended = new AbortController()
    const parameters = { inbox: l2.inbox, recipient: addressOf(recipientUser), deploymentBlock: 1n }
    for await (const { caughtUp } of watchInvites(l2.client(1), { ...parameters, signal: ended.signal }))
      if (caughtUp) ended.abort()
  })
})

describe('watchInvites at a node that lies', () => {
  let proxy: RpcProxy
  beforeEach(async () => {
    proxy = await startRpcProxy(l2.chain.url)
    for (const n of [1, 2, 3]) await inviteBy(1, n)
  })
  afterEach(() => proxy.close())

  const through = () => createWalletClient({ transport: http(proxy.url), pollingInterval: 20, cacheTime: 0 })
  const seen = () => pages(1, undefined, through())
  const logs = (result: unknown) => result as { topics: Hex[]; data: Hex; logIndex: Hex }[]

  test('watchInvites › an invite left out in the middle is found out', async () => {
    proxy.alter('eth_getLogs', (result) => logs(result).filter(({ topics }) => BigInt(topics[2]!) !== 1n))
    await expect(seen()).rejects.toMatchObject(fault('INVITES_OMITTED', { received: 2n, expected: 3n }))
  })

  test('watchInvites › the last invites left out are found out by the inbox itself', async () => {
    proxy.alter('eth_getLogs', (result) => logs(result).filter(({ topics }) => BigInt(topics[2]!) === 0n))
    await expect(seen()).rejects.toMatchObject(fault('INVITES_OMITTED', { received: 1n, expected: 3n }))
  })

  test('watchInvites › an invite with another digest is found out', async () => {
    proxy.alter('eth_getLogs', (result) =>
      logs(result).map((log) => ({ ...log, data: log.data.replace(digestOf(2).slice(2), 'ab'.repeat(32)) })),
    )
    await expect(seen()).rejects.toMatchObject(fault('INVITES_OMITTED'))
  })

  test('watchInvites › a log of something else is no invite', async () => {
    proxy.alter('eth_getLogs', (result) => logs(result).map((log) => ({ ...log, data: `${log.data}00` })))
    await expect(seen()).rejects.toMatchObject(fault('INVITE_EVENT_INVALID'))
  })

  test('watchInvites › is caught up only once the inbox itself was asked', async () => {
    proxy.fail('eth_call', 'lost')
    const impatient = createWalletClient({ transport: http(proxy.url, { retryCount: 0 }), pollingInterval: 20 })
    const told: InvitePage[] = []
    for await (const page of watch(impatient)) {
      told.push(page)
      if (page.caughtUp) break
      await l2.control.mine({ blocks: 1 })
    }
    expect(told.map(({ count, caughtUp }) => [count, caughtUp])).toEqual([
      [3n, false],
      [3n, true],
    ])
  })

  test('watchInvites › a node that fails for a while is waited for', async () => {
    proxy.fail('eth_getLogs', 'lost', 'tooManyRequests')
    expect((await seen())[0]?.count).toBe(3n)
  })
})
