import {
  collectFees,
  collectShares,
  delegateVotes,
  execute,
  getCost,
  getProposal,
  getTreasury,
  getVotes,
  invite,
  nameRollup,
  type Proposal,
  proposalIdOf,
  propose,
  queue,
  quoteInvite,
  recordCosts,
  register,
  reimburse,
  spending,
  vote,
} from '@parley/client'
import { type ContractName, contractOf } from '@parley/infra'
import { type Address, bytesToHex, createPublicClient, getAddress, http, keccak256, toHex } from 'viem'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type ContactsL2, startContactsL2 } from './support/contacts.ts'

const [holder, operator, somebody, recipient] = [0, 1, 2, 3] as const
const fee = 10n ** 15n
const hour = 3600

let l2: ContactsL2
beforeAll(async () => {
  l2 = await startContactsL2(4, ['rollup', 'contacts', 'inbox', 'reputation', 'treasury'])
})
afterAll(() => l2?.chain.stop())

let snapshot: `0x${string}`
beforeEach(async () => {
  snapshot = await l2.control.snapshot()
})
afterEach(() => l2.control.revert({ id: snapshot }))

const at = (name: ContractName): Address => contractOf(l2.record, name).address
const addressOf = (user: number): Address => getAddress(l2.account(user).address)
const books = () => getTreasury(l2.client(somebody), { treasury: at('Treasury') })
const fault = (code: string, data: object = {}) => ({ fault: expect.objectContaining({ code, ...data }) })
const balanceOf = (address: Address) => createPublicClient({ transport: http(l2.chain.url) }).getBalance({ address })

async function later(seconds: number): Promise<void> {
  await l2.control.increaseTime({ seconds })
  await l2.control.mine({ blocks: 1 })
}

/** Brings the fee of one registration into the treasury. */
async function earn(): Promise<void> {
  const { directory } = l2
  await l2.done(register(l2.client(somebody), { directory, attributes: [] }))
  await l2.done(collectFees(l2.client(recipient), { directory }))
}

describe('treasury', () => {
  test('treasury › receives registration fees, and the inbox’s and the network’s parts', async () => {
    await earn()
    expect(await books()).toMatchObject({ income: fee, reimbursed: 0n, spent: 0n, balance: fee, spendable: fee })
    const request = { inbox: l2.inbox, recipient: addressOf(recipient), contentDigest: keccak256(toHex(1)) }
    const quote = await quoteInvite(l2.client(somebody), { ...request, sender: addressOf(somebody) })
    expect(quote.networkPart).toBeGreaterThan(0n)
    await l2.done(invite(l2.client(somebody), { ...request, maxFee: quote.fee }))
    await l2.done(collectShares(l2.client(recipient), { inbox: l2.inbox }))
    expect((await books()).income).toBe(fee + quote.protocolPart + quote.networkPart)
  })

  test('treasury › what it has moves by vote alone, after its delay', async () => {
    await earn()
    await l2.done(delegateVotes(l2.client(holder), { votes: at('ParleyVotes'), delegate: addressOf(holder) }))
    expect(await getVotes(l2.client(holder), { votes: at('ParleyVotes'), holder: addressOf(holder) })).toBe(10n ** 27n)
    const governor = at('ParleyGovernor')
    const grant = { treasury: at('Treasury'), recipient: addressOf(recipient), amount: fee, reason: 'a grant' }
    const proposal: Proposal = { calls: [spending(grant)], description: 'Pay for a grant', proposer: addressOf(holder) }
    const proposalId = proposalIdOf(proposal)
    const state = async () => (await getProposal(l2.client(somebody), { governor, proposalId })).state
    await later(1)
    await l2.done(propose(l2.client(holder), { governor, proposal }))
    await later(1)
    expect(await state()).toBe('active')
    await l2.done(vote(l2.client(holder), { governor, proposalId, support: 'for' }))
    const named = { ...proposal, proposer: addressOf(somebody) }
    await expect(propose(l2.client(holder), { governor, proposal: named })).rejects.toMatchObject(
      fault('CONTRACT_REFUSED', { error: 'GovernorRestrictedProposer' }),
    )
    const early = queue(l2.client(somebody), { governor, proposal })
    await expect(early).rejects.toMatchObject(fault('CONTRACT_REFUSED', { error: 'GovernorUnexpectedProposalState' }))
    await later(hour + 1)
    expect(await state()).toBe('succeeded')
    await l2.done(queue(l2.client(somebody), { governor, proposal }))
    await expect(execute(l2.client(somebody), { governor, proposal })).rejects.toMatchObject(fault('CONTRACT_REFUSED'))
    await later(hour + 1)
    const before = await balanceOf(addressOf(recipient))
    await l2.done(execute(l2.client(somebody), { governor, proposal }))
    expect([await state(), (await balanceOf(addressOf(recipient))) - before]).toEqual(['executed', fee])
    expect(await books()).toMatchObject({ spent: fee, balance: 0n })
  })

  test('treasury › records the cost of final claims, and of the operator alone', async () => {
    const rollup = bytesToHex(l2.record.rollup!.rollup)
    expect((await books()).rollup).toBe(getAddress(rollup))
    const another = nameRollup(l2.client(operator), { treasury: at('Treasury'), rollup })
    await expect(another).rejects.toMatchObject(fault('CONTRACT_REFUSED', { error: 'Governed_NotGovernance' }))
    const cost = { claim: 1n, part: 'claim', layer: 0, amount: 10n ** 12n, evidence: keccak256('0x') } as const
    const recording = { treasury: at('Treasury'), costs: [cost] }
    await expect(recordCosts(l2.client(operator), recording)).rejects.toMatchObject(
      fault('CONTRACT_REFUSED', { error: 'Treasury_ClaimNotFinal', args: { claim: 1n } }),
    )
    await expect(recordCosts(l2.client(somebody), recording)).rejects.toMatchObject(
      fault('CONTRACT_REFUSED', { error: 'Treasury_NotOperator' }),
    )
    const none = { treasury: at('Treasury'), costs: [] }
    await expect(recordCosts(l2.client(operator), none)).rejects.toMatchObject(fault('ARGUMENT_OUT_OF_RANGE'))
    const due = { treasury: at('Treasury'), operator: addressOf(operator) }
    await expect(reimburse(l2.client(somebody), due)).rejects.toMatchObject(
      fault('CONTRACT_REFUSED', { error: 'Treasury_NothingDue' }),
    )
    expect(await getCost(l2.client(somebody), { ...due, rollup, claim: 1n, part: 'claim' })).toBeUndefined()
  })
})
