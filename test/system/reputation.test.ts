import {
  getReach,
  getRepute,
  getStake,
  invite,
  look,
  postVoucher,
  quoteInvite,
  register,
  setGate,
  setListPolicy,
  signListUpdate,
  signVoucher,
  stake,
  startExit,
  updateList,
  withdrawStake,
} from '@parley/client'
import { reputationAbi } from '@parley/contracts'
import { type ContractName, contractOf } from '@parley/infra'
import { type Address, createWalletClient, getAddress, http, keccak256, toHex, zeroHash } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type ContactsL2, startContactsL2 } from './support/contacts.ts'

const [sender, recipient, publisher, attester] = [0, 1, 2, 3] as const
const day = 86_400
const ether = 10n ** 18n

let l2: ContactsL2
beforeAll(async () => {
  l2 = await startContactsL2(5, ['contacts', 'inbox', 'reputation'])
})
afterAll(() => l2?.chain.stop())

let snapshot: `0x${string}`
beforeEach(async () => {
  snapshot = await l2.control.snapshot()
  await l2.done(register(l2.client(sender), { directory: l2.directory, attributes: [] }))
})
afterEach(() => l2.control.revert({ id: snapshot }))

const at = (name: ContractName): Address => contractOf(l2.record, name).address
const addressOf = (user: number): Address => getAddress(l2.account(user).address)
const fault = (code: string, data: object = {}) => ({ fault: expect.objectContaining({ code, ...data }) })
const repute = (user: number) => getRepute(l2.client(sender), { reputation: at('Reputation'), holder: addressOf(user) })
const request = (n: number) => ({
  inbox: l2.inbox,
  recipient: addressOf(recipient),
  contentDigest: keccak256(toHex(n)),
})
const quoteBy = (user: number) => quoteInvite(l2.client(user), { ...request(1), sender: addressOf(user) })

describe('stakes', () => {
  test('stake › makes an account reputable, leaves after its delay, and counts no more meanwhile', async () => {
    const vault = at('StakeVault')
    const before = await repute(sender)
    await l2.done(stake(l2.client(sender), { vault, value: 5n * ether }))
    const staked = await repute(sender)
    expect([staked.stake, staked.surcharge < before.surcharge]).toEqual([5n * ether, true])
    await l2.done(startExit(l2.client(sender), { vault, amount: 5n * ether }))
    expect(await getStake(l2.client(sender), { vault, holder: addressOf(sender) })).toMatchObject({
      staked: 0n,
      leaving: 5n * ether,
    })
    expect((await repute(sender)).stake).toBe(0n)
    const early = withdrawStake(l2.client(sender), { vault })
    await expect(early).rejects.toMatchObject(fault('CONTRACT_REFUSED', { error: 'StakeVault_Locked' }))
    await l2.control.increaseTime({ seconds: 30 * day })
    await l2.done(withdrawStake(l2.client(sender), { vault }))
    expect((await getStake(l2.client(sender), { vault, holder: addressOf(sender) })).leaving).toBe(0n)
  })
})

describe('reputation', () => {
  test('voucher › of an attester whom the governance trusts lowers what invites cost', async () => {
    const reputation = at('Reputation')
    const term = { issuedAt: 1n, expiresAt: BigInt(Math.floor(Date.now() / 1000) + 100 * day) }
    const recent = { ...term, issuedAt: BigInt(Math.floor(Date.now() / 1000) - day) }
    const voucher = await signVoucher(l2.client(attester), { reputation, subject: addressOf(sender), ...recent })
    const posting = { reputation, voucher }
    await expect(postVoucher(l2.client(recipient), posting)).rejects.toMatchObject(
      fault('CONTRACT_REFUSED', { error: 'Reputation_NotAttester' }),
    )
    const governance = createWalletClient({
      account: privateKeyToAccount(toHex(l2.roles.deployer.secret)),
      transport: http(l2.chain.url),
    })
    const trust = { address: reputation, abi: reputationAbi, functionName: 'setAttester', chain: null } as const
    await l2.done(governance.writeContract({ ...trust, args: [addressOf(attester), 1] }))
    const before = await quoteBy(sender)
    await l2.done(postVoucher(l2.client(recipient), posting))
    expect((await repute(sender)).attestedUntil).toBe(recent.expiresAt)
    expect((await quoteBy(sender)).networkPart).toBeLessThan(before.networkPart)
  })

  test('reach › counts the invites of a sender', async () => {
    const { fee } = await quoteBy(sender)
    await l2.done(invite(l2.client(sender), { ...request(1), maxFee: fee }))
    const reach = { pricing: at('BulkPricing'), inbox: l2.inbox, holder: addressOf(sender) }
    expect(await getReach(l2.client(sender), reach)).toMatchObject({ invites: 1n, senders: 0n, inviteAllowance: 2n })
  })
})

describe('lists of sybils', () => {
  const validUntil = () => BigInt(Math.floor(Date.now() / 1000) + 30 * day)
  const update = (version: bigint, added: readonly Address[]) => ({
    publisher: addressOf(publisher),
    version,
    validUntil: validUntil(),
    evidence: zeroHash,
    added,
    removed: [],
  })

  test('list › signed by its publisher, relayed by anyone, in order of version', async () => {
    const lists = at('SybilLists')
    const first = update(1n, [addressOf(sender)])
    const signature = await signListUpdate(l2.client(publisher), { lists, update: first })
    await l2.done(updateList(l2.client(recipient), { lists, update: first, signature }))
    const asked = { lists, publisher: addressOf(publisher) }
    const seen = (user: number) => look(l2.client(sender), { ...asked, holder: addressOf(user) })
    expect([await seen(sender), await seen(recipient)]).toEqual([
      { fresh: true, listed: true },
      { fresh: true, listed: false },
    ])
    await expect(updateList(l2.client(recipient), { lists, update: first, signature })).rejects.toMatchObject(
      fault('CONTRACT_REFUSED', { error: 'SybilLists_VersionMismatch' }),
    )
  })

  test('list › has a recipient’s gate refuse whom it names', async () => {
    const gate = at('SybilListGate')
    const mine = l2.client(recipient)
    const policy = { publishers: [addressOf(publisher)], onListed: 'refuse', onStale: 'pass', surcharge: 0n } as const
    await l2.done(setListPolicy(mine, { gate, ...policy }))
    await l2.done(setGate(mine, { inbox: l2.inbox, gate }))
    expect((await quoteBy(sender)).recipientPart).toBe(0n)
    const lists = at('SybilLists')
    await l2.done(updateList(l2.client(publisher), { lists, update: update(1n, [addressOf(sender)]) }))
    await expect(quoteBy(sender)).rejects.toMatchObject(fault('INVITE_REFUSED', { gate }))
  })
})
