import { type Address, encodeAbiParameters, type Hex, hexToBigInt, keccak256, stringToHex } from 'viem'
import type { RandomStream } from '../../load/seeded.ts'
import { governanceCalls } from './governance-calls.ts'
import { voting } from './parameters.ts'
import { type Maker, oneOf, type Proposal, type Step, type World } from './world.ts'

const forever = 2n ** 63n
/** Seconds after which a change that the contracts refuse is given up. */
const patience = 4n * 3_600n
const votesFor = 1

function argumentsOf({ call, description }: Proposal) {
  const hash = keccak256(stringToHex(description))
  return [[call.to as Address], [call.value], [call.data], hash] as const
}

function idOf(proposal: Proposal): bigint {
  const types = [{ type: 'address[]' }, { type: 'uint256[]' }, { type: 'bytes[]' }, { type: 'bytes32' }] as const
  return hexToBigInt(keccak256(encodeAbiParameters(types, argumentsOf(proposal))))
}

/** The next step of a change on its way, or a new change. */
export const govern: Maker = (world, random, step) => {
  const soon = world.chain.now + 1n
  for (const proposal of world.known.proposals) if (proposal.next.until < soon) world.known.proposals.delete(proposal)
  const ready = oneOf(random, [undefined, ...[...world.known.proposals].filter(({ next }) => next.from <= soon)])
  return ready === undefined ? propose(world, random, step) : goOn(world, ready)
}

function propose(world: World, random: RandomStream, step: number): Step {
  const { governor } = world.contracts
  const change = oneOf(random, governanceCalls)(world, random)
  const description = `${change.what} at step ${step}`
  const args = [[change.call.to as Address], [change.call.value], [change.call.data as Hex], description] as const
  return {
    action: 'propose',
    transaction: governor.call(world.voter, 'propose', args),
    settle: (_, now) => {
      const from = now + BigInt(voting.delay) + 1n
      const next = { from, until: from + BigInt(voting.period) - 2n }
      world.known.proposals.add({ ...change, description, stage: 'proposed', next })
    },
  }
}

function goOn(world: World, proposal: Proposal): Step {
  const { governor } = world.contracts
  const { voter } = world
  const args = argumentsOf(proposal)
  switch (proposal.stage) {
    case 'proposed':
      return {
        action: 'vote',
        transaction: governor.call(voter, 'castVote', [idOf(proposal), votesFor]),
        settle: () =>
          Object.assign(proposal, { stage: 'voted', next: { from: proposal.next.until + 3n, until: forever } }),
      }
    case 'voted':
      return {
        action: 'queue',
        transaction: governor.call(voter, 'queue', args),
        settle: (_, now) => {
          const from = now + BigInt(voting.timelock)
          Object.assign(proposal, { stage: 'queued', next: { from, until: from + patience } })
        },
      }
    case 'queued':
      return {
        action: `govern: ${proposal.what}`,
        transaction: governor.call(voter, 'execute', args),
        settle: (_, now) => {
          world.known.proposals.delete(proposal)
          proposal.settle(now)
        },
      }
  }
}
