import { describe, expect, it } from 'vitest'
import { type DevReport, failedChecks } from '../src/dev/report.ts'

const quantiles = { p50: 1, p99: 2 }
const good: DevReport = {
  messages: { offered: 10, accepted: 10, refused: 0, final: 10 },
  conversations: 3,
  blocks: 2,
  batches: 1,
  lanes: 1,
  da: { layer: 'local', bytes: 1000, bytesPerMessage: 100 },
  l2: { gas: 100, gasPerMessage: 10 },
  latencyMs: { accepted: quantiles, sealed: quantiles, final: quantiles },
  verifier: { blocks: 2, rootsCompared: 5, rootsEqual: 5, stateRoot: '0x01' },
  sequencer: { stateRoot: '0x01', shardRoots: [] },
}

describe('report', () => {
  it('holds when every check does', () => {
    expect(failedChecks(good)).toEqual([])
  })

  it.each([
    ['messages accepted', { messages: { ...good.messages, accepted: 9 } }],
    ['messages refused', { messages: { ...good.messages, refused: 1 } }],
    ['messages final', { messages: { ...good.messages, final: 9 } }],
    ['roots compared', { verifier: { ...good.verifier, rootsCompared: 0, rootsEqual: 0 } }],
    ['roots equal', { verifier: { ...good.verifier, rootsEqual: 4 } }],
    ['state root of the node', { verifier: { ...good.verifier, stateRoot: '0x02' } }],
  ])('names %s when it does not hold', (check, change) => {
    expect(failedChecks({ ...good, ...change }).map((each) => each.check)).toEqual([check])
  })
})
