import {
  challengeChunk,
  delegateVotes,
  depositStake,
  execute,
  exitCommittee,
  getCommittee,
  getCommitteeMember,
  getDataCommittee,
  type Proposal,
  proposalIdOf,
  propose,
  queue,
  registerMember,
  rotateCommittee,
  rotation,
  slashCommittee,
  vote,
  withdrawCommitteeCredit,
} from '@parley/client'
import { dataCommitteeAbi } from '@parley/contracts'
import {
  attestationTypedData,
  chunkRoot,
  committeeMark,
  compactSignature,
  encodeCommitteePointer,
  proveChunk,
} from '@parley/da-adapters/committee'
import { type ContractName, contractOf, devPreset } from '@parley/infra'
import { type Address, bytesToHex, createWalletClient, getAddress, hexToBytes, http } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { getBlock, writeContract } from 'viem/actions'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type ContactsL2, startContactsL2 } from './support/contacts.ts'

const [holder, challenger] = [0, 1] as const
/** Users that are members, and the one who owns all their stakes. */
const members = [2, 3, 4, 5] as const
const owner = 6
const hour = 3600
const { stake, fault: fine, notice, grace, maxRetention, answerWindow } = devPreset.committee

let l2: ContactsL2
beforeAll(async () => {
  l2 = await startContactsL2(7, ['committee', 'rollup', 'contacts', 'inbox', 'treasury'])
})
afterAll(() => l2?.chain.stop())

let snapshot: `0x${string}`
beforeEach(async () => {
  snapshot = await l2.control.snapshot()
})
afterEach(() => l2.control.revert({ id: snapshot }))

const at = (name: ContractName): Address => contractOf(l2.record, name).address
const addressOf = (user: number): Address => getAddress(l2.account(user).address)
const all = members.map((user) => user)
const refused = (error: string) => ({ fault: expect.objectContaining({ code: 'CONTRACT_REFUSED', error }) })
const now = async (): Promise<bigint> => (await getBlock(l2.client(holder))).timestamp

async function later(seconds: number): Promise<void> {
  await l2.control.increaseTime({ seconds })
  await l2.control.mine({ blocks: 1 })
}

function founder() {
  const account = privateKeyToAccount(bytesToHex(l2.roles.deployer.secret))
  return createWalletClient({ account, transport: http(l2.chain.url), pollingInterval: 20, cacheTime: 0 })
}

/** All four join, and the deployer announces the first epoch: 3 of 4. */
async function begin(): Promise<Address> {
  const committee = at('DataCommittee')
  for (const user of members) {
    const joining = { committee, owner: addressOf(owner), url: `https://da-${user}.example` }
    await l2.done(registerMember(l2.client(user), joining))
    await l2.done(depositStake(l2.client(owner), { committee, member: addressOf(user), value: stake }))
  }
  await l2.done(rotateCommittee(founder(), { committee, members: all.map(addressOf), k: 3 }))
  return committee
}

const core = Uint8Array.from({ length: 5000 }, (_, i) => i & 255)

/** A pointer to the core, certified by the first three. */
async function certified(committee: Address) {
  const instance = { chainId: 901n, committee: hexToBytes(committee) }
  const parts = [{ chunkRoot: chunkRoot(core), length: core.length }]
  const attestation = { epoch: 1, expiresAt: (await now()) + BigInt(maxRetention), parts }
  const typed = attestationTypedData(instance, attestation)
  const signatures = await Promise.all(
    all.slice(0, 3).map(async (user) => compactSignature(await l2.account(user).signTypedData(typed))),
  )
  const certificate = { ...attestation, mark: committeeMark(instance), scheme: 1 as const, mask: 0b111, signatures }
  const signed = { ...attestation, parts: parts.map((part) => ({ ...part, chunkRoot: bytesToHex(part.chunkRoot) })) }
  return { pointer: bytesToHex(encodeCommitteePointer({ part: 0, certificate })), attestation: signed }
}

test('an account without ether › is told what it lacks, and not that the L2 is away', async () => {
  const account = privateKeyToAccount(generatePrivateKey())
  const client = createWalletClient({ account, transport: http(l2.chain.url), cacheTime: 0 })
  const joining = { committee: at('DataCommittee'), owner: addressOf(owner), url: 'https://da.example' }
  await expect(registerMember(client, joining)).rejects.toMatchObject({
    fault: { code: 'FUNDS_MISSING', account: account.address, balance: 0n, least: expect.any(BigInt) },
  })
})

