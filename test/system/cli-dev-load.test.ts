import type { DevReport } from '@parley/lab'
import { describe, expect, it } from 'vitest'
import { parley } from './support/parley.ts'

const within = { timeout: 600_000 }

describe('parley dev --exit', () => {
  it('the same seed gives the same shards on one lane and on two, and every check holds', within, async () => {
    const args = ['dev', '--messages', '1200', '--seed', '1', '--exit', '--json']
    const runs = await Promise.all(['1', '2'].map((lanes) => parley([...args, '--lanes', lanes])))
    const reports = runs.map(({ code, stdout, stderr }) => {
      expect([code, stderr.match(/check failed.*/g)]).toEqual([0, null])
      return JSON.parse(stdout) as DevReport
    })
    const [one, two] = reports as [DevReport, DevReport]
    expect([one.lanes, two.lanes]).toEqual([1, 2])
    expect(one.sequencer.shardRoots).toEqual(two.sequencer.shardRoots)
    expect(new Set(one.sequencer.shardRoots).size).toBe(64)
    for (const { messages, verifier, sequencer, l2, da, blocks } of reports) {
      expect(messages).toEqual({ offered: 1200, accepted: 1200, refused: 0, final: 1200 })
      expect(verifier.rootsCompared).toBeGreaterThan(0)
      expect(verifier.rootsEqual).toBe(verifier.rootsCompared)
      expect(verifier.stateRoot).toBe(sequencer.stateRoot)
      expect(blocks).toBeGreaterThan(3)
      expect(l2.gasPerMessage).toBeGreaterThan(0)
      expect(da.bytesPerMessage).toBeGreaterThan(96)
    }
  })
})

describe('parley dev --da celestia --contacts --inbox --treasury', () => {
  it(
    'goes through them beside the load on the double of Celestia, and reimburses the operator for its claims',
    within,
    async () => {
      const besides = ['--contacts', '--inbox', '--treasury']
      const { code, stdout, stderr } = await parley([
        'dev',
        '--messages',
        '100',
        '--da',
        'celestia',
        ...besides,
        '--exit',
        '--json',
      ])
      expect([code, stderr.match(/(check failed|parley:).*/g)]).toEqual([0, null])
      expect(stderr).toMatch(/celestia-double warns: this is a double of Celestia, not Celestia/)
      expect(stderr).toMatch(/^DA +celestia \(double\) +http/m)
      const { da, verifier, messages, contacts, inbox, treasury } = JSON.parse(stdout) as DevReport
      expect([da.layer, verifier.rootsEqual]).toEqual(['celestia', verifier.rootsCompared])
      expect(messages.final).toBe(100)
      expect([contacts?.resolved, inbox?.watched]).toEqual([2, 3])
      expect(BigInt(treasury?.reimbursed ?? 0)).toBeGreaterThan(0n)
    },
  )
})

describe('parley dev --da committee', () => {
  it('four members keep what is claimed, and a node derives it from them', within, async () => {
    const { code, stdout, stderr } = await parley(['dev', '--messages', '60', '--da', 'committee', '--exit', '--json'])
    expect([code, stderr.match(/(check failed|parley:).*/g)]).toEqual([0, null])
    const { da, verifier, messages, batches } = JSON.parse(stdout) as DevReport
    expect(messages).toEqual({ offered: 60, accepted: 60, refused: 0, final: 60 })
    expect([verifier.rootsEqual > 0, verifier.rootsEqual]).toEqual([true, verifier.rootsCompared])
    const { core, witness } = da.parts
    expect([da.layer, core.layer, witness.layer]).toEqual(['committee', 'committee', 'committee'])
    expect(core.publications).toBe(batches)
    // Batches of price items alone have the same witness, which is published once.
    expect(witness.publications).toBeGreaterThan(0)
    expect(witness.publications).toBeLessThanOrEqual(batches)
    expect(da.bytes).toBe(core.bytes + witness.bytes)
    // Members are paid off chain: what they ask for is written down all the same, in the L2's ether.
    expect(core.cost.every(({ token }) => token === 'l2-eth')).toBe(true)
  })
})
