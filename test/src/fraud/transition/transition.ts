import { BodyKind, portableVerifier } from '@parley/protocol'
import type { SingleBody, Surroundings } from '@parley/protocol/fraud'
import { Random } from '../../fuzz/random.ts'
import { config, deployment } from '../../vectors/people.ts'
import { type Evm, startEvm } from '../evm.ts'
import { people, randomShard } from '../random-shard.ts'
import { messageStep, randomMessages } from './message-step.ts'
import { randomItem, randomOperation, singleStep } from './single-step.ts'

export interface TransitionReport {
  readonly seed: number
  readonly steps: number
  readonly valid: number
  /** Refusals by their code. */
  readonly refused: Readonly<Record<string, number>>
  /** Steps at which somebody disagreed, and how. */
  readonly failures: readonly { readonly step: number; readonly reason: string }[]
}

/** Executes random segments by everybody who executes them, and compares verdicts and roots. */
export async function fuzzTransition(steps: number, seed: number, evm?: Evm): Promise<TransitionReport> {
  const running = evm ?? (await startEvm())
  const refused: Record<string, number> = {}
  const failures: { step: number; reason: string }[] = []
  let valid = 0
  try {
    for (let step = 0; step < steps; step += 1) {
      try {
        const code = await oneStep(running, new Random(seed, step))
        if (code === undefined) valid += 1
        else refused[code] = (refused[code] ?? 0) + 1
      } catch (error) {
        failures.push({ step, reason: error instanceof Error ? error.message : String(error) })
      }
    }
  } finally {
    if (evm === undefined) await running.stop()
  }
  return { seed, steps, valid, refused, failures }
}

function oneStep(evm: Evm, random: Random): Promise<string | undefined> {
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
  const kind = random.below(4)
  if (kind === 0) return messageStep(evm, shard, randomMessages(random, shard), around)
  const body: SingleBody =
    kind === 3
      ? { kind: BodyKind.inboxItem, item: randomItem(random, shard, around.shard, people) }
      : { kind: BodyKind.operation, operation: randomOperation(random, shard, around.shard) }
  return singleStep(evm, shard, body, around, portableVerifier)
}
