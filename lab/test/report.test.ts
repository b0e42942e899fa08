import { describe, expect, it } from 'vitest'
import { type DevReport, failedChecks, failedL2Checks } from '../src/dev/report.ts'

const quantiles = { p50: 1, p99: 2 }
const good: DevReport = {
  messages: { offered: 10, accepted: 10, refused: 0, final: 10 },
  conversations: 3,
  blocks: 2,
  batches: 1,
  lanes: 1,
  da: {
    layer: 'local',
    bytes: 1000,
    bytesPerMessage: 100,
    parts: {
      core: { layer: 'local', bytes: 400, publications: 1, cost: [] },
      witness: { layer: 'local', bytes: 600, publications: 1, cost: [] },
    },
  },
  l2: { gas: 100, gasPerMessage: 10 },
  latencyMs: { accepted: quantiles, sealed: quantiles, final: quantiles },
  verifier: { blocks: 2, rootsCompared: 5, rootsEqual: 5, stateRoot: '0x01' },
  sequencer: { stateRoot: '0x01', shardRoots: [] },
}

const contacts = { registered: 2, resolved: 2, gas: {} }
const treasury = { income: '9', toSpend: '5', spent: '5', toReimburse: '3', reimbursed: '3', gas: {} }
const inbox = { invited: 3, watched: 3, refused: 2, refusable: 2, gas: {} }

describe('report', () => {
  it('holds with contacts and inbox, and without the rollup', () => {
    expect(failedChecks({ ...good, contacts, inbox })).toEqual([])
    expect(failedL2Checks({ contacts, inbox, treasury })).toEqual([])
  })

  it('holds when every check does', () => {
    expect(failedChecks(good)).toEqual([])
  })

  it.each([
    ['messages accepted', { messages: { ...good.messages, accepted: 9 } }],
    ['messages refused', { messages: { ...good.messages, refused: 1 } }],
    ['messages final', { messages: { ...good.messages, final: 9 } }],
    ['contacts resolved', { contacts: { ...contacts, resolved: 1 } }],
    ['invites watched', { inbox: { ...inbox, watched: 2 } }],
    ['invites refused', { inbox: { ...inbox, refused: 1 } }],
    ['spent', { treasury: { ...treasury, spent: '0' } }],
    ['reimbursed', { treasury: { ...treasury, reimbursed: '0' } }],
    ['roots compared', { verifier: { ...good.verifier, rootsCompared: 0, rootsEqual: 0 } }],
    ['roots equal', { verifier: { ...good.verifier, rootsEqual: 4 } }],
    ['state root of the node', { verifier: { ...good.verifier, stateRoot: '0x02' } }],
  ])('names %s when it does not hold', (check, change) => {
    expect(failedChecks({ ...good, ...change }).map((each) => each.check)).toEqual([check])
  })
})
