import { limits } from '@parley/protocol'
import { expect, test } from 'vitest'
import { checkLastHeader } from '../src/derive/check-claim.ts'
import { Rig } from './support/rig.ts'

test('checkLastHeader › a claim adds at most 8,192 segments', () => {
  const rig = new Rig()
  rig.prepare()
  const { claim } = rig.publish(rig.chain.build(rig.chain.say(3, 1)))
  const parent = { ...claim.lastHeader, segmentCount: 5n }
  const adding = (segments: number) => {
    const lastHeader = { ...claim.lastHeader, segmentCount: 5n + BigInt(segments) }
    return () => checkLastHeader({ ...claim, lastHeader }, lastHeader, parent)
  }
  const fault = { code: 'CLAIM_TOO_LARGE', claim: claim.number, segments: 8_193n, maximum: limits.segmentsPerBatch }
  expect(adding(8_192)).not.toThrow()
  expect(adding(8_193)).toThrow(expect.objectContaining({ fault }))
})

test('checkLastHeader › a count of segments that the blocks do not have is named', () => {
  const rig = new Rig()
  rig.prepare()
  const { claim } = rig.publish(rig.chain.build(rig.chain.say(3, 1)))
  const { lastHeader } = claim
  const lying = { ...claim, lastHeader: { ...lastHeader, segmentCount: lastHeader.segmentCount + 1n } }
  const fault = { code: 'CLAIM_LAST_HEADER', field: 'segmentCount', expected: lastHeader.segmentCount }
  expect(() => checkLastHeader(lying, lastHeader, lastHeader)).toThrow(
    expect.objectContaining({ fault: expect.objectContaining(fault) }),
  )
})
