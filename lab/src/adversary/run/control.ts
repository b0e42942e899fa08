import { createTestClient, http } from 'viem'
import type { Stage } from '../stage/stage.ts'
import { honestBonds } from './lie.ts'
import type { Outcome, Trial } from './outcome.ts'
import { removalsFrom } from './verdict.ts'

const rounds = 2

/**
 * Nobody lies: people go on, the L2 takes back blocks with a claim in them, everything is claimed and final, and nothing is
 * asked and nothing proven.
 */
async function control(stage: Stage): Promise<() => Promise<Outcome>> {
  const { l2, honest, claimer, signal, wait } = stage
  const before = await honestBonds(stage)
  const from = await l2.client.getBlockNumber()
  let block = 0n
  for (let round = 0; round < rounds; round += 1) {
    block = (await honest.goOn(['items'])).block
    await reorganise(stage)
  }
  const head = await wait('a claim of everything', async () => {
    const standing = await claimer.head(signal).catch(() => undefined)
    return standing !== undefined && standing.lastHeader.number >= block ? standing : undefined
  })
  const asked = await l2.client.getContractEvents({ ...l2.rollup, eventName: 'DataChallenged', fromBlock: from })
  const silent = await l2.client.getContractEvents({ ...l2.rollup, eventName: 'SilenceDeclared', fromBlock: from })
  const proven = await removalsFrom(stage, from)
  const disturbed = asked.length + silent.length + proven.length
  return async () => {
    await wait(`claim ${head.number} to be final`, async () => {
      const final = await l2.client.readContract({ ...l2.rollup, functionName: 'finalNumber' })
      return final >= head.number ? true : undefined
    })
    const honestBondKept = (await honestBonds(stage)) >= before
    const right = disturbed === 0 && honestBondKept
    return {
      class: 'control',
      detectedBy: 'nobody',
      transactions: disturbed,
      gas: 0,
      removed: false,
      secondsToRemoval: null,
      honestBondKept,
      ...(right ? {} : { failed: `${asked.length} questions, ${silent.length} silences, ${proven.length} removals` }),
    }
  }
}

/** Takes the L2's latest block back once it has a claim. */
async function reorganise({ l2, stack, wait, clock }: Stage): Promise<void> {
  await wait('a claim in the latest L2 block', async () => {
    const latest = await l2.client.getBlockNumber()
    const told = await l2.client.getContractEvents({ ...l2.rollup, eventName: 'Claimed', fromBlock: latest })
    return told.length > 0 ? true : undefined
  })
  const chain = createTestClient({ mode: 'anvil', transport: http(stack.places.l2Url) })
  await chain.request({ method: 'anvil_reorg' as never, params: [1, []] as never })
  // Its new blocks have times to come, from which it counts on: without this its clock would be behind for good by some seconds
  // a time, until a sequencer cannot know any more what of the inbox is due.
  await chain.request({ method: 'evm_setTime' as never, params: [Math.floor(clock.now() / 1000)] as never })
}

export const controls: readonly Trial[] = [
  { name: 'control', ends: 'nothing asked, nothing proven, all final', gas: 0, run: control },
]
