import {
  costParts,
  delegateVotes,
  execute,
  getProposal,
  getTreasury,
  type L2Client,
  nameRollup,
  type Proposal,
  proposalIdOf,
  propose,
  queue,
  recordCosts,
  reimburse,
  spending,
  supports,
  vote,
} from '@parley/client'
import type { Address } from 'viem'
import { accountOf } from '../action/account.ts'
import { addressArgument, amountArgument, choiceArgument, hexArgument } from '../action/arguments.ts'
import { tell, tellTransaction } from '../action/tell.ts'
import { needed } from '../config/config.ts'
import type { Context } from '../process/context.ts'
import { openL2Client } from '../role/l2-client.ts'

type Arguments = readonly string[]

function open(context: Context): { readonly client: L2Client; readonly treasury: Address } {
  return { client: openL2Client(context), treasury: needed(context.config, 'l2.treasury') }
}

/** Prints the books. */
export async function showTreasury(context: Context): Promise<number> {
  const { client, treasury } = open(context)
  return tell(context, await getTreasury(client, { treasury }))
}

export async function recordCost(context: Context, [claim, part, amount, evidence]: Arguments): Promise<number> {
  const { client, treasury } = open(context)
  const cost = {
    claim: amountArgument('claim', claim),
    part: choiceArgument('part', costParts, part),
    layer: context.config.treasury.layer,
    amount: amountArgument('amount', amount),
    evidence: hexArgument('evidence', evidence),
  }
  return tellTransaction(context, client, recordCosts(client, { treasury, costs: [cost] }))
}

export async function reimburseOperator(context: Context, [given]: Arguments): Promise<number> {
  const { client, treasury } = open(context)
  const operator = addressArgument('operator', given)
  return tellTransaction(context, client, reimburse(client, { treasury, operator }))
}

export async function nameRollupOf(context: Context, [given]: Arguments): Promise<number> {
  const { client, treasury } = open(context)
  return tellTransaction(context, client, nameRollup(client, { treasury, rollup: addressArgument('rollup', given) }))
}

const steps = { propose, queue, execute } as const

/** One step of a vote on spending; the proposal is named by all that is in it. */
export async function voteOnSpending(
  context: Context,
  step: keyof typeof steps,
  [to, how, why]: Arguments,
): Promise<number> {
  const { client, treasury } = open(context)
  const reason = why as string
  const grant = { treasury, recipient: addressArgument('recipient', to), amount: amountArgument('amount', how), reason }
  const proposer = context.config.treasury.proposer ?? accountOf(client, '--proposer')
  const proposal: Proposal = { calls: [spending(grant)], description: reason, proposer }
  const governor = needed(context.config, 'l2.governor')
  const also = { proposal: proposalIdOf(proposal) }
  return tellTransaction(context, client, steps[step](client, { governor, proposal }), also)
}

export async function castVote(context: Context, [proposal, how]: Arguments): Promise<number> {
  const client = openL2Client(context)
  const governor = needed(context.config, 'l2.governor')
  const support = choiceArgument('support', supports, how)
  const proposalId = amountArgument('proposal', proposal)
  return tellTransaction(context, client, vote(client, { governor, proposalId, support }))
}

/** Prints how a proposal stands. */
export async function showProposal(context: Context, [proposal]: Arguments): Promise<number> {
  const client = openL2Client(context)
  const governor = needed(context.config, 'l2.governor')
  return tell(context, await getProposal(client, { governor, proposalId: amountArgument('proposal', proposal) }))
}

export async function delegate(context: Context, [given]: Arguments): Promise<number> {
  const client = openL2Client(context)
  const votes = needed(context.config, 'l2.votes')
  const whom = addressArgument('delegate', given)
  return tellTransaction(context, client, delegateVotes(client, { votes, delegate: whom }))
}
