import { knownRules } from '@parley/protocol'
import { afterEach, expect, test } from 'vitest'
import { BatcherError } from '../src/index.ts'
import { config, sealedChain } from './support/chain.ts'
import { Rig, type Running } from './support/rig.ts'

const running: Running[] = []
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop()
})

test('rules › the batcher ends at the first block under rules that it does not know', async () => {
  const sealed = sealedChain({ blocks: 4 })
  const from = sealed[2]?.block.header.timestamp
  if (from === undefined) throw new Error('the chain has four blocks')
  const rig = new Rig(sealed)
  const { currentSchedule } = rig.settlement
  const next = { from, announcedAt: 0n, number: knownRules + 1, dataCommittee: new Uint8Array(20), fees: config.fees }
  rig.settlement.currentSchedule = { ...currentSchedule, rules: [...currentSchedule.rules, next] }
  const one = rig.start()
  running.push(one)
  const fault = await one.ended
  expect(fault).toBeInstanceOf(BatcherError)
  expect(fault).toMatchObject({ fault: { code: 'RULES_UNKNOWN', block: 3n, from, rules: knownRules + 1 } })
  expect(rig.claimedBlocks().every((block) => block < 3n)).toBe(true)
})
