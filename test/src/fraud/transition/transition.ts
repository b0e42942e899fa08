import { createPortableVerifier } from '@parley/execution'
import { transitionFaults } from '@parley/protocol'
import type { Surroundings } from '@parley/protocol/fraud'
import { Random } from '../../fuzz/random.ts'
import { config, deployment } from '../../vectors/people.ts'
import { type Evm, startEvm } from '../evm.ts'
import { inTurn } from '../in-turn.ts'
import { randomShard } from '../random-shard.ts'
import { startLanes } from './lanes.ts'
import { messageStep } from './message-step.ts'
import type { Parties } from './parties.ts'
import { singleStep } from './single-step.ts'

/** So many random steps meet every code of a refusal. */
export const stepsForAllCodes = 50_000
/** Steps at a time: the EVM and the lanes work beside this thread. */
const inFlight = 6

export interface TransitionReport {
  readonly seed: number
  readonly steps: number
  readonly valid: number
  /** Refusals by their code. */
  readonly refused: Readonly<Record<string, number>>
  /** Codes that no step was refused with: from `stepsForAllCodes` on a failure. */
  readonly unmet: readonly string[]
  readonly seconds: number
  /** Steps at which somebody disagreed, and how. */
  readonly failures: readonly { readonly step: number; readonly reason: string }[]
}

export const isGood = ({ steps, unmet, failures }: TransitionReport): boolean =>
  failures.length === 0 && (steps < stepsForAllCodes || unmet.length === 0)

/**
 * Executes random segments by everybody who executes them, and compares verdicts and roots.
 * @param from - First step: each follows from the seed and its number alone.
 */
export async function fuzzTransition(steps: number, seed: number, evm?: Evm, from = 0): Promise<TransitionReport> {
  const begun = performance.now()
  const running = evm ?? (await startEvm())
  const lanes = await startLanes()
  const parties = { evm: running, lanes, verifier: createPortableVerifier() }
  const refused: Record<string, number> = {}
  const failures: { step: number; reason: string }[] = []
  let valid = 0
  try {
    await inTurn(steps, inFlight, async (index) => {
      const step = from + index
      try {
        const code = await oneStep(parties, new Random(seed, step))
        if (code === undefined) valid += 1
        else refused[code] = (refused[code] ?? 0) + 1
      } catch (error) {
        failures.push({ step, reason: error instanceof Error ? error.message : String(error) })
      }
    })
  } finally {
    await lanes.stop()
    if (evm === undefined) await running.stop()
  }
  failures.sort((a, b) => a.step - b.step)
  const unmet = Object.keys(transitionFaults).filter((code) => refused[code] === undefined)
  return { seed, steps, valid, refused, unmet, seconds: Math.round((performance.now() - begun) / 1000), failures }
}

function oneStep(parties: Parties, random: Random): Promise<string | undefined> {
  const now = config.genesis.timestamp + BigInt(random.below(2 ** 31))
  const shard = randomShard(random, now)
  const around: Surroundings = {
    chainId: config.chainId,
    separator: deployment.separator,
    fees: config.fees,
    timestamp: now,
    prices: config.genesis.prices,
    shard: random.below(64),
  }
  return random.below(4) === 0
    ? messageStep(parties, random, shard, around)
    : singleStep(parties, random, shard, around)
}
