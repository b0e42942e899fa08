import { fromSeconds, type L2Position, type Millis, SettlementError } from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import { describe, expect, test } from 'vitest'
import { type Blocks, type Step, type Trail, Walk, type WalkDeps } from '../src/index.ts'

const at = (blockNumber: bigint, branch = 1): L2Position => ({
  blockNumber,
  blockHash: new Uint8Array(32).fill(branch).fill(Number(blockNumber), 31),
})
const clock: Clock = { now: () => 0, elapsed: () => 0, sleep: async () => undefined }
const origin = at(1n)

/** A chain that is grown and forked by hand; each stretch is one block. */
class Chain implements Blocks {
  readonly positions = [origin]

  async isCanonical({ blockNumber, blockHash }: L2Position): Promise<boolean> {
    return this.positions.some((each) => each.blockNumber === blockNumber && each.blockHash[0] === blockHash[0])
  }

  async after(position: L2Position): ReturnType<Blocks['after']> {
    const head = this.positions.at(-1)?.blockNumber ?? 0n
    if (head < position.blockNumber) return { kind: 'behind', head }
    if (!(await this.isCanonical(position))) return { kind: 'reorganised' }
    const end = this.positions.find(({ blockNumber }) => blockNumber === position.blockNumber + 1n)
    if (end === undefined) return { kind: 'nothing' }
    const caughtUp = end === this.positions.at(-1)
    return { kind: 'stretch', found: [], passed: [end], end, time: fromSeconds(end.blockNumber), caughtUp }
  }

  async timeOf({ blockNumber }: L2Position): Promise<Millis> {
    return fromSeconds(blockNumber)
  }
}

class OwnTrail implements Trail {
  readonly passed: L2Position[] = []

  async note(_: L2Position, before: L2Position): Promise<void> {
    this.passed.unshift(before)
  }

  behind(): readonly L2Position[] {
    return this.passed
  }
}

function walkOf(chain: Chain, changes: Partial<WalkDeps<string>> = {}): Walk<string> {
  const deployment = new Uint8Array(20)
  const deps = { blocks: chain, trail: new OwnTrail(), origin, deployment, read: () => 'read', clock, ...changes }
  return new Walk(deps, { pollMs: 1 }, undefined, 'latest')
}

const shown = ({ kind, cursor }: Step<string>): string => `${kind} ${cursor.blockNumber}`
async function next(steps: AsyncGenerator<Step<string>>): Promise<Step<string>> {
  const { value } = await steps.next()
  return value as Step<string>
}

describe('walk', () => {
  test('walk › goes forward, and back to what both branches have', async () => {
    const chain = new Chain()
    chain.positions.push(at(2n), at(3n))
    const steps = walkOf(chain).steps(new AbortController().signal)
    expect([shown(await next(steps)), shown(await next(steps))]).toEqual(['forward 2', 'forward 3'])
    chain.positions.splice(2, 1, at(3n, 9), at(4n, 9))
    const back = await next(steps)
    expect(back).toMatchObject({ kind: 'back', from: at(3n), cursor: at(2n) })
    expect([shown(await next(steps)), shown(await next(steps))]).toEqual(['forward 3', 'forward 4'])
  })

  test('walk › what could not be read is read again, and nothing is passed before', async () => {
    const chain = new Chain()
    chain.positions.push(at(2n))
    const trail = new OwnTrail()
    const failures: number[] = []
    const read = (): string => {
      expect(trail.passed).toEqual([])
      if (failures.length < 2) throw new SettlementError({ code: 'SETTLEMENT_UNAVAILABLE', reason: 'planted' })
      return 'read'
    }
    const walk = walkOf(chain, { trail, read, onFailure: (_, count) => failures.push(count) })
    const steps = walk.steps(new AbortController().signal)
    expect(shown(await next(steps))).toBe('forward 2')
    expect(failures).toEqual([1, 2])
  })

  test('walk › a deployment that was taken back is unknown', async () => {
    const chain = new Chain()
    chain.positions.push(at(2n))
    const steps = walkOf(chain).steps(new AbortController().signal)
    await next(steps)
    chain.positions.splice(0, 2, at(1n, 9), at(2n, 9))
    await expect(next(steps)).rejects.toMatchObject({ fault: { code: 'DEPLOYMENT_UNKNOWN' } })
  })

  test('walk › a head below the cursor is told and waited out, and nothing is taken back', async () => {
    const chain = new Chain()
    chain.positions.push(at(2n), at(3n))
    const told: object[] = []
    const onFailure: WalkDeps<string>['onFailure'] = ({ fault }) => {
      told.push(fault)
      if (told.length === 2) chain.positions.push(at(3n), at(4n))
    }
    const steps = walkOf(chain, { onFailure }).steps(new AbortController().signal)
    await next(steps)
    await next(steps)
    chain.positions.pop()
    expect(shown(await next(steps))).toBe('forward 4')
    const behind = { code: 'L2_BEHIND', head: 2n, read: 3n }
    expect(told).toEqual([behind, behind])
  })

  test('walk › a shorter chain that began otherwise is another one', async () => {
    const chain = new Chain()
    chain.positions.push(at(2n), at(3n))
    const steps = walkOf(chain).steps(new AbortController().signal)
    await next(steps)
    await next(steps)
    chain.positions.splice(0, 3, at(1n, 9))
    await expect(next(steps)).rejects.toMatchObject({
      fault: { code: 'DEPLOYMENT_UNKNOWN', reason: expect.stringContaining('another chain') },
    })
  })

  test('walk › a contract that is not there is told and waited for', async () => {
    const chain = new Chain()
    chain.positions.push(at(2n))
    const told: string[] = []
    const read = (): string => {
      if (told.length === 0) throw new SettlementError({ code: 'CONTRACT_MISSING', address: new Uint8Array(20) })
      return 'read'
    }
    const steps = walkOf(chain, { read, onFailure: ({ fault }) => told.push(fault.code) })
    expect(shown(await next(steps.steps(new AbortController().signal)))).toBe('forward 2')
    expect(told).toEqual(['CONTRACT_MISSING'])
  })
})
