import { Random } from '../fuzz/random.ts'
import { type Mistake, mistakes } from './mistakes.ts'
import { type Happened, type Violation, World } from './world.ts'

export interface Broken {
  readonly violation: Violation
  /** Number of the interleaving; the same seed makes it again. */
  readonly interleaving: number
}

export interface Explored {
  readonly interleavings: number
  /** Steps of all of them. */
  readonly steps: number
  /** The first interleaving that broke a rule. */
  readonly broken: Broken | null
  /** Sums over all interleavings. */
  readonly happened: Happened
}

const stepsOf = (random: Random): number => 50 + random.below(450)

/** Runs interleavings until a rule is broken. Each follows from the seed and its number. */
export function explore(seed: number, interleavings: number, mistake?: Mistake): Explored {
  const happened: Happened = { led: 0, acknowledged: 0, signed: 0, displaced: 0, restored: 0, halted: 0 }
  let all = 0
  for (let interleaving = 0; interleaving < interleavings; interleaving += 1) {
    const random = new Random(seed, interleaving)
    const world = new World(random, mistake)
    const steps = stepsOf(random)
    all += steps
    const violation = world.run(steps)
    for (const name of Object.keys(happened) as (keyof Happened)[]) happened[name] += world.happened[name]
    if (violation !== undefined)
      return { interleavings: interleaving + 1, steps: all, broken: { violation, interleaving }, happened }
  }
  return { interleavings, steps: all, broken: null, happened }
}

/** Every mistake with the first interleaving that shows it. */
export function findMistakes(seed: number, interleavings: number): Record<Mistake, Broken | null> {
  const found = mistakes.map((mistake) => [mistake, explore(seed, interleavings, mistake).broken])
  return Object.fromEntries(found) as Record<Mistake, Broken | null>
}