describe('committee', () => {
  test('committee › deployed before the rollup, is the one that its rules name, under the timelock', async () => {
    const rollup = bytesToHex(l2.record.rollup!.rollup)
    expect(await getDataCommittee(l2.client(holder), { rollup })).toBe(at('DataCommittee'))
    const committee = await getCommittee(l2.client(holder), { committee: at('DataCommittee') })
    expect(committee).toMatchObject({ ...devPreset.committee, governance: at('ParleyTimelock'), epochs: [] })
  })

  test('committee › the deployer announces the first epoch, and a vote each later one', async () => {
    const committee = await begin()
    const [first] = (await getCommittee(l2.client(holder), { committee })).epochs
    expect(first).toMatchObject({ epoch: 1, endsAt: 0n, k: 3, scheme: 1 })
    expect(first?.members.map(({ member, url }) => [member, url])).toEqual(
      members.map((user) => [addressOf(user), `https://da-${user}.example`]),
    )
    const next = { committee, members: all.slice(1).map(addressOf), k: 2 }
    await expect(rotateCommittee(founder(), next)).rejects.toMatchObject(refused('Governed_NotGovernance'))
    await l2.done(delegateVotes(l2.client(holder), { votes: at('ParleyVotes'), delegate: addressOf(holder) }))
    const governor = at('ParleyGovernor')
    const proposal: Proposal = { calls: [rotation(next)], description: 'One leaves', proposer: addressOf(holder) }
    await later(1)
    await l2.done(propose(l2.client(holder), { governor, proposal }))
    await later(1)
    await l2.done(vote(l2.client(holder), { governor, proposalId: proposalIdOf(proposal), support: 'for' }))
    await later(hour + 1)
    await l2.done(queue(l2.client(holder), { governor, proposal }))
    await later(hour + 1)
    await l2.done(execute(l2.client(holder), { governor, proposal }))
    const { epochs } = await getCommittee(l2.client(holder), { committee })
    expect(epochs.map(({ epoch, k, members: of }) => [epoch, k, of.length])).toEqual([
      [1, 3, 4],
      [2, 2, 3],
    ])
    const left = { committee, member: addressOf(members[0]) }
    const { unlocksAt } = await getCommitteeMember(l2.client(holder), left)
    expect(unlocksAt).toBe(epochs[1]!.startsAt + BigInt(grace + maxRetention + answerWindow))
    const leaving = { ...left, recipient: addressOf(challenger) }
    await expect(exitCommittee(l2.client(owner), leaving)).rejects.toMatchObject(refused('DataCommittee_Locked'))
    await later(notice + grace + maxRetention + answerWindow)
    await l2.done(exitCommittee(l2.client(owner), leaving))
    expect(await getCommitteeMember(l2.client(holder), left)).toMatchObject({ stake: 0n, lastEpoch: 1 })
  })

  test('committee › a chunk that is asked for is shown from the bytes alone, or costs every signer', async () => {
    const committee = await begin()
    const { pointer, attestation } = await certified(committee)
    for (const index of [4, 0]) await l2.done(challengeChunk(l2.client(challenger), { committee, pointer, index }))
    const { chunk, path } = proveChunk(core, 4)
    const answer = writeContract(l2.client(members[0]), {
      address: committee,
      abi: dataCommitteeAbi,
      functionName: 'answerChunk',
      args: [attestation, 0, 4, bytesToHex(chunk), path.map((node) => bytesToHex(node))],
      account: l2.account(members[0]),
      chain: null,
      // An estimate knows no gas price, so that nothing would be credited and its slot not be written.
      gas: 150_000n,
    })
    await l2.done(answer)
    const slashing = { committee, attestation, part: 0, index: 0 }
    await expect(slashCommittee(l2.client(owner), slashing)).rejects.toMatchObject(
      refused('DataCommittee_AnswerPending'),
    )
    await later(answerWindow + 1)
    await l2.done(slashCommittee(l2.client(owner), slashing))
    const left = await Promise.all(
      members.map((user) => getCommitteeMember(l2.client(holder), { committee, member: addressOf(user) })),
    )
    expect(left.map((member) => stake - member.stake)).toEqual([fine, fine, fine, 0n])
    expect((await getCommittee(l2.client(holder), { committee })).burned).toBe((3n * fine) / 2n)
    const credit = { committee, recipient: addressOf(challenger) }
    await l2.done(withdrawCommitteeCredit(l2.client(challenger), credit))
    await expect(withdrawCommitteeCredit(l2.client(challenger), credit)).rejects.toMatchObject(
      refused('DataCommittee_AmountZero'),
    )
  })
})
