import { announceSequencer, answerFor, confirm, resumeClaims } from '@parley/client'
import { ownerAddress, type SealedBlock } from '@parley/protocol'
import type { Rescuer } from '@parley/settlement'
import { bytesToHex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { claimSealed } from './support/claim-sealed.ts'
import type { Speaker } from './support/conversations.ts'
import { eventually, untilAllVerified } from './support/eventually.ts'
import { forever } from './support/l2.ts'
import { queueDeposit, rescuerOf, silentSoon, walletOf } from './support/rescue.ts'
import { Rollup, type RunningNode } from './support/rollup.ts'
import { until } from './support/until.ts'

let rollup: Rollup
let rescuer: Rescuer
let node: RunningNode
let ann: Speaker
beforeAll(async () => {
  rollup = await Rollup.start(silentSoon)
  ann = await rollup.converse(3)
  node = await rollup.startNode()
  rescuer = await rescuerOf(rollup, rollup.roles.users[0] as { secret: Uint8Array })
}, 360_000)
afterAll(async () => {
  await rollup?.stop()
  await rescuer?.close()
})

const place = () => ({ rollup: bytesToHex(rollup.deployment.rollup) })

/** Says something, and gives the block that has it once it is sealed. */
async function sealedBlock(): Promise<SealedBlock> {
  await rollup.say(ann, 1)
  const { number } = await rollup.sealedRoot()
  return eventually('the block', () => rollup.client.block(number))
}

async function posted(): Promise<void> {
  const batcher = await rollup.startBatcher()
  await untilAllVerified(rollup, node.part)
  await batcher.stop()
}

test('silence › a chain whose headers lag is silent, and a lost key is replaced in it', async () => {
  await posted()
  const early = await sealedBlock()
  const later = await sealedBlock()
  await queueDeposit(rollup, rollup.roles.funder, 5)
  const steps: string[] = []
  const rescuing = node.part.rescue(rescuer, ({ step }) => void steps.push(step), forever)
  await until(() => steps.includes('notice'))
  // Claims still come, of headers from before the item: by their clock it is not due.
  await claimSealed(rollup, early)
  expect(await rescuing).toMatchObject({ items: 1n, rescued: 1n })
  await expect(claimSealed(rollup, later)).rejects.toMatchObject({ fault: { code: 'CLAIM_REFUSED' } })

  const secret = new Uint8Array(32).fill(77)
  const key = bytesToHex(ownerAddress(secret))
  const owner = walletOf(rollup, rollup.roles.bondOwner)
  await confirm(owner, { hash: await answerFor(owner, { ...place(), key }) })
  const operator = walletOf(rollup, rollup.roles.pricePusher)
  const { lastHeader } = await rescuer.head(forever)
  const from = lastHeader.number + 1n
  const entry = { from, key, bondOwner: rollup.roles.bondOwner.address }
  await confirm(operator, { hash: await announceSequencer(operator, { ...place(), ...entry }) })
  await confirm(operator, { hash: await resumeClaims(operator, place()) })
  const { resumesAt } = await rescuer.silence(forever)
  await until(async () => (await rollup.l2.getBlock()).timestamp >= resumesAt)
  await confirm(operator, { hash: await resumeClaims(operator, place()) })

  await rollup.startSequencer({ secret }, { newMark: true })
  await eventually('the sequencer under the new key', async () => {
    const answer = await fetch(`${rollup.sequencer.url}/readyz`).catch(() => undefined)
    return answer?.ok === true ? true : undefined
  })
  await rollup.say(ann, 2)
  await posted()
  const head = await rescuer.head(forever)
  expect(head.lastHeader.number).toBeGreaterThanOrEqual(from)
  expect(head.core.pointer.length).toBeGreaterThan(0)
})
