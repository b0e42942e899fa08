import {
  type Cost,
  collectFees,
  collectShares,
  delegateVotes,
  execute,
  getCredit,
  getProposal,
  getTreasury,
  type Proposal,
  proposalIdOf,
  propose,
  queue,
  recordCosts,
  reimburse,
  spending,
  vote,
} from '@parley/client'
import { contractOf, type DeploymentRecord } from '@parley/infra'
import { createTestClient, http } from 'viem'
import type { L2Report } from './l2-report.ts'
import { Meter } from './meter.ts'
import type { Person } from './person.ts'

export type TreasuryReport = NonNullable<L2Report['treasury']>

/** Who takes part. */
export interface TreasuryPeople {
  /** Who has all votes: the deployer. */
  readonly holder: Person
  /** Who records costs. */
  readonly operator: Person
  readonly somebody: Person
}

/** Has fees and shares collected, and what there is spent by a vote; the chain's time is moved on to its end. */
export async function goThroughVote(
  url: string,
  record: DeploymentRecord,
  people: TreasuryPeople,
): Promise<TreasuryReport> {
  const meter = new Meter()
  await collect(meter, record, people)
  const { holder, somebody } = people
  const treasury = contractOf(record, 'Treasury').address
  const governor = contractOf(record, 'ParleyGovernor').address
  const before = await getTreasury(somebody.client, { treasury })
  const amount = before.spendable
  const grant = { treasury, recipient: somebody.address, amount, reason: 'what is there' }
  const proposal: Proposal = { calls: [spending(grant)], description: 'Spend what is there', proposer: holder.address }
  const later = timeOf(url)
  const votes = contractOf(record, 'ParleyVotes').address
  await meter.run('delegateVotes', holder, delegateVotes(holder.client, { votes, delegate: holder.address }))
  await later(1)
  await meter.run('propose', holder, propose(holder.client, { governor, proposal }))
  const proposalId = proposalIdOf(proposal)
  const { voteEnd, voteStart } = await getProposal(holder.client, { governor, proposalId })
  await later(1)
  await meter.run('vote', holder, vote(holder.client, { governor, proposalId, support: 'for' }))
  await later(Number(voteEnd - voteStart) + 1)
  await meter.run('queue', somebody, queue(somebody.client, { governor, proposal }))
  const { executableFrom } = await getProposal(somebody.client, { governor, proposalId })
  await later(Number(executableFrom - voteEnd) + 1)
  await meter.run('execute', somebody, execute(somebody.client, { governor, proposal }))
  const { income, spent, reimbursed } = await getTreasury(somebody.client, { treasury })
  return {
    income: String(income),
    toSpend: String(amount),
    spent: String(spent),
    ...paid(0n, reimbursed),
    gas: meter.gas,
  }
}

/** Has fees and shares collected, and the operator record what claims cost and be reimbursed for it. */
export async function goThroughCosts(
  record: DeploymentRecord,
  people: TreasuryPeople,
  costs: readonly Cost[],
): Promise<TreasuryReport> {
  const meter = new Meter()
  await collect(meter, record, people)
  const { operator, somebody } = people
  const treasury = contractOf(record, 'Treasury').address
  await meter.run('recordCosts', operator, recordCosts(operator.client, { treasury, costs }))
  const { payable } = await getTreasury(somebody.client, { treasury })
  if (payable > 0n) {
    const due = { treasury, operator: operator.address }
    await meter.run('reimburse', somebody, reimburse(somebody.client, due))
  }
  const { income, spent, reimbursed } = await getTreasury(somebody.client, { treasury })
  return { income: String(income), toSpend: '0', spent: String(spent), ...paid(payable, reimbursed), gas: meter.gas }
}

const paid = (toReimburse: bigint, reimbursed: bigint) => ({
  toReimburse: String(toReimburse),
  reimbursed: String(reimbursed),
})

async function collect(meter: Meter, record: DeploymentRecord, { somebody }: TreasuryPeople): Promise<void> {
  const { ContactDirectory, PublicInbox } = record.contracts
  const { client } = somebody
  if (ContactDirectory)
    await meter.run('collectFees', somebody, collectFees(client, { directory: ContactDirectory.address }))
  if (PublicInbox) {
    const holder = contractOf(record, 'Treasury').address
    const inbox = PublicInbox.address
    if ((await getCredit(client, { inbox, holder })) > 0n)
      await meter.run('collectShares', somebody, collectShares(client, { inbox }))
  }
}

/** Moves the time of a chain of our own on. */
function timeOf(url: string): (seconds: number) => Promise<void> {
  const control = createTestClient({ mode: 'anvil', transport: http(url) })
  return async (seconds) => {
    await control.increaseTime({ seconds })
    await control.mine({ blocks: 1 })
  }
}
